"""One score from several kinds of evidence."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.retrieval.candidates import Candidate
from siyaq.retrieval.features import TextEvidence


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts. They add up to 1."""

    lexical: float
    cosine: float
    title: float
    grams: float
    names: float


SAME_LANGUAGE = Weights(lexical=0.26, cosine=0.26, title=0.13, grams=0.25, names=0.10)
ACROSS_LANGUAGES = Weights(lexical=0.08, cosine=0.62, title=0.07, grams=0.02, names=0.21)


def score(
    candidate: Candidate, text: TextEvidence, title_cosine: float, weights: Weights, floor: float
) -> float:
    """Return the fused score, about 0..1. `floor` stands in for a cosine not there yet."""
    cosine = floor if candidate.cosine is None else candidate.cosine
    return (
        weights.lexical * candidate.lexical
        + weights.cosine * cosine
        + weights.title * title_cosine
        + weights.grams * text.grams
        + weights.names * text.names
    )
