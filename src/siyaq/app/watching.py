"""Readings on their way in, and what they have to tell on its way to the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Self

from siyaq.app.recording import decided_by
from siyaq.config import Config
from siyaq.core.errors import SiyaqError, StorageError
from siyaq.core.event import Op, PostEvent
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch, Clock
from siyaq.log import Appended, LogReader
from siyaq.telemetry import Change, Series, TelemetryStore, post_of

LOOK_SECONDS = 2.0
"""How often it is looked for changes while readings come in."""

AGE_SECONDS = 3600.0
_AROUND = timedelta(minutes=1)
_MOST_READINGS = 20
_POSTS_AT_ONCE = 200

logger = logging.getLogger("siyaq.telemetry")


def store_of(config: Config) -> TelemetryStore:
    """Return the readings of a data directory. The file is made when there are any."""
    return TelemetryStore(
        config.data,
        raw=timedelta(days=config.telemetry_days),
        minutes=timedelta(days=config.telemetry_minute_days),
    )


class Watching:
    """Tells of the changes in series, as posts of the source that the readings are from.

    An async context manager. `append` is the committer's, for threads. A change is noted as told
    once the log has it: told again after a crash, it is the same post.
    """

    def __init__(
        self,
        store: TelemetryStore,
        append: Callable[[Batch], Appended],
        log: LogReader,
        clock: Clock,
    ) -> None:
        self._store = store
        self._decided = decided_by(log)
        self._append = append
        self._clock = clock
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._looking: asyncio.Future[int] | None = None
        self._aged_at = float("-inf")

    async def __aenter__(self) -> Self:
        if self._store.exists:
            self._came.set()  # a change may have been found and not told
        self._task = asyncio.create_task(self._run(), name="telemetry")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._looking is not None:  # its thread goes on with the store and the committer
            await asyncio.wait([self._looking])
            self._looking.exception()

    def wake(self) -> None:
        """Say that readings came in. On the event loop."""
        self._came.set()

    async def _run(self) -> None:
        while True:
            await self._came.wait()
            self._came.clear()
            try:
                self._looking = asyncio.ensure_future(asyncio.to_thread(self.look))
                await asyncio.shield(self._looking)
            except SiyaqError:
                logger.warning("changes were not told", exc_info=True)
                self._came.set()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> int:
        """Tell every change that is not told yet, and return how many. Blocks."""
        self._age()
        self._store.settle(self._decided)
        told = 0
        found = self._store.untold()
        for start in range(0, len(found), _POSTS_AT_ONCE):
            part = found[start : start + _POSTS_AT_ONCE]
            events = tuple(self._events(part))
            self._append(Batch(events=events))
            gone = [
                event.post_id
                for event, (series, change) in zip(events, part, strict=True)
                if not self._store.tell(series, change.until)
            ]
            self._take_back(gone)
            told += len(part)
        return told

    def _take_back(self, told: Sequence[PostId]) -> None:
        """Delete what was told of series that were erased meanwhile."""
        if told:
            now = self._clock.now()
            events = [
                PostEvent(op=Op.DELETE, post_id=one, post=None, witnessed_at=now) for one in told
            ]
            self._append(Batch(events=tuple(events)))

    def _events(self, found: Sequence[tuple[Series, Change]]) -> Iterator[PostEvent]:
        now = self._clock.now()
        for series, change in found:
            readings = self._store.readings(
                series, change.since - _AROUND, change.until + _AROUND, _MOST_READINGS
            )
            post = post_of(series, change, readings, now)
            yield PostEvent(op=Op.CREATE, post_id=post.id, post=post, witnessed_at=now)

    def _age(self) -> None:
        now = self._clock.now().timestamp()
        if now - self._aged_at >= AGE_SECONDS:
            self._aged_at = now
            if self._store.age(self._clock.now()):
                with suppress(StorageError):  # the next time, then
                    self._store.purge()
