"""One score from several kinds of evidence.

Two questions are asked. Which of the candidates in one language is better? Relative evidence
tells: each share counts by the best such share among them, so that a short question and a long
post, which shares a tenth of its words at best, are ranked by the same weights. And how good is
the best of them at all? Absolute evidence tells, and it also decides between languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields


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

    def parts(self) -> dict[str, float]:
        """Return the signals by name, as a hit shows them."""
        return asdict(self)


Weights = Mapping[str, float]
"""How much each signal counts, by its name; what is not named does not count."""

_RELATIVE = ("lexical", "grams", "names", "covered", "titled", "alike")

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
    return _sum(signals, _LEVEL_ACROSS if across else _LEVEL_SAME)


def scores(candidates: Sequence[Signals], *, across: bool) -> list[float]:
    """Score candidates of which all or none are in another language than the question.

    The best has the highest level among them, the others less in proportion.
    """
    if not candidates:
        return []
    weights = ACROSS_LANGUAGES if across else SAME_LANGUAGE
    merits = [max(0.0, _sum(one, weights)) for one in relative(candidates)]
    best = max(merits) or 1.0
    highest = max(0.0, *(level(one, across=across) for one in candidates))
    return [highest * merit / best for merit in merits]


def relative(candidates: Sequence[Signals]) -> list[Signals]:
    """Return the signals with each share divided by the best such share among them."""
    best = {name: max(getattr(one, name) for one in candidates) or 1.0 for name in _RELATIVE}
    names = [field.name for field in fields(Signals)]
    return [
        Signals(**{name: getattr(one, name) / best.get(name, 1.0) for name in names})
        for one in candidates
    ]


def _sum(signals: Signals, weights: Weights) -> float:
    return float(sum(weight * getattr(signals, name) for name, weight in weights.items()))
