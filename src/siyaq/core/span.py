"""Ranges of text and of time. Both are half-open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """[start, end) in Unicode code points of one text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"span must satisfy 0 <= start <= end, got {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Return the part of `text` that this span names."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class TimeRange:
    """[since, until) in UTC; None on a side means unbounded."""

    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        for side in (self.since, self.until):
            if side is not None and side.tzinfo is None:
                raise ValueError(f"time range needs aware datetimes, got {side.isoformat()}")

    def __contains__(self, moment: datetime) -> bool:
        after = self.since is None or self.since <= moment
        return after and (self.until is None or moment < self.until)

    def overlaps(self, other: TimeRange) -> bool:
        """Say whether some moment lies in both ranges."""
        starts_in_time = self.since is None or other.until is None or self.since < other.until
        ends_late_enough = self.until is None or other.since is None or other.since < self.until
        return starts_in_time and ends_late_enough
