"""The forward pass of the built-in encoder, with its first convolution looked up.

Texts are cut into micro-batches of whole texts whose tokens stand in one matrix; windows that
would reach into a neighboring text read zeros instead, so a vector does not depend on what else
is embedded with it (beyond the rounding of float32 sums, about 1e-6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from siyaq.models.token_rows import PROJECTED, ROW_BYTES, ZERO_SLOT, TokenRows
from siyaq.models.weights import (
    BRANCH,
    DIMENSIONS,
    EMBEDDING,
    WINDOWS,
    Floats,
    Ints,
    load_weights,
)
from siyaq.models.wordpieces import WordTokenizer

DEFAULT_ROW_CACHE_BYTES = 160 * 2**20

_FEATURES = EMBEDDING + len(WINDOWS) * BRANCH
_TOKENS_PER_BATCH = 512  # enough to stream weights seldom, few enough to stay in the cache
_TEXTS_PER_HEAD = 512  # the network on top sees one row a text: it wants many at once
_LEFT = max(left for _, left in WINDOWS)
_RIGHT = max(window - 1 - left for window, left in WINDOWS)


class FoldedEncoder:
    """Embeds texts in this process, on the calling thread. Thread-safe."""

    def __init__(self, row_cache_bytes: int = DEFAULT_ROW_CACHE_BYTES) -> None:
        self._weights, tokenizer = load_weights()
        self._tokenizer = WordTokenizer(tokenizer)
        self._rows = TokenRows(self._weights, max(2, row_cache_bytes // ROW_BYTES))

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one L2-normalized float32 row per text, in order: shape (n, DIMENSIONS)."""
        out = np.empty((len(texts), DIMENSIONS), np.float32)
        for start in range(0, len(texts), _TEXTS_PER_HEAD):
            part = texts[start : start + _TEXTS_PER_HEAD]
            out[start : start + len(part)] = self._encode_part(part)
        return out

    def _encode_part(self, texts: Sequence[str]) -> Floats:
        sums = np.empty((len(texts), _FEATURES), np.float32)
        lengths = np.empty(len(texts), np.int64)
        done = 0
        for batch in self._batches(texts):
            end = done + len(batch)
            lengths[done:end] = [len(ids) for ids in batch]
            self._sum_features(batch, lengths[done:end], sums[done:end])
            done = end
        return self._head(sums, lengths.astype(np.float32)[:, None])

    def _batches(self, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        batch: list[list[int]] = []
        tokens = 0
        for text in texts:
            ids = self._tokenizer.ids(text)
            if batch and tokens + len(ids) > _TOKENS_PER_BATCH:
                yield batch
                batch, tokens = [], 0
            batch.append(ids)
            tokens += len(ids)
        if batch:
            yield batch

    def _sum_features(self, batch: Sequence[Sequence[int]], lengths: Ints, out: Floats) -> None:
        """Write the layer-normalized features of each text, summed over its tokens."""
        ends = np.cumsum(lengths)
        starts = ends - lengths
        features = self._features(
            np.fromiter(chain.from_iterable(batch), np.int64, int(ends[-1])), starts, lengths
        )
        mean = features.mean(axis=1)
        variance = np.einsum("ij,ij->i", features, features) / _FEATURES - mean * mean
        scale = 1.0 / np.sqrt(variance + self._weights.epsilon)
        for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
            np.matmul(scale[start:end], features[start:end], out=out[row])
        out -= np.add.reduceat(mean * scale, starts)[:, None]
        out *= self._weights.text_gain
        out += lengths.astype(np.float32)[:, None] * self._weights.text_bias

    def _features(self, ids: Ints, starts: Ints, lengths: Ints) -> Floats:
        """Return the token embeddings and the outputs of the three branches, side by side."""
        count = len(ids)
        windows = _windows(starts, lengths)
        rows, token_slots = self._rows.lookup(ids)
        slots = np.append(token_slots, ZERO_SLOT)[windows]
        features = np.empty((count, _FEATURES), np.float32)
        self._weights.embeddings(ids, features[:, :EMBEDDING])
        padded = np.zeros((count + 1, BRANCH), np.float32)  # the last row is the outside
        at = PROJECTED
        for i, (window, left) in enumerate(WINDOWS):
            branch = self._weights.branches[i]
            reach = slice(_LEFT - left, _LEFT - left + window)
            hidden = _sum_rows(rows, slots[:, reach], at)
            np.maximum(hidden, 0.0, out=hidden)
            hidden += rows[token_slots, i * BRANCH : (i + 1) * BRANCH]
            padded[:count] = hidden
            second = padded[windows[:, reach]].reshape(count, window * BRANCH) @ branch.second
            second += branch.second_bias
            np.maximum(second, 0.0, out=second)
            begin = EMBEDDING + i * BRANCH
            np.add(second, hidden, out=features[:, begin : begin + BRANCH])
            at += window * BRANCH
        return features

    def _head(self, sums: Floats, lengths: Floats) -> Floats:
        head = self._weights.head
        mean = sums @ head.pool
        mean += lengths * head.pool_bias
        mean /= np.sqrt(lengths)
        y0 = np.maximum(mean @ head.d0, 0.0)
        y1 = np.maximum(mean @ head.p1 + y0 @ head.d1, 0.0)
        y2 = np.maximum(y1 @ head.d2, 0.0)
        vectors: Floats = np.tanh(y1 @ head.p3 + y2 @ head.d3)
        squares = np.einsum("ij,ij->i", vectors, vectors)
        vectors /= np.sqrt(np.maximum(squares, self._weights.epsilon))[:, None]
        return vectors


def _windows(starts: Ints, lengths: Ints) -> Ints:
    """Return for each token the positions of the widest window around it.

    A position outside the token's own text is the number of tokens: one past the last.
    """
    count = int(lengths.sum())
    positions = np.arange(count)[:, None] + np.arange(-_LEFT, _RIGHT + 1)
    inside = positions >= np.repeat(starts, lengths)[:, None]
    inside &= positions < np.repeat(starts + lengths, lengths)[:, None]
    return np.where(inside, positions, count)


def _sum_rows(rows: Floats, slots: Ints, at: int) -> Floats:
    """Return the sum over a window of what each token gives at its place in the window."""
    total: Floats = rows[slots[:, 0], at : at + BRANCH]
    for place in range(1, slots.shape[1]):
        begin = at + place * BRANCH
        total += rows[slots[:, place], begin : begin + BRANCH]
    return total
