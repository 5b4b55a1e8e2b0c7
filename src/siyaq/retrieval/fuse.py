"""One score from several kinds of evidence.

Two questions are asked. Which of the candidates in one language is better? Relative evidence
tells: each share counts by the best such share among them, so that a short question and a long
post, which shares a tenth of its words at best, are ranked by the same weights. And how good is
the best of them at all? Absolute evidence tells, and it also decides between languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for one candidate. Each is 0..1, a cosine -1..1."""

    lexical: float  # BM25 over the best BM25 of the question
    cosine: float  # of the best passage and the best sentence of the question, or all of it
    title: float  # cosine of the title; 0 without one
    grams: float  # share of the question's character n-grams
    names: float  # share of its consonant skeletons
    covered: float = 0.0  # share of its terms in the best sentence and the title
    titled: float = 0.0  # share of its terms in the title
    alike: float = 0.0  # tf-idf cosine of the best sentence
    brevity: float = 0.0  # 1 for a short text, 0 for a long one
    sentence: float = 0.0  # share of its words translated in the best sentence; across languages
    pair: float = 0.0  # the same in two neighboring sentences
    text: float = 0.0  # the same anywhere, by a stricter measure
    reread: float = 0.0  # cosine by the reranker, below that of the nearest; -2..0

    def parts(self) -> dict[str, float]:
        """Return the signals by name, as a hit shows them."""
        return dict(zip(_NAMES, _values(self), strict=True))


_NAMES: Final = tuple(field.name for field in fields(Signals))
_values = attrgetter(*_NAMES)
_Rows = npt.NDArray[np.float64]


Weights = Mapping[str, float]
"""How much each signal counts, by its name; what is not named does not count."""

_RELATIVE = ("lexical", "grams", "names", "covered", "titled", "alike")
_IS_RELATIVE = np.array([name in _RELATIVE for name in _NAMES])

# Listwise logistic fits over XQuAD and ARCD, across languages XQuAD alone, as
# `evals/fit_ranking.py` repeats them; what was held out stands in `evals/LOG.md`.
SAME_LANGUAGE: Weights = {
    "lexical": 1.43,
    "cosine": 7.12,
    "title": 3.19,
    "grams": 3.31,
    "names": 1.47,
    "covered": 2.99,
    "titled": 2.17,
    "alike": 0.74,
    "brevity": 2.45,
}
# Of a text that is looked up among titled ones, most of them short: a claim and its published
# checks. Chosen by cross-validation over CheckThat 2020 near the weights above (`evals/LOG.md`).
STATED: Weights = {
    "lexical": 0.7,
    "cosine": 10.2,
    "title": 6.7,
    "grams": 2.7,
    "names": 0.6,
    "covered": 1.6,
    "titled": 1.9,
    "alike": 2.2,
    "brevity": 0.9,
}
ACROSS_LANGUAGES: Weights = {
    "lexical": 3.02,
    "cosine": 21.16,
    "title": 4.07,
    "names": 2.13,
    "brevity": 2.29,
    "sentence": 7.75,
    "pair": 4.03,
    "text": 5.77,
}

REREAD = 45.0
"""How much the second reading counts, in any language, beside the weights above.

Its cosines lie close together; chosen on the folders of retrieval (`evals/LOG.md`).
"""

# Fits over absolute signals, rounded. They add up to 1, so that a level is about 0..1.
_LEVEL_SAME: Weights = {
    "lexical": 0.26,
    "cosine": 0.20,
    "title": 0.22,
    "grams": 0.20,
    "names": 0.12,
}
_LEVEL_ACROSS: Weights = {
    "lexical": 0.05,
    "cosine": 0.42,
    "title": 0.08,
    "grams": 0.02,
    "names": 0.16,
    "sentence": 0.27,
}


def level(signals: Signals, *, across: bool) -> float:
    """Return how good a candidate is in itself, about 0..1."""
    weights = _LEVEL_ACROSS if across else _LEVEL_SAME
    return float(sum(weight * getattr(signals, name) for name, weight in weights.items()))


def scores(candidates: Sequence[Signals], *, across: bool, stated: bool = False) -> list[float]:
    """Score candidates of which all or none are in another language than the question.

    The best has the highest level among them, the others less in proportion. `stated` where the
    question is none, but a statement that is looked up.
    """
    if not candidates:
        return []
    rows = _rows(candidates)
    weights = ACROSS_LANGUAGES if across else _weights(candidates, stated=stated)
    merits = np.maximum(_sums(_relative(rows), {**weights, "reread": REREAD}), 0.0)
    highest = max(0.0, float(_sums(rows, _LEVEL_ACROSS if across else _LEVEL_SAME).max()))
    found: list[float] = (highest * merits / (float(merits.max()) or 1.0)).tolist()
    return found


def _weights(candidates: Sequence[Signals], *, stated: bool) -> Weights:
    """Return how much each signal counts within one language."""
    titled = sum(one.title != 0.0 for one in candidates)
    return STATED if stated and 2 * titled > len(candidates) else SAME_LANGUAGE


def relative(candidates: Sequence[Signals]) -> list[Signals]:
    """Return the signals with each share divided by the best such share among them."""
    return [Signals(*row) for row in _relative(_rows(candidates)).tolist()]


def _rows(candidates: Sequence[Signals]) -> _Rows:
    """Return a row for each candidate, a column for each signal."""
    return np.array([_values(one) for one in candidates], dtype=np.float64)


def _relative(rows: _Rows) -> _Rows:
    best = rows.max(axis=0)
    return rows / np.where(_IS_RELATIVE & (best != 0.0), best, 1.0)


def _sums(rows: _Rows, weights: Weights) -> _Rows:
    # Not by BLAS: candidates that are the same must come to the same sum, wherever they stand.
    return np.asarray(np.einsum("ij,j->i", rows, [weights.get(name, 0.0) for name in _NAMES]))
