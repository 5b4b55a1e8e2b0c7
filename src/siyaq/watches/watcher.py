"""Asking saved questions again when they are due, one after the other."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta

from siyaq.access import KeyGone, Owners
from siyaq.access.owners import LOOK_SECONDS
from siyaq.core.answer import Answer, finished
from siyaq.core.errors import NotFound, SiyaqError
from siyaq.core.ids import PostId
from siyaq.core.ports import Clock
from siyaq.core.product import Product
from siyaq.sources.backoff import Backoff
from siyaq.watches.change import News, news, quoted
from siyaq.watches.model import Alert, Delivery, Watch
from siyaq.watches.store import WatchStore

TICK_SECONDS = 1.0
FAILED_SECONDS = 60.0
"""How long it waits at most when something fails again and again, our own disk say."""

KEYS_FAILED_SECONDS = 5.0
"""The same for keys: one that is revoked meanwhile still has its watches."""

KNOWN_AT_MOST = 2000
"""How many posts that it has quoted a watch remembers, the newest."""

logger = logging.getLogger("siyaq.watches")


async def stop_of_keys(store: WatchStore, owners: Owners) -> None:
    """Until cancelled, stop the watches of keys that stand no more, and their alerts."""
    backoff = Backoff(LOOK_SECONDS, KEYS_FAILED_SECONDS)
    while True:
        try:
            for owner in await asyncio.to_thread(store.owners):
                try:
                    owners.of(owner)
                except KeyGone as gone:
                    await asyncio.to_thread(store.stop, owner, str(gone))
        except SiyaqError:
            logger.exception("keys of saved questions could not be looked at")
            await asyncio.sleep(backoff.next_seconds())
        else:
            backoff.reset()
            await asyncio.sleep(LOOK_SECONDS)


Charged = Callable[[str], AbstractAsyncContextManager[None]]
"""Lets a block be charged to a key by its id. Raises SiyaqError where the key stands no more."""


class Watcher:
    """Looks at every watch that is due. There is one for a data directory."""

    def __init__(
        self,
        store: WatchStore,
        product: Product,
        clock: Clock,
        *,
        charged: Charged = lambda _: nullcontext(),
        raised: Callable[[Alert], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._product = product
        self._clock = clock
        self._charged = charged
        self._raised = raised

    async def run(self) -> None:
        """Look until cancelled. Whatever fails is logged and tried again, ever later."""
        backoff = Backoff(TICK_SECONDS, FAILED_SECONDS)
        while True:
            try:
                looked = await self.look()
            except Exception:
                logger.exception("saved questions could not be looked at")
                await asyncio.sleep(backoff.next_seconds())
                continue
            backoff.reset()
            if not looked:
                await asyncio.sleep(TICK_SECONDS)

    async def look(self) -> bool:
        """Look at the watch that has waited longest; False where none is due.

        Raises StorageError.
        """
        found = await asyncio.to_thread(self._store.due, self._clock.now())
        if found is None:
            return False
        watch, known = found
        try:
            async with self._charged(watch.owner):
                answer = await self._answer(watch)
        except SiyaqError as error:
            due_at = self._clock.now() + timedelta(minutes=watch.draft.every_minutes)
            await asyncio.to_thread(self._store.not_asked, watch.id, str(error), due_at)
            return True
        await self._keep(watch, answer, known)
        return True

    async def _answer(self, watch: Watch) -> Answer:
        """Ask, going on from the answer before while that is kept."""
        try:
            return await self._asked(watch, watch.answer_id)
        except NotFound:
            if not watch.answer_id:
                raise
            return await self._asked(watch, "")

    async def _asked(self, watch: Watch, previous: str) -> Answer:
        return await finished(self._product.ask(watch.asked(previous)))

    async def _keep(self, watch: Watch, answer: Answer, known: Sequence[PostId]) -> None:
        now = self._clock.now()
        found = news(answer, set(known), watch.draft.scope)
        alert = _alert(watch, answer, found) if found.changes else None
        if alert is not None:
            alert = replace(alert, at=now)
        there = await asyncio.to_thread(
            self._store.looked,
            watch.id,
            answer_id=answer.id,
            at=now,
            due_at=now + timedelta(minutes=watch.draft.every_minutes),
            known=_remembered(known, quoted(answer)),
            alert=alert,
            deliveries=tuple(_deliveries(watch, alert)) if alert is not None else (),
        )
        if there and alert is not None:
            self._raised(alert)
        stale = watch.answer_id if there else answer.id
        if stale and not await asyncio.to_thread(self._store.cites, stale):
            with suppress(NotFound, KeyGone):  # nobody but this watch has ever seen it
                async with self._charged(watch.owner):
                    await self._product.forget_answer(stale)


def _alert(watch: Watch, answer: Answer, found: News) -> Alert:
    return Alert(
        id=secrets.token_hex(8),
        watch_id=watch.id,
        owner=watch.owner,
        question=watch.draft.question,
        language=watch.draft.language,
        at=answer.as_of,
        changes=found.changes,
        answer_id=answer.id,
        added=len(found.added),
        withdrawn=found.withdrawn,
    )


def _deliveries(watch: Watch, alert: Alert) -> Iterator[Delivery]:
    draft = watch.draft
    ways: Collection[tuple[str, str]] = (("webhook", draft.webhook), ("email", draft.email))
    for way, target in ways:
        if target:
            yield Delivery(
                id=secrets.token_hex(8),
                alert=alert,
                way="webhook" if way == "webhook" else "email",
                target=target,
                due_at=alert.at,
            )


def _remembered(known: Sequence[PostId], now: Sequence[PostId]) -> list[PostId]:
    fresh = set(now)
    return [*(name for name in known if name not in fresh), *now][-KNOWN_AT_MOST:]
