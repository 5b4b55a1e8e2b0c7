"""How well a unit answers, and whether it answers at all.

Both are linear in the same few signals, rounded by hand after a fit like that of
`evals/calibrate.py`, which has not itself been run on them. The shares named below were measured
with slightly earlier coefficients.
"""

from __future__ import annotations

import math

from siyaq.core.query import Understood
from siyaq.grounding.asked_for import Asked
from siyaq.grounding.reading import WHOLE_POST_CHARS, Unit

ENOUGH = 0.6
"""Support from which a sentence of a longer text answers.

On XQuAD English 0.96 of the questions whose paragraphs had been taken out stay below, and 0.05
of the others.
"""

ENOUGH_IN_ARABIC = 0.18
"""The same for a question in Arabic, where clitics and broken plurals hide shared words.

On XQuAD Arabic 0.88 stay below and 0.06 of the others, on ARCD 0.65 and 0.05.
"""

ENOUGH_ACROSS = 0.18
"""The same for a post in another language than the question, which shares no words with it."""

ENOUGH_OF_A_POST = 0.2
COVERED_BY_A_POST = 0.5
"""Support and covered share from which a post quoted whole answers.

Such a post has no other sentence to lend it words, so it must hold half of the question itself.
Of the posts that people's questions were written for (TweetQA, searched without the post being
named) 0.11 hold less, of the wrong ones ranked first 0.5.
"""


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
        13.0 * unit.hit.score
        + 0.6 * unit.covered
        + 3.2 * unit.covered_around
        + 4.9 * unit.cosine
        + 3.4 * unit.grams
        - 10.0
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, evidence))))


def answers(unit: Unit, understood: Understood) -> bool:
    """Say whether a unit is enough of an answer to be shown."""
    if understood.filters.only is not None:  # the caller named what is asked about
        return unit.cosine > 0 or unit.covered > 0
    supported = support(unit)
    post = unit.hit.post
    if understood.lang and post.lang and understood.lang != post.lang:
        return supported >= ENOUGH_ACROSS
    if len(post.text) <= WHOLE_POST_CHARS:
        return supported >= ENOUGH_OF_A_POST and unit.covered >= COVERED_BY_A_POST
    return supported >= (ENOUGH_IN_ARABIC if understood.lang == "ar" else ENOUGH)
