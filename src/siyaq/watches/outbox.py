"""Alerts on their way out: sent at least once, tried again for a day, then given up and shown.

What was sent is written down afterwards: a crash in between sends it once more, under the same id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from siyaq.core.errors import SiyaqError
from siyaq.core.ports import Clock
from siyaq.sources.backoff import Backoff
from siyaq.watches.model import Delivery, Way
from siyaq.watches.store import WatchStore

DELAYS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21_600, 43_200))
"""How long it waits after each attempt that failed; after one more it gives up."""

TICK_SECONDS = 1.0
FAILED_SECONDS = 60.0

logger = logging.getLogger("siyaq.watches")

Send = Callable[[Delivery], Awaitable[None]]
"""Hands an alert over. Raises SiyaqError where it was not taken."""


class Outbox:
    """Sends what is due. There is one for a data directory."""

    def __init__(
        self,
        store: WatchStore,
        ways: Mapping[Way, Send],
        clock: Clock,
        *,
        outcome: Callable[[Way, str], None] = lambda _way, _what: None,
    ) -> None:
        self._store = store
        self._ways = ways
        self._clock = clock
        self._outcome = outcome

    async def run(self) -> None:
        """Send until cancelled. Whatever fails is logged and tried again, ever later."""
        backoff = Backoff(TICK_SECONDS, FAILED_SECONDS)
        while True:
            try:
                sent = await self.send_due()
            except Exception:
                logger.exception("alerts could not be sent")
                await asyncio.sleep(backoff.next_seconds())
                continue
            backoff.reset()
            if not sent:
                await asyncio.sleep(TICK_SECONDS)

    async def send_due(self) -> int:
        """Try what is due, all at once, and return how many that was. Raises StorageError."""
        waiting = await asyncio.to_thread(self._store.waiting, self._clock.now())
        async with asyncio.TaskGroup() as group:
            for delivery in waiting:
                group.create_task(self._try(delivery))
        return len(waiting)

    async def _try(self, delivery: Delivery) -> None:
        tried = replace(delivery, attempts=delivery.attempts + 1)
        try:
            await self._ways.get(delivery.way, _no_way)(delivery)
        except SiyaqError as error:
            tried = self._failed(tried, str(error))
        except Exception as error:  # one that cannot be sent holds up no other
            logger.exception("an alert could not be sent", extra={"alert": tried.alert.id})
            tried = self._failed(tried, f"it could not be sent ({type(error).__name__})")
        else:
            tried = replace(tried, state="sent", problem="")
        self._outcome(delivery.way, tried.state)
        await asyncio.to_thread(self._store.delivered, tried)

    def _failed(self, tried: Delivery, problem: str) -> Delivery:
        if tried.attempts > len(DELAYS):
            logger.warning(
                "alert given up", extra={"way": tried.way, "alert": tried.alert.id, "why": problem}
            )
            return replace(tried, state="failed", problem=problem)
        due_at = self._clock.now() + DELAYS[tried.attempts - 1]
        return replace(tried, due_at=due_at, problem=problem)


async def _no_way(delivery: Delivery) -> None:
    raise SiyaqError(f"this server is not set up to send by {delivery.way}")
