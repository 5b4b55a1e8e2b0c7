"""Chooses the units that make the answer: the best first, none repeating another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from siyaq.grounding.reading import Reading
from siyaq.grounding.unit import Quote, Unit
from siyaq.grounding.weigh import weight
from siyaq.text.fingerprint import Wording

Q = TypeVar("Q", bound=Quote)

REPEATS = 0.6
"""Similarity from which a unit says nothing that is not said already."""

PER_AUTHOR = 3
"""Units of one author at most, where several authors are quoted."""

BESIDE = 1.5
"""How much less than the best a unit of another post may weigh."""

FOLLOWS = 1.0
"""How much more the unit weighs that directly follows the best one: a sentence that says the words
of the question often goes on to answer it ("the three continents:")."""


def select(reading: Reading, limit: int) -> list[Unit]:
    """Return up to `limit` units, the best answer first.

    Beside the post of the best unit, other posts are quoted only where they answer nearly as
    well: more of them would be less to the point.
    """
    if not reading.units:
        return []
    first, *others = reading.units
    bar = weight(first) - BESIDE
    rest = [unit for unit in others if unit.hit.seq == first.hit.seq or weight(unit) >= bar]
    rest.sort(key=lambda unit: weight(unit) + FOLLOWS * _follows(unit, first), reverse=True)
    return without_repeats([first, *rest], limit)


def _follows(unit: Unit, first: Unit) -> bool:
    return unit.hit.seq == first.hit.seq and unit.place == first.place + 1


def without_repeats(order: Sequence[Q], limit: int) -> list[Q]:
    """Take quotes in order, passing over those that repeat a chosen one or crowd out others."""
    several = len({one.hit.post.author.id for one in order}) > 1
    chosen: list[Q] = []
    for one in order:
        if len(chosen) == limit:
            break
        author = one.hit.post.author.id
        said = sum(other.hit.post.author.id == author for other in chosen)
        if several and said >= PER_AUTHOR:
            continue
        if not any(_repeats(one, other) for other in chosen):
            chosen.append(one)
    return chosen


def _repeats(one: Quote, other: Quote) -> bool:
    """Say whether two quotes say the same; with another number or "not", the same words do not."""
    said, known = Wording(one.text), Wording(other.text)
    return said.stakes == known.stakes and known.similarity(said) >= REPEATS
