"""Counts moments in bars of a width that people read at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from siyaq.core.card import Bar

BARS_AT_MOST: Final = 30

_EPOCH: Final = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday, so that bars of a week start on one
_WIDTHS: Final = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 20160)
)


def histogram(moments: Sequence[datetime]) -> tuple[Bar, ...]:
    """Return bars from the first moment to the last, empty ones too, at most BARS_AT_MOST.

    Each bar starts at a whole multiple of the width: on the minute, the hour, the day, Monday.
    """
    if not moments:
        return ()
    first, last = min(moments), max(moments)
    width = _width(first, last)
    start, end = _place(first, width), _place(last, width)
    counts = Counter(_place(moment, width) for moment in moments)
    return tuple(Bar(t=_EPOCH + place * width, n=counts[place]) for place in range(start, end + 1))


def _width(first: datetime, last: datetime) -> timedelta:
    for width in _WIDTHS:
        if _place(last, width) - _place(first, width) < BARS_AT_MOST:
            return width
    widest = _WIDTHS[-1]
    while _place(last, widest) - _place(first, widest) >= BARS_AT_MOST:
        widest *= 2
    return widest


def _place(moment: datetime, width: timedelta) -> int:
    return (moment - _EPOCH) // width
