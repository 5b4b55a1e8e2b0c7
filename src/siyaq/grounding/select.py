"""Chooses the units that make the answer: the best first, none repeating another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from siyaq.grounding.reading import Quote, Reading, Unit
from siyaq.grounding.weigh import weight
from siyaq.text.fingerprint import similarity

Q = TypeVar("Q", bound=Quote)

REPEATS = 0.6
"""Similarity from which a unit says nothing that is not said already."""

PER_AUTHOR = 3
"""Units of one author at most, where several authors were found."""


def select(reading: Reading, limit: int) -> list[Unit]:
    """Return up to `limit` units, the best answer first."""
    order = sorted(
        reading.units,
        key=lambda unit: (-weight(unit, reading.asked), unit.hit.rank, unit.place),
    )
    return without_repeats(order, limit)


def without_repeats(order: Sequence[Q], limit: int) -> list[Q]:
    """Take units in order, passing over those that repeat a chosen one or crowd out others."""
    several = len({unit.hit.post.author.id for unit in order}) > 1
    chosen: list[Q] = []
    for unit in order:
        if len(chosen) == limit:
            break
        author = unit.hit.post.author.id
        said = sum(one.hit.post.author.id == author for one in chosen)
        if several and said >= PER_AUTHOR:
            continue
        if all(similarity(one.text, unit.text) < REPEATS for one in chosen):
            chosen.append(unit)
    return chosen
