"""The forward pass of the built-in encoder, with its first convolution looked up.

Texts are cut into micro-batches of whole texts whose tokens stand in one matrix, with zeros
between two texts that are wider than any window: a vector does not depend on what else is
embedded with it (beyond the rounding of sums).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from siyaq.models.products import Product, has_tiles
from siyaq.models.token_rows import BLOCKS, ROW_BYTES, ZERO_SLOT, TokenRows
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
_APART = _LEFT + _RIGHT  # places between two texts, so that no window reaches from one to another
_OUTSIDE = -1
_ANY_TOKEN = 0


class FoldedEncoder:
    """Embeds texts in this process, on the calling thread. Thread-safe.

    With `tiles` it multiplies in bfloat16, which moves a vector by less than 1e-4 in cosine; by
    default it does so where that is faster.
    """

    def __init__(
        self, row_cache_bytes: int = DEFAULT_ROW_CACHE_BYTES, *, tiles: bool | None = None
    ) -> None:
        tiles = has_tiles() if tiles is None else tiles
        self._weights, tokenizer = load_weights()
        self._tokenizer = WordTokenizer(tokenizer)
        self._second = [
            Product(branch.second, window, tiles=tiles)
            for branch, (window, _) in zip(self._weights.branches, WINDOWS, strict=True)
        ]
        self._rows = TokenRows(self._weights, max(2, row_cache_bytes // ROW_BYTES), tiles=tiles)

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
        ends = np.cumsum(lengths + _APART)
        starts = ends - lengths - _APART
        features = self._features(_set_apart(batch, starts + _LEFT, int(ends[-1]) + _APART))
        mean = features.mean(axis=1)
        variance = np.einsum("ij,ij->i", features, features) / _FEATURES - mean * mean
        scale = 1.0 / np.sqrt(variance + self._weights.epsilon)
        shift = mean * scale
        for row, (start, length) in enumerate(zip(starts, lengths, strict=True)):
            text = slice(start, start + length)
            np.matmul(scale[text], features[text], out=out[row])
            out[row] -= shift[text].sum()
        out *= self._weights.text_gain
        out += lengths.astype(np.float32)[:, None] * self._weights.text_bias

    def _features(self, ids: Ints) -> Floats:
        """Return the token embeddings and the outputs of the three branches, side by side.

        `ids` begin and end with _LEFT and _RIGHT places outside, which get no row.
        """
        count = len(ids) - _APART
        own = slice(_LEFT, _LEFT + count)
        outside = ids == _OUTSIDE
        rows, slots = self._rows.lookup(np.where(outside, _ANY_TOKEN, ids))
        slots[outside] = ZERO_SLOT
        features = np.empty((count, _FEATURES), np.float32)
        self._weights.embeddings(ids[own], features[:, :EMBEDDING])
        hidden = np.zeros((len(ids), BRANCH), np.float32)
        blocks, firsts = rows.reshape(-1, BRANCH), slots * BLOCKS
        at = len(WINDOWS)
        for i, (window, left) in enumerate(WINDOWS):
            inner = hidden[own]
            _sum_blocks(blocks, firsts[_LEFT - left :] + at, window, inner)
            np.maximum(inner, 0.0, out=inner)
            inner += blocks[firsts[own] + i]
            inner[outside[own]] = 0.0
            reach = slice(_LEFT - left, _LEFT - left + count + window - 1)
            second = self._second[i](hidden[reach])
            second += self._weights.branches[i].second_bias
            np.maximum(second, 0.0, out=second)
            begin = EMBEDDING + i * BRANCH
            np.add(second, inner, out=features[:, begin : begin + BRANCH])
            at += window
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


def _set_apart(batch: Sequence[Sequence[int]], starts: Ints, count: int) -> Ints:
    """Return the tokens of the texts, each from its start, with _APART places outside between."""
    ids = np.full(count, _OUTSIDE, np.int64)
    for start, tokens in zip(starts, batch, strict=True):
        ids[start : start + len(tokens)] = tokens
    return ids


def _sum_blocks(blocks: Floats, places: Ints, window: int, out: Floats) -> None:
    """Write the sum over a window of what each token gives at its place in the window.

    `places` are where each token's block for the first place of the window lies.
    """
    # Whole blocks of a contiguous table: of a slice of columns, `take` would first copy it all.
    count = len(out)
    np.take(blocks, places[:count], axis=0, out=out, mode="clip")
    for place in range(1, window):
        out += blocks[places[place : place + count] + place]
