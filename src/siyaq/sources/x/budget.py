"""What has been read of X this month, and what may still be: a cap is kept, not regretted.

Posts are counted where they are taken and committed with them, so that a restart goes on
counting. A poll reserves the most it may return before it is made, and settles afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from siyaq.core.ports import Clock


@dataclass(slots=True)
class _Count:
    month: str = ""
    posts: int = 0


class Budget:
    """Counts posts by partition, each in the calendar month (UTC) in which it was read."""

    def __init__(self, cap_usd: float, price_usd: float, clock: Clock) -> None:
        self._most = math.floor(cap_usd / price_usd + 1e-9) if price_usd > 0 else 2**53
        self._price_usd = price_usd
        self._clock = clock
        self._counts: dict[str, _Count] = {}
        self._reserved = 0

    @property
    def left(self) -> int:
        """How many posts may still be read this month."""
        month = self._month()
        read = sum(count.posts for count in self._counts.values() if count.month == month)
        return max(0, self._most - read - self._reserved)

    @property
    def spent_usd(self) -> float:
        """What this month has cost so far."""
        month = self._month()
        read = sum(count.posts for count in self._counts.values() if count.month == month)
        return read * self._price_usd

    def charge(self, partition: str, posts: int) -> None:
        """Count posts that were read."""
        count = self._counts.setdefault(partition, _Count())
        month = self._month()
        if count.month != month:
            count.month, count.posts = month, 0
        count.posts += posts

    def reserve(self, posts: int) -> int:
        """Set aside up to so many posts and return how many; `settle` gives them back."""
        reserved = min(posts, self.left)
        self._reserved += reserved
        return reserved

    def settle(self, partition: str, reserved: int, posts: int) -> None:
        """Count what a poll really returned in place of what was reserved for it."""
        self._reserved -= reserved
        self.charge(partition, posts)

    def note(self, partition: str) -> str:
        """Return what to keep of a partition's count."""
        count = self._counts.get(partition, _Count())
        return f"{count.month}:{count.posts}"

    def recall(self, notes: Mapping[str, str]) -> None:
        """Take up the counts of an earlier run: what `note` returned, by partition."""
        for partition, note in notes.items():
            month, _, posts = note.partition(":")
            if posts.isdecimal():
                self._counts[partition] = _Count(month, int(posts))

    def next_month(self) -> datetime:
        """Return when the next month begins."""
        first = self._clock.now().astimezone(UTC).replace(day=1, hour=0, minute=0, second=0)
        return (first + timedelta(days=32)).replace(day=1, microsecond=0)

    def _month(self) -> str:
        return self._clock.now().astimezone(UTC).strftime("%Y-%m")
