"""NATS JetStream, against a real nats-server."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from siyaq.core.errors import SourceRefused
from siyaq.sources.nats import NatsSource
from siyaq.testing.brokered import (
    NOBODY,
    soon,
)
from siyaq.testing.brokers import (
    NatsServer,
    nats_publish,
)
from siyaq.testing.source_contract import SourceContract
from tests.sources.brokers.published import (
    MESSAGES,
    Fresh,
    Held,
    first,
    login,
    running,
    survive,
)

pytestmark = pytest.mark.anyio


class TestNats(SourceContract):
    @pytest.fixture
    async def upstream(self, nats_server: NatsServer) -> Held:
        await nats_publish(nats_server.port, "orders", MESSAGES)
        url = f"nats://127.0.0.1:{nats_server.port}/orders"

        async def forget() -> None:
            nats = import_module("nats")
            connection = await nats.connect(f"nats://127.0.0.1:{nats_server.port}")
            with suppress(nats.js.errors.NotFoundError):
                await connection.jetstream().delete_consumer("orders", "siyaq")
            await connection.close()

        make = partial(NatsSource, url, NOBODY, sleep=soon, pulled=1)
        return Held(lambda: Fresh(make(), forget), "orders")


@pytest.mark.crash
async def test_killed_before_or_after_the_commit_nats_sends_again(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    await nats_publish(nats_server.port, "orders", MESSAGES)
    url = f"nats://127.0.0.1:{nats_server.port}/orders"
    await survive(url, tmp_path, partial(nats_publish, nats_server.port, "orders"))


async def test_what_the_stream_dropped_before_it_was_read_is_a_gap(
    nats_server: NatsServer,
) -> None:
    await nats_publish(nats_server.port, "orders", MESSAGES[:2])
    make = partial(NatsSource, f"nats://127.0.0.1:{nats_server.port}/orders", NOBODY, sleep=soon)
    cursor = (await first(make())).cursor
    assert cursor is not None
    nats = import_module("nats")
    connection = await nats.connect(f"nats://127.0.0.1:{nats_server.port}")
    await nats_publish(nats_server.port, "orders", MESSAGES[3:5])
    await connection.jetstream().purge_stream("orders")
    await connection.close()
    await nats_publish(nats_server.port, "orders", MESSAGES[6:7])
    async with (
        asyncio.timeout(30),
        aclosing(make().batches({cursor.partition: cursor.position})) as batches,
    ):
        async for batch in batches:
            if batch.gaps:
                break
    (gap,) = batch.gaps
    assert (gap.source, gap.reason) == ("orders", "cursor_too_old")


class Locked(NatsServer):
    def login(self) -> str:
        return 'authorization { user: "siyaq", password: "let-me-in" }'


async def test_nats_lets_in_who_knows_the_password_and_refuses_others(tmp_path: Path) -> None:
    for broker in running(Locked(tmp_path / "nats")):
        url = f"nats://127.0.0.1:{broker.port}/orders"
        with pytest.raises(SourceRefused, match="other credentials"):
            await first(NatsSource(url, login("siyaq:wrong")))
        with pytest.raises(SourceRefused, match="no stream 'orders'"):
            await first(NatsSource(url, login("siyaq:let-me-in")))
