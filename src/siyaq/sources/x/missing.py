"""What the filtered stream has not told: stretches of time that are still to be searched.

X searches from the newest post to the oldest. So a stretch is searched from its end, a piece at a
time, and what is left of it ends where the last piece began: an outage of any length is made up
for, however often a search breaks off, and no post is paid for again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SEAM = timedelta(seconds=5)
"""How far a search reaches beyond what was missed, on both sides."""

_TOLD = timedelta(seconds=1)
"""X's search may take no notice of parts of a second."""


@dataclass(slots=True, eq=False)
class Stretch:
    """What `rule` matches of [since, ended); `until` is up to where it is still to be searched."""

    rule: str
    since: datetime
    ended: datetime
    until: datetime
    due: float  # monotonic, seconds

    @property
    def begun(self) -> bool:
        """Whether a part of it has been searched."""
        return self.until < self.ended


class Missing:
    """All stretches, the oldest first. Times of the stream are the platform's."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []

    @property
    def since(self) -> datetime | None:
        """From when on something is missing; None while nothing is."""
        return min((stretch.since for stretch in self._stretches), default=None)

    def note(self, rules: Sequence[str], since: datetime, ended: datetime, due: float) -> None:
        """Have [since, ended) searched for, from `due` on."""
        for rule in rules:
            last = next((one for one in reversed(self._stretches) if one.rule == rule), None)
            if last is not None and not last.begun and since <= last.ended + SEAM:
                last.ended, last.until, last.due = ended, ended + SEAM, due
            else:
                self._stretches.append(Stretch(rule, since, ended, ended + SEAM, due))

    def next(self, now: float) -> Stretch | None:
        """Return what can be searched now: the oldest that is due."""
        return next((stretch for stretch in self._stretches if stretch.due <= now), None)

    def postpone(self, due: float) -> None:
        """Search for nothing before `due`."""
        for stretch in self._stretches:
            stretch.due = max(stretch.due, due)

    def narrow(self, stretch: Stretch, oldest: datetime | None) -> bool:
        """Note that it was searched down to a post of `oldest`; False where that is no nearer."""
        until = None if oldest is None else oldest.replace(microsecond=0) + _TOLD
        if until is None or until >= stretch.until:
            return False
        stretch.until = until
        return True

    def end(self, stretch: Stretch) -> None:
        """Strike out a stretch that is searched, or given up."""
        self._stretches.remove(stretch)

    def give_up(self) -> tuple[datetime, datetime] | None:
        """Strike out all there is; return from when until when that was, None for nothing."""
        since = self.since
        if since is None:
            return None
        until = max(min(stretch.until, stretch.ended) for stretch in self._stretches)
        self._stretches.clear()
        return since, max(since, until)
