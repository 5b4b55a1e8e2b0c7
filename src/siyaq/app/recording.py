"""Posts and readings, appended as one: to the log, and to the file of readings beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from siyaq.core.event import Cursor, Rejected, RejectReason
from siyaq.core.ports import Batch, Clock
from siyaq.log import Appended, LogReader
from siyaq.telemetry import PARTITION, Decided, Refusal, Taken, TelemetryStore

STEPS: Final = ("readings staged", "readings decided")
"""Where a process may be stopped between the two files: before the log has its part, and after."""

_REJECTED: Final[dict[Refusal, Rejected]] = {
    "late": Rejected(
        reason=RejectReason.BAD_TIME, detail="a reading older than is kept, or from the future"
    ),
    "beyond": Rejected(
        reason=RejectReason.UNSUPPORTED, detail="a reading of one series more than there may be"
    ),
}


class Recording:
    """The append of a data directory. Blocks; one group at a time.

    `on_taken` hears what became of readings, once the log has decided; `on_step` the steps.
    """

    def __init__(
        self,
        append: Callable[[Sequence[Batch]], Sequence[Appended]],
        log: LogReader,
        store: TelemetryStore,
        clock: Clock,
        *,
        on_taken: Callable[[Taken], None] = lambda _: None,
        on_step: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._append = append
        self._decided = decided_by(log)
        self._store = store
        self._clock = clock
        self._on_taken = on_taken
        self._on_step = on_step

    def __call__(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        """Make batches durable, all of them or none, and return what became of each."""
        readings = [one for batch in batches for one in batch.observations]
        if not readings:
            return self._append(batches)
        taken = self._store.stage(readings, self._clock.now(), self._decided)
        self._on_step(STEPS[0])
        appended = self._append([*batches, *_notes(taken)])
        self._on_step(STEPS[1])
        self._on_taken(taken)
        return appended[: len(batches)]


def decided_by(log: LogReader) -> Decided:
    """Return what says how far a log has decided upon the readings of a source."""
    return lambda source: int(log.resume(source).get(PARTITION, "0"))


def _notes(taken: Taken) -> Iterator[Batch]:
    """Yield what the log has to note of a stage: its number, and what was refused, by source."""
    if taken.number:
        cursor = Cursor(source=taken.source, partition=PARTITION, position=str(taken.number))
        yield Batch(cursor=cursor, source=taken.source)
    for (source, why), count in taken.refused.items():
        yield Batch(rejected=(_REJECTED[why],) * count, source=source)
