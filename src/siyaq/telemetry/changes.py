"""When a series changes its level: found in its minutes, one after another.

A level is the median of the last minutes that agreed with it. A minute departs from it by more
than four times their scatter (median absolute deviation), and by more than a quarter of the level
or a fiftieth of the largest value around. Once minutes that depart agree with one another, the
series has a new level: the change lies between the last minute of the old one and the first of
the new one. A single minute that departs is a blip and tells nothing.

A state (a word) has changed when the new one stands for a whole minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

SETTLED = 3
"""Minutes in a row that agree make a level."""

REMEMBERED = 15
SCATTER = 4.0
SHARE = 0.25
FLOOR_SHARE = 0.02
_NORMAL = 1.4826  # of a median absolute deviation, to compare with a standard deviation
_AGREE_SHARE = 0.1
_MOST_PENDING = 120


@dataclass(frozen=True, slots=True)
class Point:
    """One minute of a series: what was read on average, or the last word of it."""

    at: datetime  # of the first reading in the minute
    value: float | str
    until: datetime  # of the last one


@dataclass(frozen=True, slots=True)
class Change:
    """A series left one level and reached another."""

    since: datetime  # the last reading at the old level
    until: datetime  # the first reading at the new one
    before: float | str
    after: float | str


def changes_in(points: Sequence[Point]) -> Iterator[Change]:
    """Yield the changes of level in a series, in order. The first minutes are its first level."""
    numbers = [point for point in points if isinstance(point.value, float)]
    if len(numbers) * 2 > len(points):
        yield from _of_numbers(numbers)
    else:
        yield from _of_words([point for point in points if isinstance(point.value, str)])


def _of_numbers(points: Sequence[Point]) -> Iterator[Change]:
    stable: list[Point] = list(points[:SETTLED])
    pending: list[Point] = []
    for point in points[SETTLED:]:
        if not _departs(_number(point), stable):
            stable = [*stable, point][-REMEMBERED:]
            pending = []
            continue
        pending = [*pending, point][-_MOST_PENDING:]
        settled = pending[-SETTLED:]
        if len(settled) < SETTLED or not _agree(settled, stable):
            continue
        after = median(map(_number, settled))
        first = next(one for one in pending if _near(_number(one), after, stable))
        before = median(map(_number, stable))
        yield Change(stable[-1].until, first.at, before, after)
        stable, pending = settled, []


def _of_words(points: Sequence[Point]) -> Iterator[Change]:
    stands = points[0] if points else None
    pending: Point | None = None
    for point in points[1:]:
        assert stands is not None
        if point.value == stands.value:
            stands, pending = point, None
        elif pending is None or pending.value != point.value:
            pending = point
        else:
            yield Change(stands.until, pending.at, stands.value, point.value)
            stands, pending = point, None


def _departs(value: float, stable: Sequence[Point]) -> bool:
    return abs(value - median(map(_number, stable))) > _tolerance(stable)


def _tolerance(stable: Sequence[Point]) -> float:
    values = [_number(point) for point in stable]
    level = median(values)
    scatter = _NORMAL * median(abs(value - level) for value in values)
    largest = max(map(abs, values))
    return max(SCATTER * scatter, SHARE * abs(level), FLOOR_SHARE * largest)


def _agree(points: Sequence[Point], stable: Sequence[Point]) -> bool:
    after = median(map(_number, points))
    return all(_near(_number(point), after, stable) for point in points)


def _near(value: float, level: float, stable: Sequence[Point]) -> bool:
    """Say whether a value is at a level, seen from the size of the step to it."""
    step = abs(level - median(map(_number, stable)))
    return abs(value - level) <= max(_AGREE_SHARE * abs(level), FLOOR_SHARE * step)


def _number(point: Point) -> float:
    assert isinstance(point.value, float)
    return point.value
