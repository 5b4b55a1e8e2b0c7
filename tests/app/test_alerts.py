"""Saved questions on the real product: a post arrives, a post is deleted, somebody is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from siyaq.access import KeyRing, Principal, Role
from siyaq.access.collections import SEES_ALL
from siyaq.app.alerts import alerting, open_desk
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import Config, load
from siyaq.core.clock import SystemClock
from siyaq.testing.serving import wait_until
from siyaq.watches import Draft, Watcher, WatchStore
from tests.app.conftest import send
from tests.watches.servers import Hook, hook_server

ADMIN = Principal("", Role.ADMIN, collections=SEES_ALL)
FERRY = {
    "id": "1",
    "source": "bay",
    "author": {"id": "u1", "handle": "norra"},
    "text": "The night ferry to Sandholm leaves from pier four at 23:15.",
    "created_at": "2026-11-20T10:00:00Z",
}
LATER = {
    "id": "2",
    "source": "bay",
    "author": {"id": "u2", "handle": "harbour"},
    "text": "Correction: the night ferry to Sandholm leaves from pier two at 23:40 today.",
    "created_at": "2026-11-20T12:00:00Z",
}
QUESTION = "When does the night ferry to Sandholm leave?"


async def look(store: WatchStore, siyaq: Siyaq) -> None:
    """Look at the only watch now, whenever it is due."""
    (watch,) = store.watches()
    store.pause(watch.id, paused=False, due_at=watch.created_at)
    assert await Watcher(store, siyaq, SystemClock()).look()


def test_a_new_post_and_a_deletion_raise_alerts_and_nothing_else_does(config: Config) -> None:
    async def run() -> None:
        async with open_siyaq(config, write=True) as siyaq:
            await send(siyaq, FERRY)
            with open_desk(config) as (store, desk):
                desk.save("", Draft(question=QUESTION))
                await look(store, siyaq)
                await look(store, siyaq)
                assert desk.alerts(ADMIN) == []
                await send(siyaq, LATER)
                await look(store, siyaq)
                await look(store, siyaq)
                (new,) = desk.alerts(ADMIN)
                assert "new_evidence" in new.changes
                assert "23:40" in str(await siyaq.answer(new.answer_id))
                await send(siyaq, {"op": "delete", "id": "2", "source": "bay"}, imported=False)
                await look(store, siyaq)
                await look(store, siyaq)
                newest, _ = desk.alerts(ADMIN)
                assert "withdrawn" in newest.changes
                assert newest.withdrawn == 1
                assert "23:40" not in str(await siyaq.answer(new.answer_id))

    asyncio.run(run())


def test_a_running_server_tells_a_webhook(tmp_path: Path) -> None:
    with hook_server() as hook:
        config = load(
            environ={},
            flags={
                "data": str(tmp_path),
                "embed.processes": 0,
                "alerts.own_webhook": hook.url,
            },
        )
        asyncio.run(_told(config, hook))
    ((_, body),) = hook.posted
    assert "23:40" in json.dumps(json.loads(body)["answer"])


async def _told(config: Config, hook: Hook) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, FERRY)
        with open_desk(config) as (store, desk), closing(KeyRing(config.data)) as ring:
            desk.save("", Draft(question=QUESTION, webhook=hook.url))
            async with alerting(config, siyaq, siyaq.metrics, store, desk, ring, None):
                await _until(lambda: bool(store.watches()[0].answer_id), "the first look")
                await send(siyaq, LATER)
                (watch,) = store.watches()
                desk.pause(ADMIN, watch.id, paused=False)  # it is due now
                await _until(
                    lambda: [one.state for one in desk.deliveries(desk.alerts(ADMIN))] == ["sent"],
                    "the alert is sent",
                )
            assert siyaq.metrics.deliveries.labels("webhook", "sent")._value.get() == 1


async def _until(holds: Callable[[], bool], what: str) -> None:
    await asyncio.to_thread(wait_until, holds, what)
