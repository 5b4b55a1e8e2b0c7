"""The lower network of the built-in encoder: from tokens to one sum of features a text.

Texts are laid into one row of tokens, with places outside between two of them that are wider than
any window: what a text gives does not depend on what else is read with it (beyond the rounding of
sums).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Protocol

import numpy as np

from siyaq.models.first_layer import OUTSIDE
from siyaq.models.weights import BRANCH, EMBEDDING, WINDOWS, Floats, Ints, Weights

FEATURES = EMBEDDING + len(WINDOWS) * BRANCH
"""Width of a sum: the token embeddings, then the outputs of the branches."""

_LEFT = max(left for _, left in WINDOWS)
_RIGHT = max(window - 1 - left for window, left in WINDOWS)
_APART = _LEFT + _RIGHT  # places between two texts, so that no window reaches from one to another


class First(Protocol):
    """The first layer: what each branch makes of the places `inside` of the texts."""

    def __call__(self, ids: Ints, inside: Ints) -> Iterator[Floats]:
        """Yield (len(inside), BRANCH) for each branch."""
        ...


class Second(Protocol):
    """A product of the second layer with the runs of rows that begin at `starts`."""

    def __call__(self, rows: Floats, starts: Ints) -> Floats:
        """Return one row for each start."""
        ...


class TokenSums:
    """Sums the layer-normalized features of the tokens of each text; as thread-safe as `first`."""

    def __init__(self, weights: Weights, first: First, second: Sequence[Second]) -> None:
        self._weights = weights
        self._first = first
        self._second = second

    def __call__(self, batch: Sequence[Sequence[int]], lengths: Ints) -> Floats:
        """Return sums of shape (texts, FEATURES). No text of `batch` is without tokens."""
        ends = np.cumsum(lengths)
        firsts = ends - lengths
        places = _APART * np.arange(len(batch)) + _LEFT  # how far each text is moved
        ids = np.full(int(ends[-1]) + _APART * len(batch), OUTSIDE, np.int64)
        inside = np.arange(int(ends[-1])) + np.repeat(places, lengths)
        ids[inside] = np.fromiter(chain.from_iterable(batch), np.int64, int(ends[-1]))
        features = self._features(ids, inside)
        mean = features.mean(axis=1)
        variance = np.einsum("ij,ij->i", features, features) / FEATURES - mean * mean
        scale = 1.0 / np.sqrt(variance + self._weights.epsilon)
        out = np.empty((len(batch), FEATURES), np.float32)
        for row, (first, end) in enumerate(zip(firsts.tolist(), ends.tolist(), strict=True)):
            np.matmul(scale[first:end], features[first:end], out=out[row])
        out -= np.add.reduceat(mean * scale, firsts)[:, None]
        out *= self._weights.text_gain
        out += lengths.astype(np.float32)[:, None] * self._weights.text_bias
        return out

    def _features(self, ids: Ints, inside: Ints) -> Floats:
        """Return the token embeddings and the outputs of the three branches, side by side."""
        features = np.empty((len(inside), FEATURES), np.float32)
        self._weights.embeddings(ids[inside], features[:, :EMBEDDING])
        hidden = np.zeros((len(ids), BRANCH), np.float32)
        for i, ((_, left), inner) in enumerate(zip(WINDOWS, self._first(ids, inside), strict=True)):
            hidden[inside] = inner
            second = self._second[i](hidden, inside - left)
            second += self._weights.branches[i].second_bias
            np.maximum(second, 0.0, out=second)
            begin = EMBEDDING + i * BRANCH
            np.add(second, inner, out=features[:, begin : begin + BRANCH])
        return features
