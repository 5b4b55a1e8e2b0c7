"""What a writer does beside its work: carries out orders, keeps time limits, takes bytes out."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from siyaq.app.erasing import Eraser
from siyaq.app.orders import POLL_SECONDS, Done, Orders
from siyaq.backup import Departed, Keys
from siyaq.config import Config
from siyaq.core.errors import SiyaqError
from siyaq.core.ports import Clock
from siyaq.log import LogReader
from siyaq.telemetry import TelemetryStore

AGE_SECONDS: Final = 600.0
"""How often posts are looked for that have been kept long enough."""

_logger = logging.getLogger("siyaq.janitor")


class Janitor:
    """Runs for as long as the writer does. What is ordered is hidden whatever else goes on.

    Two threads at most: one hides, the other takes bytes out, which may take minutes. An async
    context manager. Whatever fails is logged and tried again the next time.
    """

    def __init__(
        self,
        config: Config,
        eraser: Eraser,
        log: LogReader,
        readings: TelemetryStore,
        clock: Clock,
    ) -> None:
        self._config = config
        self._readings = readings
        self._eraser = eraser
        self._log = log
        self._clock = clock
        self._orders = Orders(config.data)
        self._keys = Keys(config.backup_keys)
        self._departed = Departed(self._keys)
        self._hidden: dict[str, int] = {}  # order to how many posts, until their bytes are out
        self._tasks: list[asyncio.Task[None]] = []
        self._aged_at = -AGE_SECONDS
        self._purged_at = time.monotonic()
        self._purged_deleted = log.counts().deleted

    async def __aenter__(self) -> Self:
        for name, duties in (
            ("orders", (self._hide,)),
            ("janitor", (self._carry_out, self._note_departed, self._age, self._purge)),
        ):
            self._tasks.append(asyncio.create_task(self._repeat(duties), name=name))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, duties: Sequence[Callable[[], None]]) -> None:
        while True:
            for duty in duties:
                await asyncio.to_thread(self._guarded, duty)
            await asyncio.sleep(POLL_SECONDS)

    def _guarded(self, duty: Callable[[], None]) -> None:
        try:
            duty()
        except Exception:
            _logger.exception("upkeep failed")

    def _hide(self) -> None:
        for name, order in self._orders.take(but_for=self._hidden):
            try:
                self._hidden[name] = self._eraser.hide(order)
            except SiyaqError as error:
                self._orders.finish(name, Done(error=str(error)))

    def _carry_out(self) -> None:
        """Take out the bytes of what was hidden so far, once for all of it."""
        hidden = dict(self._hidden)
        if not hidden:
            return
        error = ""
        try:
            self._note_departed()
            self._eraser.purge()
            self._purged()
        except SiyaqError as failed:
            error = str(failed)
        for name, erased in hidden.items():
            self._orders.finish(name, Done(error=error) if error else Done(erased))
            del self._hidden[name]

    def _note_departed(self) -> None:
        if self._keys.exist:
            self._departed.note(self._config.data)
            self._departed.note_readings(self._readings)

    def _age(self) -> None:
        if time.monotonic() - self._aged_at < AGE_SECONDS:
            return
        self._aged_at = time.monotonic()
        now = self._clock.now()
        for source, days in self._config.keep_days.items():
            self._eraser.age(source, now - timedelta(days=days))
        if self._keys.exist:
            self._keys.shred((now - timedelta(days=self._config.backup_days)).date())

    def _purge(self) -> None:
        if time.monotonic() - self._purged_at < self._config.purge_seconds:
            return
        if self._log.counts().deleted != self._purged_deleted:
            self._eraser.purge()
        self._purged()

    def _purged(self) -> None:
        self._purged_at = time.monotonic()
        self._purged_deleted = self._log.counts().deleted
