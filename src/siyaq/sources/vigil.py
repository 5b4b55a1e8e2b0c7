"""Watching over sources that do not do so themselves: silence, and what we missed while away.

An upstream that has stopped talking without hanging up looks like one that has nothing to say. It
is told apart by its own past: whoever spoke every second and now says nothing for minutes is
asked again. And where upstream keeps nothing for those who are away, the time between the last
moment in which we listened and the next is a gap; the moment is kept as a cursor.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from siyaq.core.errors import SourceUnavailable
from siyaq.core.event import Cursor, Gap
from siyaq.core.ports import Batch, Clock, SourceAdapter
from siyaq.sources.condition import Observable
from siyaq.telemetry import PARTITION

LISTENED = "listened"
"""The partition under which a pump keeps when it last listened. No adapter is shown it."""

_OURS = frozenset({LISTENED, PARTITION})

BEAT_SECONDS = 30.0
"""How much longer than it was an absence may look after a crash."""

QUIET_SECONDS = 120.0
MOST_QUIET_SECONDS = 3_600.0
_TIMES_USUAL = 10
_FEWEST = 5


@runtime_checkable
class Fleeting(Protocol):
    """A source adapter whose upstream keeps nothing for those who are away, while `fleeting`."""

    @property
    def fleeting(self) -> bool:
        """Whether what is missed cannot be had any more."""
        ...


class Silence:
    """Tells a frozen upstream from a quiet one, by how often it has spoken so far."""

    def __init__(
        self,
        *,
        quiet_seconds: float = QUIET_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._quiet_seconds = quiet_seconds
        self._monotonic = monotonic
        self._usual: deque[float] = deque(maxlen=100)
        self._heard_at: float | None = None  # in this run
        self._asked_at = monotonic()
        self._in_vain = 0

    def begin(self) -> None:
        """Begin a run: silence is counted from now on."""
        self._asked_at, self._heard_at = self._monotonic(), None

    def heard(self) -> None:
        """Note that upstream spoke."""
        now = self._monotonic()
        if self._heard_at is not None:
            self._usual.append(now - self._heard_at)
        self._heard_at = self._asked_at = now
        self._in_vain = 0

    @property
    def patience_seconds(self) -> float | None:
        """How long it may be silent; None while too little is known of it to say.

        Ten times its longest pause so far, at least `quiet_seconds`; twice as long after each
        time that asking again was in vain.
        """
        if len(self._usual) < _FEWEST:
            return None
        patience = max(self._quiet_seconds, _TIMES_USUAL * max(self._usual))
        return min(max(MOST_QUIET_SECONDS, self._quiet_seconds), patience * 2.0**self._in_vain)

    def left_seconds(self) -> float | None:
        """Return how long it may still be silent; None for ever."""
        patience = self.patience_seconds
        return None if patience is None else self._asked_at + patience - self._monotonic()

    def require(self) -> None:
        """Raise SourceUnavailable where upstream has been silent for too long."""
        left, patience = self.left_seconds(), self.patience_seconds
        if left is None or left > 0 or patience is None:
            return
        self._in_vain = min(self._in_vain + 1, 16)
        raise SourceUnavailable(
            f"nothing came for {patience:.0f} seconds, where something came within"
            f" {max(self._usual):.0f} at the latest"
        )


class Attendance:
    """When we last listened to a source, and what we owe the log of the time before."""

    def __init__(self, adapter: SourceAdapter, clock: Clock) -> None:
        self._adapter = adapter
        self._clock = clock
        self._owed: tuple[Gap, ...] = ()
        self._told_at: datetime | None = None

    @property
    def wanted(self) -> bool:
        """Whether this source needs it."""
        return isinstance(self._adapter, Fleeting) and self._adapter.fleeting

    def begin(self, resume: Mapping[str, str]) -> dict[str, str]:
        """Begin a run with what the log holds; return what of it is the adapter's."""
        self._told_at = None
        since = _moment(resume.get(LISTENED, ""))
        now = self._clock.now()
        if since is not None and since < now:
            source = self._adapter.source
            self._owed = (Gap(source=source, since=since, until=now, reason="disconnected"),)
        else:
            self._owed = ()
        return {name: position for name, position in resume.items() if name not in _OURS}

    def listening(self) -> Batch | None:
        """Return what is to be committed now, with the gap before this run; None for nothing.

        Nothing is said while an adapter that tells its condition has no connection.
        """
        now = self._clock.now()
        if isinstance(self._adapter, Observable) and self._adapter.condition.state != "live":
            return None
        if self._told_at is not None and (now - self._told_at).total_seconds() < BEAT_SECONDS:
            return None
        gaps, self._owed, self._told_at = self._owed, (), now
        source = self._adapter.source
        return Batch(
            gaps=gaps, cursor=Cursor(source=source, partition=LISTENED, position=now.isoformat())
        )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment
