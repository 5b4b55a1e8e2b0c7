"""How well a unit answers, and whether it answers at all.

Both are linear in the same few signals, fitted by `evals/calibrate.py` and rounded by hand.
"""

from __future__ import annotations

import math

from siyaq.grounding.asked_for import Asked
from siyaq.grounding.reading import Unit

ENOUGH = 0.6
"""Support from which a unit answers a question.

On XQuAD English 0.96 of the questions whose paragraphs had been taken out stay below, and 0.05
of the others.
"""

ENOUGH_IN_ARABIC = 0.18
"""The same for a question in Arabic, where clitics and broken plurals hide shared words.

On XQuAD Arabic 0.88 stay below and 0.06 of the others, on ARCD 0.65 and 0.05.
"""

ENOUGH_WHERE_NAMED = 0.01
"""The same where the caller has named the posts: then these are what is asked about."""


def weight(unit: Unit, asked: Asked) -> float:
    """Return how well a unit answers: the higher, the earlier it is shown."""
    holds_asked = asked is not Asked.ANYTHING and unit.holds_asked
    return (
        unit.hit.score
        + 0.08 * (unit.hit.rank == 1)
        + 0.23 * unit.covered
        + 0.33 * unit.covered_around
        + 0.37 * unit.cosine
        + 0.33 * unit.grams
        + 0.06 * unit.names
        + 0.17 * holds_asked
    )


def support(unit: Unit) -> float:
    """Return how likely it is that a unit is about what was asked, 0..1 (logistic)."""
    evidence = (
        13.9 * unit.hit.score
        + 1.1 * unit.covered
        + 2.1 * unit.covered_around
        + 4.5 * unit.cosine
        + 3.4 * unit.grams
        - 9.9
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, evidence))))
