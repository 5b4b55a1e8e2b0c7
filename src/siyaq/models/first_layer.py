"""Two ways through the first convolution of the encoder: exactly, and nearly.

One sums rows kept by token, the other multiplies out at a low rank. Both take a row of tokens with
places outside of the texts between them (`OUTSIDE`), and yield for each branch what it makes of
the places inside: the convolution and the token's own projection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from siyaq.models.products import Product, TruncatedProduct
from siyaq.models.token_rows import BLOCKS, PROJECTED, ZERO_SLOT, TokenRows, projections
from siyaq.models.weights import BRANCH, WINDOWS, Floats, Ints, Weights

OUTSIDE: Final = -1

_ANY_TOKEN: Final = 0
_RANK: Final = 64
_PROJECTIONS_KEPT: Final = 8192  # by token: 24 MiB


class FoldedFirst:
    """Sums what each token of a window gives at its place there. Thread-safe."""

    def __init__(self, rows: TokenRows) -> None:
        self._rows = rows

    def __call__(self, ids: Ints, inside: Ints) -> Iterator[Floats]:
        """Yield one array of shape (len(inside), BRANCH) a branch; the next overwrites it."""
        outside = ids == OUTSIDE
        rows, slots = self._rows.lookup(np.where(outside, _ANY_TOKEN, ids))
        slots[outside] = ZERO_SLOT
        blocks, firsts = rows.reshape(-1, BRANCH), slots * BLOCKS
        inner = np.empty((len(inside), BRANCH), np.float32)
        at = len(WINDOWS)
        for i, (window, left) in enumerate(WINDOWS):
            _sum_blocks(blocks, firsts + at, inside - left, window, inner)
            np.maximum(inner, 0.0, out=inner)
            inner += blocks[firsts[inside] + i]
            yield inner
            at += window


class TruncatedFirst:
    """Multiplies the windows out, at a low rank. Not safe for threads."""

    def __init__(self, weights: Weights, *, tiles: bool) -> None:
        self._weights = weights
        self._project = Product(weights.project, tiles=tiles)
        self._products = [
            TruncatedProduct(branch.first, window, rank=_RANK, tiles=tiles)
            for branch, (window, _) in zip(weights.branches, WINDOWS, strict=True)
        ]
        self._slots = np.full(len(weights.table), -1, np.int32)
        self._kept = np.empty((_PROJECTIONS_KEPT, PROJECTED), np.float32)
        self._used = 0

    def __call__(self, ids: Ints, inside: Ints) -> Iterator[Floats]:
        """Yield one array of shape (len(inside), BRANCH) for each branch."""
        projected = self._projected(ids[inside])
        rows = np.zeros((len(ids), BRANCH), np.float32)
        for i, (_, left) in enumerate(WINDOWS):
            own = projected[:, i * BRANCH : (i + 1) * BRANCH]
            rows[inside] = own
            inner = self._products[i](rows, inside - left)
            inner += self._weights.branches[i].first_bias
            np.maximum(inner, 0.0, out=inner)
            inner += own
            yield inner

    def _projected(self, tokens: Ints) -> Floats:
        missing = np.unique(tokens[self._slots[tokens] < 0])
        if self._used + len(missing) > _PROJECTIONS_KEPT:
            self._slots[:] = -1
            self._used = 0
            missing = np.unique(tokens)
        if len(missing) > _PROJECTIONS_KEPT:
            return projections(self._weights, self._project, tokens)
        end = self._used + len(missing)
        self._kept[self._used : end] = projections(self._weights, self._project, missing)
        self._slots[missing] = np.arange(self._used, end, dtype=np.int32)
        self._used = end
        kept: Floats = self._kept[self._slots[tokens]]
        return kept


def _sum_blocks(blocks: Floats, places: Ints, begins: Ints, window: int, out: Floats) -> None:
    """Write the sum over each window of what its tokens give at their places in the window.

    `places` are where each token's block for the first place of the window lies; a window begins
    at each of `begins`.
    """
    # Whole blocks of a contiguous table: of a slice of columns, `take` would first copy it all.
    np.take(blocks, places[begins], axis=0, out=out, mode="clip")
    for place in range(1, window):
        out += blocks[places[begins + place] + place]
