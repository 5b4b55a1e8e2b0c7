"""The forward pass of the built-in encoder, with its first convolution looked up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from siyaq.models.first_layer import FoldedFirst
from siyaq.models.products import Product, has_tiles
from siyaq.models.token_rows import ROW_BYTES, TokenRows
from siyaq.models.token_sums import FEATURES, TokenSums
from siyaq.models.weights import DIMENSIONS, WINDOWS, Floats, load_weights
from siyaq.models.word_encoder import WordEncoder
from siyaq.models.wordpieces import WordTokenizer

DEFAULT_ROW_CACHE_BYTES = 160 * 2**20

_TOKENS_PER_BATCH = 512  # enough to stream weights seldom, few enough to stay in the cache
_TEXTS_PER_HEAD = 512  # the network on top sees one row a text: it wants many at once


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
        self._rows = TokenRows(self._weights, max(2, row_cache_bytes // ROW_BYTES), tiles=tiles)
        second = [
            Product(branch.second, window, tiles=tiles)
            for branch, (window, _) in zip(self._weights.branches, WINDOWS, strict=True)
        ]
        self._sums = TokenSums(self._weights, FoldedFirst(self._rows), second)
        self._words = WordEncoder(self._weights, self._tokenizer, tiles=tiles)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one L2-normalized float32 row per text, in order: shape (n, DIMENSIONS)."""
        out = np.empty((len(texts), DIMENSIONS), np.float32)
        for start in range(0, len(texts), _TEXTS_PER_HEAD):
            part = texts[start : start + _TEXTS_PER_HEAD]
            out[start : start + len(part)] = self._encode_part(part)
        return out

    def approximate(self, texts: Sequence[str]) -> Floats:
        """Return rows near to those of `encode`, several times faster (`WordEncoder`)."""
        return self._words.encode(texts)

    def _encode_part(self, texts: Sequence[str]) -> Floats:
        sums = np.empty((len(texts), FEATURES), np.float32)
        lengths = np.empty(len(texts), np.int64)
        done = 0
        for batch in self._batches(texts):
            end = done + len(batch)
            lengths[done:end] = [len(ids) for ids in batch]
            sums[done:end] = self._sums(batch, lengths[done:end])
            done = end
        return self._weights.vectors(sums @ self._weights.head.pool, lengths)

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
