"""What messages said, put together for the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from siyaq.core.event import Cursor, Gap, PostEvent, Rejected
from siyaq.core.observation import Observation
from siyaq.core.ports import Batch
from siyaq.sources.limits import BATCH_EVENTS

Verdict = PostEvent | Observation | Rejected


class Reader(Protocol):
    """Turns messages into what is kept of them."""

    def read(
        self, message: bytes, *, source: str, now: datetime, topic: str = ""
    ) -> Iterator[Verdict]:
        """Yield what a message says, witnessed at `now`, and what is of no use. Never raises."""
        ...


def batches_of(
    verdicts: Sequence[Verdict],
    source: str,
    cursor: Cursor | None = None,
    gaps: Iterable[Gap] = (),
) -> Iterator[Batch]:
    """Yield batches of what was read; the last one bears the cursor. At least one."""
    starts = range(0, max(1, len(verdicts)), BATCH_EVENTS)
    for start in starts:
        part = verdicts[start : start + BATCH_EVENTS]
        last = start == starts[-1]
        yield Batch(
            events=tuple(one for one in part if isinstance(one, PostEvent)),
            observations=tuple(one for one in part if isinstance(one, Observation)),
            rejected=tuple(one for one in part if isinstance(one, Rejected)),
            gaps=tuple(gaps) if last else (),
            cursor=cursor if last else None,
            source=source,
        )


def ordered(verdict: Verdict, rev: str) -> Verdict:
    """Return a change as the version `rev`, where its message does not say which it is."""
    if isinstance(verdict, PostEvent) and not verdict.rev:
        return replace(verdict, rev=rev)
    return verdict
