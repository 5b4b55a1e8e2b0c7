"""Appending to the log, and telling of it whoever remembers, watches, meters or counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

from siyaq.app.live import LiveHub
from siyaq.app.metering import Metering
from siyaq.app.recording import Recording
from siyaq.app.remembering import Remembering
from siyaq.core.event import AccountEvent, AccountStatus
from siyaq.core.ports import Batch, Clock
from siyaq.log import Appended, LogReader, LogWriter
from siyaq.obs import Metrics
from siyaq.sources import Committer
from siyaq.telemetry import Taken, TelemetryStore


class Submitted:
    """Lets a thread append through the committer, so that whoever watches is told."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._loop = asyncio.get_running_loop()

    def __call__(self, batch: Batch) -> Appended:
        """Return once a batch is durable. Raises StorageError."""
        return asyncio.run_coroutine_threadsafe(self._committer.submit(batch), self._loop).result()


class Appending:
    """Appends to the log in the committer's thread, then tells the event loop what is new."""

    def __init__(
        self,
        writer: LogWriter,
        log: LogReader,
        remembering: Remembering,
        hub: LiveHub,
        metrics: Metrics,
        metering: Metering,
        store: TelemetryStore,
        clock: Clock,
    ) -> None:
        self.on_readings: Callable[[], None] = lambda: None  # called on the event loop
        self._record = Recording(writer.append, log, store, clock, on_taken=self._count_readings)
        self._log = log
        self._remembering = remembering
        self._metering = metering
        self._hub = hub
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()

    def __call__(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        """Append the batches of a group in one transaction, and say what is new. StorageError."""
        reshown = self._changes_what_is_shown(batches)
        results = self._record(batches)
        if reshown:
            self._remembering.forget_all()
        self._metering.taken(batches)
        for appended in results:
            for op in ("created", "updated", "deleted", "unchanged", "stale"):
                self._metrics.posts.labels(op).inc(getattr(appended, op))
            self._loop.call_soon_threadsafe(self._hub.publish, appended.live)
        for event in _accounts(batches):
            if event.status is AccountStatus.HIDDEN:
                withdrawn = self._log.written_by(event.source, event.author_id)
                self._loop.call_soon_threadsafe(self._hub.withdraw, withdrawn)
        return results

    def _count_readings(self, taken: Taken) -> None:
        self._metrics.readings.labels("new").inc(taken.new)
        self._metrics.readings.labels("known").inc(taken.known)
        for (_, why), count in taken.refused.items():
            self._metrics.readings.labels(why).inc(count)
        self._loop.call_soon_threadsafe(self.on_readings)

    def _changes_what_is_shown(self, batches: Sequence[Batch]) -> bool:
        """Say whether posts are hidden or shown again, of which no entry of the log tells."""
        return any(
            one.status is AccountStatus.HIDDEN
            or (
                one.status is AccountStatus.ACTIVE
                and self._log.is_hidden(one.source, one.author_id)
            )
            for one in _accounts(batches)
        )


def _accounts(batches: Sequence[Batch]) -> Iterator[AccountEvent]:
    for batch in batches:
        yield from (event for event in batch.events if isinstance(event, AccountEvent))
