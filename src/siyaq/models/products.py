"""Products with fixed matrices, in bfloat16 where the processor multiplies tiles of it.

A processor with AMX tiles multiplies bfloat16 several times faster than float32; sums are kept in
float32, so a vector of the encoder moves by about 1e-5 in cosine. Every other processor stays
with BLAS in float32, which is faster there than emulation.
"""

from __future__ import annotations

import numkong
import numpy as np
from numpy.lib.stride_tricks import as_strided

from siyaq.models.weights import Floats, Ints

TILES = "sapphireamx"
"""What numkong calls tiles of bfloat16. Newer processors have these instructions too."""


def has_tiles() -> bool:
    """Say whether this processor multiplies tiles of bfloat16."""
    return bool(numkong.get_capabilities().get(TILES, False))


class Product:
    """Multiplies runs of `window` neighboring rows with one matrix. Thread-safe."""

    def __init__(self, matrix: Floats, window: int = 1, *, tiles: bool) -> None:
        """Take `matrix` of shape (window * width of a row, columns)."""
        self._window = window
        self._matrix = matrix
        self._packed: numkong.PackedMatrix | None = None
        if tiles:
            turned = np.ascontiguousarray(matrix.T)
            self._packed = numkong.dots_pack(numkong.astype(turned, "bf16"), dtype="bf16")

    def __call__(self, rows: Floats, starts: Ints | None = None) -> Floats:
        """Return the products of the runs that begin at these rows, without `starts` at each.

        `rows` is C-contiguous, of shape (n, width); the result, (runs, columns).
        """
        count = len(rows) - self._window + 1
        width = rows.shape[1]
        if self._packed is None:
            strides = (rows.strides[0], rows.itemsize)
            overlapping = as_strided(rows, (count, self._window * width), strides, writeable=False)
            runs = np.ascontiguousarray(overlapping if starts is None else overlapping[starts])
            plain: Floats = runs @ self._matrix
            return plain
        short = np.empty(rows.shape, np.uint16)
        pointer = short.ctypes.data
        numkong.astype(rows, "bf16", out=numkong.from_pointer(pointer, rows.shape, "bf16"))
        every = numkong.from_pointer(
            pointer, (count, self._window * width), "bf16", strides=(2 * width, 2), owner=short
        )
        out = np.empty((count, self._matrix.shape[1]), np.float32)
        numkong.dots_packed(
            every, self._packed, out=numkong.from_pointer(out.ctypes.data, out.shape, "f32")
        )
        return out if starts is None else out[starts]


class TruncatedProduct:
    """Multiplies as Product does, by the nearest matrix of a lower rank. Thread-safe.

    The nearest in the sum of squares is the truncated singular value decomposition (Eckart and
    Young 1936, "The approximation of one matrix by another of lower rank").
    """

    def __init__(self, matrix: Floats, window: int = 1, *, rank: int, tiles: bool) -> None:
        """Take `matrix` as Product does; `rank` is at most the smaller of its two sides."""
        # The right singular vectors are those of the Gram matrix, which is small.
        _, directions = np.linalg.eigh(matrix.T.astype(np.float64) @ matrix)
        strongest = np.ascontiguousarray(directions[:, ::-1][:, :rank].astype(np.float32))
        self._down = Product(np.ascontiguousarray(matrix @ strongest), window, tiles=tiles)
        self._up: Floats = np.ascontiguousarray(strongest.T)

    def __call__(self, rows: Floats, starts: Ints | None = None) -> Floats:
        """Return what Product returns, nearly."""
        product: Floats = self._down(rows, starts) @ self._up
        return product
