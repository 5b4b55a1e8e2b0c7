"""Runs one source for as long as it lives: pulls batches, makes them durable, says how it goes.

One batch is in flight at a time, in the source's own order, so that a cursor is never durable
before the changes it stands for. A full disk stalls the source and loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from siyaq.core.clock import SystemClock
from siyaq.core.errors import (
    CorruptionError,
    SourceRefused,
    SourceUnavailable,
    StorageError,
    UsageError,
)
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch, Clock, SourceAdapter
from siyaq.core.reports import IngestReport, SourceStatus
from siyaq.log import Appended, SourceRecord
from siyaq.sources.backoff import Backoff
from siyaq.sources.committer import Committer
from siyaq.sources.condition import Condition, Observable
from siyaq.sources.recall import Recalling
from siyaq.sources.tally import Tally
from siyaq.sources.vigil import BEAT_SECONDS, Attendance, Silence

logger = logging.getLogger("siyaq.sources")

Resume = Callable[[str], Mapping[str, str]]
"""The log's committed cursors of a source: partition to position."""

HeldBy = Callable[[str, int], Sequence[PostId]]
"""The names of so many of the newest posts that the log holds of a source."""


class Pump:
    """Runs `adapter` until it ends, refuses, or `stop` is called.

    `resume` is asked in a thread at each start. `held` is for sources that ask their platform
    again about posts we hold. `sleep` waits between tries. `silence` judges sources that do not
    tell their condition: those that do watch over themselves.
    """

    def __init__(
        self,
        adapter: SourceAdapter,
        committer: Committer,
        *,
        resume: Resume,
        held: HeldBy = lambda _source, _limit: (),
        url: str = "",
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        silence: Silence | None = None,
    ) -> None:
        self._adapter = adapter
        self._committer = committer
        self._resume = resume
        self._url = url
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._stopping = asyncio.Event()
        self._condition = Condition(state="idle")
        self._storage_problem = ""
        self._tally = Tally(self._clock.now())
        self._silence = silence or Silence()
        self._attendance = Attendance(adapter, self._clock)
        if isinstance(adapter, Recalling):
            adapter.recall(partial(held, adapter.source))

    async def run(self) -> IngestReport:
        """Pump until there is no more, and return the totals.

        A source that cannot be reached is tried again for ever; one that refuses ends here, in
        the state "refused". Raises what the caller can fix (an unreadable file), after all that
        came before it is durable, and damage to our own data.
        """
        backoff = Backoff(1.0, 60.0)
        while not self._stopping.is_set():
            self._condition.connecting()
            before = self._tally.report()
            try:
                await self._run_once()
            except SourceRefused as error:
                told = f"{error}; {error.hint}" if error.hint else str(error)
                self._condition = Condition("refused", told)
                logger.warning("source refused", extra={"source_id": self._adapter.source})
                return self.report()
            except (UsageError, CorruptionError, MemoryError) as error:
                self._condition = Condition("refused", str(error))
                raise
            except Exception as error:  # noqa: BLE001 -- an adapter's bug must not end its source
                self._note_failure(error)
            else:
                break
            if self._tally.report() != before:
                backoff.reset()
            await self._pause(backoff.next_seconds())
        self._condition = Condition("finished")
        return self.report()

    def stop(self) -> None:
        """Ask `run` to end once the batch in flight is durable."""
        self._stopping.set()

    def report(self) -> IngestReport:
        """Return what became of everything pumped so far."""
        return self._tally.report()

    def status(self, recorded: SourceRecord | None = None) -> SourceStatus:
        """Say how the source is doing.

        `posts`, `refused` and `gaps` are those of the log where it has a record of the source,
        else those since this pump began.
        """
        now = self._clock.now()
        condition = self._condition
        if condition.state in ("connecting", "live") and isinstance(self._adapter, Observable):
            condition = self._adapter.condition
        return SourceStatus(
            source=self._adapter.source,
            url=self._url,
            state="waiting" if self._storage_problem else condition.state,
            posts=self._tally.posts if recorded is None else recorded.posts,
            posts_per_second=self._tally.per_second(now),
            lag_seconds=self._tally.lag_seconds,
            last_event_at=self._tally.last_event_at,
            refused=dict(self._tally.refused if recorded is None else recorded.refused),
            gaps=tuple(self._tally.gaps if recorded is None else recorded.gaps),
            problem=self._storage_problem or condition.problem,
            reconnects=condition.reconnects,
            gap_count=self._tally.gap_count,
        )

    async def _run_once(self) -> None:
        resume = await asyncio.to_thread(self._resume, self._adapter.source)
        batches = self._adapter.batches(self._attendance.begin(resume))
        self._silence.begin()
        try:
            while (batch := await self._pull(batches)) is not None:
                self._silence.heard()
                self._condition.live()
                if not (await self._take(batch) and await self._attend()):
                    return
                if self._stopping.is_set():  # a source may always have another one ready
                    return
        finally:
            if isinstance(batches, AsyncGenerator):
                await batches.aclose()

    async def _take(self, batch: Batch) -> bool:
        """Make a batch durable and count it; say whether that was done."""
        batch = batch if batch.source else replace(batch, source=self._adapter.source)
        appended = await self._commit(batch)
        if appended is not None:
            self._tally.count(batch, appended, self._clock.now())
        return appended is not None

    async def _attend(self) -> bool:
        """Write down, where it matters and now and then, that we are listening."""
        listening = self._attendance.listening() if self._attendance.wanted else None
        return listening is None or await self._take(listening)

    async def _pull(self, batches: AsyncIterator[Batch]) -> Batch | None:
        """Return the next batch; None at the end of the source, or when we are to stop.

        Raises SourceUnavailable where the source is silent for too long.
        """
        pull = asyncio.ensure_future(anext(batches, None))
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            while True:
                await asyncio.wait(
                    {pull, stop}, timeout=self._look_seconds(), return_when=asyncio.FIRST_COMPLETED
                )
                if pull.done():
                    return pull.result()
                if stop.done() or not await self._attend():
                    return None
                if not isinstance(self._adapter, Observable):
                    self._silence.require()
        finally:
            stop.cancel()
            if not pull.done():
                pull.cancel()
                with suppress(asyncio.CancelledError):
                    await pull

    def _look_seconds(self) -> float | None:
        """Return how long to wait for a batch before looking whether all is well; None for ever."""
        left = None if isinstance(self._adapter, Observable) else self._silence.left_seconds()
        waits = [max(0.0, left)] if left is not None else []
        return min([*waits, *([BEAT_SECONDS] if self._attendance.wanted else [])], default=None)

    async def _commit(self, batch: Batch) -> Appended | None:
        """Make `batch` durable, however long the disk refuses; None when stopped before that."""
        backoff = Backoff(0.25, 5.0)
        while True:
            try:
                appended = await self._committer.submit(batch)
            except StorageError as error:
                if self._stopping.is_set():
                    return None
                self._storage_problem = str(error)
                await self._pause(backoff.next_seconds())
            else:
                self._storage_problem = ""
                return appended

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for longer than we are wanted."""
        pause = asyncio.ensure_future(self._sleep(seconds))
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({pause, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            stop.cancel()

    def _note_failure(self, error: Exception) -> None:
        self._condition.waiting(str(error) or type(error).__name__)
        if not isinstance(error, SourceUnavailable):
            logger.error("source failed", exc_info=error, extra={"source_id": self._adapter.source})
