"""What the first convolution makes of each token, computed once per token.

A convolution over a window is a sum of one product per token of the window, and before the
first convolution a token's vector depends on nothing but the token. So its products with every
position of every window are computed when the token is first met, and kept: the convolution of
a text is then a sum of stored rows. This is a reordering of the same sums, not an approximation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock, local

import numpy as np
import numpy.typing as npt

from siyaq.models.products import Product
from siyaq.models.weights import BRANCH, EMBEDDING, WINDOWS, Floats, Ints, Weights

PROJECTED = len(WINDOWS) * BRANCH  # a row begins with the token's three projections
ROW = PROJECTED + sum(window for window, _ in WINDOWS) * BRANCH  # then one block a position
BLOCKS = ROW // BRANCH
"""Blocks of BRANCH values in a row: first one projection a window, then one a place in each."""
ROW_BYTES = ROW * 4
ZERO_SLOT = 0  # a row of zeros: what stands outside a text

_FORGET_AFTER = 4  # misses, in multiples of the capacity, of a full table
_SCRATCH_ROWS = 640


@dataclass(slots=True)
class _Table:
    """Rows filled from the front. A row is written before its slot is published."""

    rows: Floats
    slots: npt.NDArray[np.int32]  # by token; -1 where the token has no row
    used: int = 1
    misses: int = 0  # since the table is full
    filling: Lock = field(default_factory=Lock)


class TokenRows:
    """Rows by token, in bounded memory. Reading never waits for a lock."""

    def __init__(self, weights: Weights, capacity: int, *, tiles: bool) -> None:
        self._weights = weights
        self._capacity = capacity
        self._project = Product(weights.project, tiles=tiles)
        self._first = [
            Product(
                branch.first.reshape(window, BRANCH, BRANCH).transpose(1, 0, 2).reshape(BRANCH, -1),
                tiles=tiles,
            )
            for branch, (window, _) in zip(weights.branches, WINDOWS, strict=True)
        ]
        self._table = self._empty()
        self._scratch = local()

    def _empty(self) -> _Table:
        rows = np.empty((self._capacity, ROW), np.float32)  # pages are taken as they are filled
        rows[ZERO_SLOT] = 0.0
        return _Table(rows, np.full(len(self._weights.table), -1, np.int32))

    def lookup(self, ids: Ints) -> tuple[Floats, Ints]:
        """Return a table of rows, and the slot of each token in it.

        The table may be used by this thread until it asks again.
        """
        table = self._table
        slots = table.slots[ids]
        if slots.min() < 0:
            self._fill(table, np.unique(ids[slots < 0]))
            slots = table.slots[ids]
        if slots.min() < 0:
            return self._overflow(table, ids)
        return table.rows, slots.astype(np.int64)

    def _fill(self, table: _Table, missing: Ints) -> None:
        """Give rows to as many of the missing tokens as there is room for."""
        if table.used == self._capacity:
            return
        with table.filling:
            missing = missing[table.slots[missing] < 0][: self._capacity - table.used]
            end = table.used + len(missing)
            table.rows[table.used : end] = self._compute(missing)
            table.slots[missing] = np.arange(table.used, end, dtype=np.int32)
            table.used = end

    def _overflow(self, table: _Table, ids: Ints) -> tuple[Floats, Ints]:
        """Make a table for this call alone; start over if the kept tokens went out of use."""
        tokens, inverse = np.unique(ids, return_inverse=True)
        slots = table.slots[tokens]
        missing = slots < 0
        rows = self._borrow(len(tokens) + 1)
        table.rows.take(np.maximum(slots, ZERO_SLOT), axis=0, out=rows[1:], mode="clip")
        rows[ZERO_SLOT] = 0.0
        rows[1:][missing] = self._compute(tokens[missing])
        with table.filling:
            table.misses += int(missing.sum())
            if table.misses > _FORGET_AFTER * self._capacity and self._table is table:
                self._table = self._empty()
        return rows, inverse.astype(np.int64) + 1

    def _borrow(self, count: int) -> Floats:
        """Return `count` rows of this thread's own: fresh ones cost a page fault every 4 KiB."""
        if count > _SCRATCH_ROWS:
            return np.empty((count, ROW), np.float32)
        try:
            rows: Floats = self._scratch.rows
        except AttributeError:
            rows = self._scratch.rows = np.empty((_SCRATCH_ROWS, ROW), np.float32)
        return rows[:count]

    def _compute(self, tokens: Ints) -> Floats:
        projected = projections(self._weights, self._project, tokens)
        rows = np.empty((len(tokens), ROW), np.float32)
        rows[:, :PROJECTED] = projected
        at = PROJECTED
        for i, (window, left) in enumerate(WINDOWS):
            own = np.ascontiguousarray(projected[:, i * BRANCH : (i + 1) * BRANCH])
            rows[:, at : at + window * BRANCH] = self._first[i](own)
            center = at + left * BRANCH  # always inside the text, so it may carry the bias
            rows[:, center : center + BRANCH] += self._weights.branches[i].first_bias
            at += window * BRANCH
        return rows


def projections(weights: Weights, project: Product, tokens: Ints) -> Floats:
    """Return the layer-normalized projections of these tokens: shape (tokens, PROJECTED)."""
    embedding = np.empty((len(tokens), EMBEDDING), np.float32)
    weights.embeddings(tokens, embedding)
    projected = project(embedding)
    projected += weights.project_bias
    projected -= projected.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", projected, projected) / PROJECTED
    projected *= (1.0 / np.sqrt(variance + weights.epsilon))[:, None]
    projected *= weights.token_gain
    projected += weights.token_bias
    return projected
