"""Lines admitted one by one, handed on as batches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from siyaq.core.clock import Trust
from siyaq.core.event import Cursor, PostEvent, Rejected, RejectReason
from siyaq.core.ports import Batch
from siyaq.sources.admit import admit_line
from siyaq.sources.limits import BATCH_EVENTS, LINE_BYTES
from siyaq.sources.lines import Line

_BOM = b"\xef\xbb\xbf"


class Verdicts:
    """Verdicts on lines, waiting to be a batch."""

    def __init__(self, source: str, trust: Trust, partition: str) -> None:
        self._source = source
        self._trust = trust
        self._partition = partition
        self._events: list[PostEvent] = []
        self._rejected: list[Rejected] = []
        self._last = Line(0, None, 0)

    @property
    def waiting(self) -> bool:
        """Whether a batch would hold anything."""
        return bool(self._events or self._rejected)

    @property
    def full(self) -> bool:
        """Whether a batch should be made now."""
        return len(self._events) + len(self._rejected) >= BATCH_EVENTS

    def take(self, line: Line, now: datetime) -> None:
        """Admit one line, received at `now`. Blank lines are passed over."""
        body = line.body
        if body is None:
            detail = f"line longer than {LINE_BYTES} bytes"
            verdict: PostEvent | Rejected = Rejected(
                reason=RejectReason.TOO_LARGE, detail=detail, line=line.number
            )
        else:
            body = body.removeprefix(_BOM) if line.number == 1 else body
            if not body or body.isspace():
                return
            verdict = admit_line(
                body, source=self._source, trust=self._trust, now=now, number=line.number
            )
        self._last = line
        if isinstance(verdict, Rejected):
            self._rejected.append(verdict)
        else:
            self._events.append(verdict)

    def take_all(self, lines: Iterable[Line], now: datetime) -> list[Batch]:
        """Admit `lines` and return them as batches."""
        made: list[Batch] = []
        for line in lines:
            self.take(line, now)
            if self.full:
                made.append(self.batch())
        if self.waiting:
            made.append(self.batch())
        return made

    def batch(self) -> Batch:
        """Return what was taken since the last batch."""
        cursor = None
        if self._partition:
            position = f"{self._last.end}:{self._last.number}"
            cursor = Cursor(source=self._source, partition=self._partition, position=position)
        batch = Batch(
            events=tuple(self._events),
            rejected=tuple(self._rejected),
            cursor=cursor,
            source=self._source,
        )
        self._events.clear()
        self._rejected.clear()
        return batch
