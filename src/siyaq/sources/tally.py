"""What has come through one source: totals, rate, lag, refusals."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime, timedelta

from siyaq.core.event import Gap, Rejected
from siyaq.core.ports import Batch
from siyaq.core.reports import IngestReport
from siyaq.log import Appended

_RATE_WINDOW = timedelta(minutes=1)
_EXAMPLES = 20
_GAPS = 100


class Tally:
    """Counts what became of one source's batches. Memory is constant."""

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._outcome: Counter[str] = Counter()
        self._examples: list[str] = []
        self._recent: deque[tuple[datetime, int]] = deque()
        self.refused: Counter[str] = Counter()
        self.gaps: deque[Gap] = deque(maxlen=_GAPS)
        self.gap_count = 0
        self.lag_seconds: float | None = None
        self.last_event_at: datetime | None = None

    @property
    def posts(self) -> int:
        """How many posts were new."""
        return self._outcome["created"]

    def count(self, batch: Batch, appended: Appended, now: datetime) -> None:
        """Take in one batch that became durable at `now`."""
        for name in ("created", "updated", "deleted", "unchanged", "stale"):
            self._outcome[name] += getattr(appended, name)
        for refusal in batch.rejected:
            self.refused[refusal.reason] += 1
            if len(self._examples) < _EXAMPLES:
                self._examples.append(_told(refusal))
        self.gaps.extend(batch.gaps)
        self.gap_count += len(batch.gaps)
        came = (*batch.events, *batch.observations)
        if came:
            newest = max(one.witnessed_at for one in came)
            self.last_event_at = max(newest, self.last_event_at or newest)
            self.lag_seconds = max(0.0, (now - newest).total_seconds())
            self._recent.append((now, len(came)))
            self._forget(now)

    def per_second(self, now: datetime) -> float:
        """Return the rate of changes over the last minute, or since the start if that is less."""
        self._forget(now)
        elapsed = min(_RATE_WINDOW, now - self._started_at).total_seconds()
        return sum(events for _, events in self._recent) / max(1.0, elapsed)

    def report(self) -> IngestReport:
        """Return the totals since the start."""
        return IngestReport(
            created=self._outcome["created"],
            updated=self._outcome["updated"],
            deleted=self._outcome["deleted"],
            unchanged=self._outcome["unchanged"],
            stale=self._outcome["stale"],
            refused=dict(self.refused),
            refused_examples=tuple(self._examples),
        )

    def _forget(self, now: datetime) -> None:
        while self._recent and self._recent[0][0] <= now - _RATE_WINDOW:
            self._recent.popleft()


def _told(refusal: Rejected) -> str:
    where = "" if refusal.line is None else f"line {refusal.line}: "
    return f"{where}{refusal.reason}: {refusal.detail}"
