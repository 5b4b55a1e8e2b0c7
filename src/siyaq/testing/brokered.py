"""A broker as a platform that campaigns disturb: its wire is cut, and it is stopped and killed.

What its publisher was told is stored is the truth.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from siyaq.core.ports import SourceAdapter
from siyaq.sources.credential import Credential
from siyaq.testing.brokers import Broker, Mosquitto, NatsServer, Tansu, post_of
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.proxy import CUTS, FaultProxy

NOBODY = Credential(["SIYAQ_NO_LOGIN"], environ={})
TIMEOUT_SECONDS = 0.5
STREAM = "orders"


async def soon(_: float) -> None:
    """Wait as a source does between attempts, but not for long."""
    await asyncio.sleep(0.01)


class Brokered:
    """One broker behind a wire, and a publisher that talks as long as time passes."""

    def __init__(self, broker: Broker | None, wire: FaultProxy, make: Callable[[int], Any]) -> None:
        self.pace = Pace(datetime.now(UTC), paused=True)
        self._broker = broker
        self._wire = wire
        self._make = make
        self._restarts: Counter[str] = Counter()
        self._restarting: asyncio.Task[None] | None = None
        self._stored: dict[str, str] = {}
        self._told = 0
        self._at_stake: frozenset[str] = frozenset()

    @property
    def fired(self) -> int:
        """How many disturbances have happened."""
        return self._wire.fired.total() + self._restarts.total()

    def cuts(self) -> Sequence[str]:
        """Every way to disturb it."""
        return (*CUTS, "restart", "killed")

    def cut(self, how: str) -> None:
        """Disturb it."""
        if how in ("restart", "killed"):
            self._restarting = asyncio.create_task(self._restart(how))
            return
        self._wire.order(how)  # type: ignore[arg-type]
        if how in ("refuse", "blackhole"):
            self._wire.drop_streams()

    async def _restart(self, how: str) -> None:
        assert self._broker is not None
        await asyncio.to_thread(self._broker.stop, kill=how == "killed")
        await asyncio.to_thread(self._broker.start)
        self._restarts[how] += 1

    def adapter(self) -> SourceAdapter:
        """Make the source that reads it, through the wire."""
        made: SourceAdapter = self._make(self._wire.port)
        return made

    def truth(self) -> tuple[Mapping[str, str], frozenset[str]]:
        """Return what must be held, and what may be: what is just being published."""
        return dict(self._stored), self._at_stake

    def told(self) -> int:
        """How many messages were published."""
        return self._told

    async def publish(self, send: Callable[[bytes], Awaitable[None]], pause_seconds: float) -> None:
        """Publish new posts, and every fifth time a later version of one, until cancelled.

        What the broker did not confirm is published again.
        """
        while True:
            if self.pace.paused:
                await asyncio.sleep(0.02)
                continue
            number = self._told
            name = str(number if number % 5 else number // 2)
            text = f"message {number}"
            self._at_stake = frozenset({name})
            while True:
                with suppress(Exception):  # the broker is away, or says no
                    await send(post_of(int(name), text))
                    break
                await asyncio.sleep(0.05)
            self._stored[name] = text
            self._at_stake = frozenset()
            self._told += 1
            await asyncio.sleep(pause_seconds)


@asynccontextmanager
async def nats_platform(
    seed: int, *, posts_per_second: float = 20.0, speed: float = 10.0
) -> AsyncIterator[Brokered]:
    """Run nats-server with a stream. Its source reads it through a wire that is cut."""
    from siyaq.sources.nats import NatsSource

    nats: Any = import_module("nats")
    with TemporaryDirectory() as directory, NatsServer(Path(directory)) as broker:
        connection = await nats.connect(
            f"nats://127.0.0.1:{broker.port}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.05,
            error_cb=_ignore,
        )
        stream = connection.jetstream(timeout=2)
        await stream.add_stream(name=STREAM, subjects=[f"{STREAM}.>"])

        async def send(message: bytes) -> None:
            await stream.publish(f"{STREAM}.in", message)

        def make(port: int) -> NatsSource:
            url = f"nats://127.0.0.1:{port}/{STREAM}"
            return NatsSource(
                url, NOBODY, sleep=soon, timeout_seconds=TIMEOUT_SECONDS, rng=Random(seed)
            )

        pause_seconds = 1 / (posts_per_second * speed)
        async with _published(broker, make, send, pause_seconds) as platform:
            yield platform
        await connection.close()


@asynccontextmanager
async def mqtt_platform(
    seed: int, *, posts_per_second: float = 20.0, speed: float = 10.0
) -> AsyncIterator[Brokered]:
    """Run mosquitto. Killed, it forgets its session by design, so it is only ever stopped."""
    from siyaq.sources.mqtt import MqttSource

    paho: Any = import_module("paho.mqtt.client")
    with TemporaryDirectory() as directory, Mosquitto(Path(directory)) as broker:
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        client.reconnect_delay_set(1, 1)
        client.connect("127.0.0.1", broker.port)
        client.loop_start()

        async def send(message: bytes) -> None:
            sent = client.publish(f"{STREAM}/in", message, qos=1)
            await asyncio.to_thread(sent.wait_for_publish, 30)
            if not sent.is_published():
                raise TimeoutError

        def make(port: int) -> MqttSource:
            url = f"mqtt://127.0.0.1:{port}/{STREAM}/%23"
            return MqttSource(
                url,
                NOBODY,
                sleep=soon,
                timeout_seconds=TIMEOUT_SECONDS,
                keepalive_seconds=1,
                rng=Random(seed),
            )

        pause_seconds = 1 / (posts_per_second * speed)
        async with _published(broker, make, send, pause_seconds, _Unkilled) as platform:
            yield platform
        client.disconnect()
        client.loop_stop()


@asynccontextmanager
async def kafka_platform(
    seed: int, *, posts_per_second: float = 20.0, speed: float = 10.0
) -> AsyncIterator[Brokered]:
    """Run Tansu behind a wire. It keeps nothing, so it is never stopped."""
    from siyaq.sources.kafka import KafkaSource

    with TemporaryDirectory() as directory, Tansu(Path(directory)) as broker:

        async def send(message: bytes) -> None:
            partition = int(json.loads(message)["id"]) % 2  # versions of one post stay in order
            await asyncio.to_thread(broker.publish, STREAM, [message], partition)

        def make(port: int) -> KafkaSource:
            url = f"kafka://127.0.0.1:{port}/{STREAM}"
            return KafkaSource(
                url, NOBODY, sleep=soon, timeout_seconds=TIMEOUT_SECONDS, rng=Random(seed)
            )

        await send(post_of(0, "the topic is there"))
        pause_seconds = 1 / (posts_per_second * speed)
        async with _published(broker, make, send, pause_seconds, Unstopped) as platform:
            yield platform


class _Unkilled(Brokered):
    def cuts(self) -> Sequence[str]:
        """Every way to disturb it."""
        return (*CUTS, "restart")


class Unstopped(Brokered):
    """One whose wire is cut, and that is never stopped."""

    def cuts(self) -> Sequence[str]:
        """Every way to disturb it."""
        return CUTS


@asynccontextmanager
async def _published(
    broker: Broker,
    make: Callable[[int], Any],
    send: Callable[[bytes], Awaitable[None]],
    pause_seconds: float,
    kind: type[Brokered] = Brokered,
) -> AsyncIterator[Brokered]:
    async with FaultProxy(broker.port, [b""]) as wire:
        if isinstance(broker, Tansu):
            wire.renamed = kafka_address(broker.port), kafka_address(wire.port)
        platform = kind(broker, wire, make)
        publishing = asyncio.create_task(platform.publish(send, pause_seconds))
        try:
            yield platform
        finally:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)


def kafka_address(port: int) -> bytes:
    """Return how a broker on this machine tells its clients where it is, in Kafka's protocol."""
    return b"127.0.0.1" + port.to_bytes(4, "big")


async def _ignore(_: Exception) -> None:
    """Let a client that reconnects by itself fail as often as it likes."""
