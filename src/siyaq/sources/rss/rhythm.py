"""How often to ask a feed: as often as it has something new, and never when it asks for rest.

A feed that brings an entry every ten minutes is asked every five; one that has been silent for a
night is asked ever less, until it speaks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

FLOOR_SECONDS = 60.0
CEILING_SECONDS = 3 * 3600.0
LEARNED_FROM = 20
"""So many of a feed's newest moments make its rhythm: what it did last month says little."""

_FEWEST = 4
_SILENCE_SHARE = 0.1
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOUR = timedelta(hours=1)


def usual_seconds(moments: Iterable[datetime], now: datetime) -> float | None:
    """Return how long to wait for a feed that published at `moments`; None while too few are known.

    Half the usual time between two of its entries, or a tenth of its silence, whichever is longer.
    """
    known = sorted({moment for moment in moments if moment <= now})[-LEARNED_FROM:]
    if len(known) < _FEWEST:
        return None
    usual = median((after - before).total_seconds() for before, after in pairwise(known))
    silence = (now - known[-1]).total_seconds()
    return min(CEILING_SECONDS, max(FLOOR_SECONDS, usual / 2, silence * _SILENCE_SHARE))


def rest_seconds(at: datetime, hours: Sequence[int], days: Sequence[str]) -> float:
    """Return for how long from `at` on a feed wants to be left alone: `skipHours`, `skipDays`.

    Hours are 0 to 23 in UTC, days English names; a feed that skips its whole week is not obeyed.
    """
    skipped_hours = {hour % 24 for hour in hours if 0 <= hour <= 24}
    skipped_days = {day.lower() for day in days}
    at = at.astimezone(UTC)
    moment = at
    for _ in range(8 * 24):
        day = _DAYS[moment.weekday()]
        if moment.hour not in skipped_hours and day not in skipped_days:
            return (moment - at).total_seconds()
        moment = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
    return 0.0
