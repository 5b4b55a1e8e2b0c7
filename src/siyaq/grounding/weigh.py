"""How well a unit answers, and whether the best of them answers at all."""

from __future__ import annotations

from siyaq.grounding.asked_for import Asked
from siyaq.grounding.reading import Reading, Unit

ENOUGH = 0.35
"""Least support of the best unit for an answer to be given."""


def weight(unit: Unit, asked: Asked) -> float:
    """Return how well a unit answers: the higher, the earlier it is shown."""
    fits = 0.0 if asked is Asked.ANYTHING else 0.15 * unit.holds_asked
    return (
        1.0 * unit.hit.score
        + 0.5 * unit.covered
        + 0.3 * unit.covered_around
        + 0.5 * unit.cosine
        + 0.6 * unit.grams
        + 0.3 * unit.names
        + fits
    )


def support(reading: Reading, unit: Unit) -> float:
    """Return how far a unit supports an answer to the question, 0..1."""
    return max(0.0, min(1.0, max(unit.covered_around, unit.cosine)))
