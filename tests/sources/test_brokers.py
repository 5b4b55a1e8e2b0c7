"""NATS, MQTT and Kafka, each against its own broker on this machine."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from siyaq.core.errors import ConfigError, SourceRefused
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch, SourceAdapter
from siyaq.log import LogReader
from siyaq.sources.credential import Credential
from siyaq.sources.kafka import KafkaSource
from siyaq.sources.messages.client import optional
from siyaq.sources.mqtt import MqttSource
from siyaq.sources.nats import NatsSource
from siyaq.testing.brokered import (
    NOBODY,
    kafka_address,
    kafka_platform,
    mqtt_platform,
    nats_platform,
    soon,
)
from siyaq.testing.brokers import (
    Broker,
    BrokerMissing,
    Mosquitto,
    NatsServer,
    Tansu,
    mqtt_publish,
    nats_publish,
    post_of,
)
from siyaq.testing.disconnects import created_twice, follow_through
from siyaq.testing.serving import wait_until
from siyaq.testing.source_contract import SourceContract
from siyaq.testing.world.proxy import FaultProxy
from tests.conftest import IN_CI

pytestmark = pytest.mark.anyio

MESSAGES = [post_of(n) for n in range(12)]
MESSAGES[2] = b"{"
MESSAGES[5] = b"\xff\xfe"
MESSAGES[8] = b'{"id": 8}'
HELD = sorted(set(range(12)) - {2, 5, 8})


def running(broker: Any) -> Iterator[Any]:
    """Run a broker, or skip where it is not installed; in CI that is a failure."""
    try:
        with broker as started:
            yield started
    except BrokerMissing as missing:
        if IN_CI:
            raise
        pytest.skip(str(missing))


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    yield from running(NatsServer(tmp_path / "nats"))


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    yield from running(Mosquitto(tmp_path / "mosquitto"))


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[Tansu]:
    yield from running(Tansu(tmp_path / "kafka"))


class Fresh:
    """An adapter that finds the world as at its beginning whenever it resumes from nothing."""

    def __init__(self, adapter: SourceAdapter, before: Callable[[], Awaitable[None]]) -> None:
        self._adapter = adapter
        self._before = before

    @property
    def source(self) -> str:
        return self._adapter.source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        if not resume:
            beginning = asyncio.ensure_future(self._before())
            try:
                await asyncio.shield(beginning)
            finally:
                await asyncio.wait([beginning])  # also when cancelled
        async with aclosing(self._adapter.batches(resume)) as batches:
            async for batch in batches:
                yield batch


@dataclass(slots=True)
class Held:
    make: Callable[[], Any]
    source: str
    repeats: int = len(HELD)
    refused: int = 3

    @property
    def holds(self) -> frozenset[PostId]:
        return frozenset(PostId(f"{self.source}:{n}") for n in HELD)

    def adapter(self) -> SourceAdapter:
        made: SourceAdapter = self.make()
        return made


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


class TestMqtt(SourceContract):
    @pytest.fixture
    async def upstream(self, mosquitto: Mosquitto) -> Held:
        url = f"mqtt://127.0.0.1:{mosquitto.port}/orders/#"

        async def begin() -> None:
            await asyncio.to_thread(forget_session, mosquitto.port, subscribe="orders/#")
            await asyncio.to_thread(mqtt_publish, mosquitto.port, "orders/a", MESSAGES)

        make = partial(MqttSource, url, NOBODY, source="orders", sleep=soon, taken=1)
        return Held(lambda: Fresh(make(), begin), "orders")


class TestKafka(SourceContract):
    @pytest.fixture
    async def upstream(self, kafka: Tansu) -> Held:
        await asyncio.to_thread(kafka.publish, "orders", MESSAGES)
        url = f"kafka://{kafka.servers}/orders"
        make = partial(KafkaSource, url, NOBODY, source="orders", taken=1)
        return Held(make, "orders", repeats=0)


def forget_session(port: int, *, subscribe: str = "") -> None:
    """Begin a session anew, with a subscription that the broker keeps messages for, or without."""
    paho = import_module("paho.mqtt.client")
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="siyaq", protocol=paho.MQTTv5)
    done = threading.Event()
    properties = paho.Properties(paho.PacketTypes.CONNECT)
    if subscribe:
        properties.SessionExpiryInterval = 600
        client.on_connect = lambda client, *_: client.subscribe(subscribe, qos=1)
        client.on_subscribe = lambda *_: done.set()
    else:
        client.on_connect = lambda *_: done.set()
    client.connect("127.0.0.1", port, clean_start=True, properties=properties)
    client.loop_start()
    assert done.wait(20)
    client.disconnect()
    client.loop_stop()


async def live(adapter: Any) -> None:
    async with asyncio.timeout(30):
        while adapter.condition.state != "live":  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.crash
@pytest.mark.parametrize("platform", [nats_platform, mqtt_platform, kafka_platform])
async def test_cut_off_in_every_way_nothing_is_missing_or_there_twice(
    platform: Any, tmp_path: Path
) -> None:
    try:
        async with platform(7, posts_per_second=8.0, speed=8.0) as disturbed:
            outcome = await follow_through(
                disturbed,
                tmp_path / "data",
                disconnects=len(disturbed.cuts()),
                seed=7,
                restart_every=4,
                apart_seconds=0.03,
            )
    except BrokerMissing as missing:
        if IN_CI:
            raise
        pytest.skip(str(missing))
    assert outcome.passed, outcome
    assert outcome.restarts


DEATHS = (("received", 2), ("committed", 2))


@pytest.mark.crash
async def test_killed_before_or_after_the_commit_nats_sends_again(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    await nats_publish(nats_server.port, "orders", MESSAGES)
    url = f"nats://127.0.0.1:{nats_server.port}/orders"
    await survive(url, tmp_path, partial(nats_publish, nats_server.port, "orders"))


@pytest.mark.crash
async def test_killed_before_or_after_the_commit_mqtt_sends_again(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def publish(messages: list[bytes]) -> None:
        await asyncio.to_thread(mqtt_publish, mosquitto.port, "orders/in", messages)

    await asyncio.to_thread(forget_session, mosquitto.port, subscribe="orders/in")
    await publish(MESSAGES)
    await survive(f"mqtt://127.0.0.1:{mosquitto.port}/orders/in", tmp_path, publish)


@pytest.mark.crash
async def test_killed_before_or_after_the_commit_kafka_is_read_from_our_offsets(
    kafka: Tansu, tmp_path: Path
) -> None:
    async def publish(messages: list[bytes]) -> None:
        await asyncio.to_thread(kafka.publish, "orders", messages)

    await publish(MESSAGES)
    await survive(f"kafka://{kafka.servers}/orders", tmp_path, publish)


async def survive(
    url: str, directory: Path, publish: Callable[[list[bytes]], Awaitable[None]]
) -> None:
    """Follow in processes that are killed, and at last in one that lives, as more is published."""
    data = directory / "data"
    published = {str(n) for n in HELD}
    for how, at in DEATHS:
        process = follower(url, data, "--die", how, "--at", str(at))
        async with asyncio.timeout(90):
            while process.poll() is None:
                number = 100 + len(published)
                await publish([post_of(number)])
                published.add(str(number))
                await asyncio.sleep(0.2)
        assert process.returncode == -9, f"it should have died once {how}"
    process = follower(url, data)
    try:
        await asyncio.to_thread(wait_until, lambda: held(data) >= published, "all is there", 90)
    finally:
        process.kill()
        process.wait(30)
    assert held(data) == published
    with LogReader.open(data) as log:
        assert not created_twice(log)


def follower(url: str, data: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "siyaq.testing.following", url, str(data)]
    return subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, env=os.environ)


def held(data: Path) -> set[str]:
    with LogReader.open(data) as log:
        (source,) = (one.source for one in log.sources())
        return {name.partition(":")[2] for name in log.held(source, 10_000)}


async def first(adapter: SourceAdapter) -> Batch:
    """Return the first batch that says something."""
    async with asyncio.timeout(30), aclosing(adapter.batches({})) as batches:
        async for batch in batches:
            if batch.events or batch.rejected:
                return batch
    raise AssertionError("it ended")


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


async def test_a_session_that_the_broker_forgot_is_a_gap(mosquitto: Mosquitto) -> None:
    make = partial(MqttSource, f"mqtt://127.0.0.1:{mosquitto.port}/orders/in", NOBODY, sleep=soon)

    async def publish_to(adapter: MqttSource, message: bytes) -> None:
        await live(adapter)
        await asyncio.to_thread(mqtt_publish, mosquitto.port, "orders/in", [message])

    adapter = make()
    publishing = asyncio.create_task(publish_to(adapter, post_of(1)))
    cursor = (await first(adapter)).cursor
    await publishing
    assert cursor is not None
    await asyncio.to_thread(forget_session, mosquitto.port)
    adapter = make()
    publishing = asyncio.create_task(publish_to(adapter, post_of(2)))
    resume = {cursor.partition: cursor.position}
    async with asyncio.timeout(30), aclosing(adapter.batches(resume)) as batches:
        batch = await anext(batches)
    await publishing
    assert [gap.reason for gap in batch.gaps] == ["cursor_too_old"]


async def test_offsets_that_the_topic_no_longer_has_are_a_gap(kafka: Tansu) -> None:
    await asyncio.to_thread(kafka.publish, "orders", MESSAGES[:3])
    adapter = KafkaSource(f"kafka://{kafka.servers}/orders", NOBODY)
    resume = {"orders/0": "90000@1700000000000000"}
    async with asyncio.timeout(30), aclosing(adapter.batches(resume)) as batches:
        batch = await anext(batches)
        assert [gap.reason for gap in batch.gaps] == ["cursor_too_old"]
        assert batch.cursor is not None
        assert batch.cursor.position.startswith("0@"), "it begins again at what there is"


async def test_every_partition_is_read_and_a_latest_begins_where_it_was_told_to(
    kafka: Tansu,
) -> None:
    for partition in range(3):
        await asyncio.to_thread(kafka.publish, "spread", [post_of(partition)], partition)
    url = f"kafka://{kafka.servers}/spread?from=latest"
    resume: dict[str, str] = {}
    async with asyncio.timeout(30), aclosing(KafkaSource(url, NOBODY).batches({})) as batches:
        while len(resume) < 4:
            batch = await anext(batches)
            assert not batch.events
            assert batch.cursor is not None
            resume[batch.cursor.partition] = batch.cursor.position
    for partition in range(3):
        await asyncio.to_thread(kafka.publish, "spread", [post_of(10 + partition)], partition)
    arrived: set[str] = set()
    async with asyncio.timeout(30), aclosing(KafkaSource(url, NOBODY).batches(resume)) as batches:
        while len(arrived) < 3:
            arrived |= {event.post_id for event in (await anext(batches)).events}  # type: ignore[union-attr]
    assert arrived == {"kafka:10", "kafka:11", "kafka:12"}, "what came while we were away"


async def test_a_topic_that_was_made_anew_is_a_gap_and_is_read(kafka: Tansu) -> None:
    async def rest() -> None:
        """Let the broker forget everything, and publish other messages."""
        await asyncio.to_thread(kafka.stop, kill=True)
        await asyncio.to_thread(kafka.start)
        await asyncio.to_thread(kafka.publish, "orders", [post_of(50)])

    await asyncio.to_thread(kafka.publish, "orders", [post_of(n) for n in range(3)])
    url = f"kafka://{kafka.servers}/orders"
    adapter = KafkaSource(url, NOBODY, sleep=soon, timeout_seconds=2)
    arrived: list[str] = []
    gaps: list[str] = []
    async with asyncio.timeout(60), aclosing(adapter.batches({})) as batches:
        async for batch in batches:
            arrived += [event.post_id for event in batch.events]  # type: ignore[union-attr]
            gaps += [gap.reason for gap in batch.gaps]
            if len(arrived) == 3:
                await rest()
            if len(arrived) == 4:
                break
    assert arrived == [f"kafka:{n}" for n in (0, 1, 2, 50)]
    assert gaps == ["cursor_too_old"]


async def test_kafka_over_tls_talks_to_whom_it_trusts(kafka: Tansu, tmp_path: Path) -> None:
    await asyncio.to_thread(kafka.publish, "orders", [post_of(1)])
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = certified(tmp_path)
    tls.load_cert_chain(authority)
    async with FaultProxy(kafka.port, [], tls=tls) as wire:
        wire.renamed = kafka_address(kafka.port), kafka_address(wire.port)
        url = f"kafka+tls://127.0.0.1:{wire.port}/orders"
        trusting = KafkaSource(f"{url}?ca_file={authority}", NOBODY)
        (event,) = (await first(trusting)).events
        assert event.post_id == "kafka:1"  # type: ignore[union-attr]
        strange = KafkaSource(url, NOBODY, sleep=soon, timeout_seconds=2)
        reading = asyncio.create_task(first(strange))
        async with asyncio.timeout(30):
            while "ca_file" not in strange.condition.problem:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        reading.cancel()
        await asyncio.wait([reading])


def certified(directory: Path) -> Path:
    """Write a key and its own certificate for this machine to one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a broker")])
    here = x509.IPAddress(IPv4Address("127.0.0.1"))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .sign(key, hashes.SHA256())
    )
    unlocked = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    path = directory / "broker.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, pkcs8, unlocked)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Locked(NatsServer):
    def login(self) -> str:
        return 'authorization { user: "siyaq", password: "let-me-in" }'


class LockedMosquitto(Mosquitto):
    def login(self) -> str:
        passwords = self.directory / "passwords"
        passwords.write_text("siyaq:let-me-in\n")
        subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
        return f"allow_anonymous false\npassword_file {passwords}\n"


class LockedTansu(Tansu):
    def command(self) -> list[str]:
        return [*super().command(), "--authentication"]


def login(text: str) -> Credential:
    return Credential(["SIYAQ_LOGIN"], environ={"SIYAQ_LOGIN": text})


async def test_nats_lets_in_who_knows_the_password_and_refuses_others(tmp_path: Path) -> None:
    for broker in running(Locked(tmp_path / "nats")):
        url = f"nats://127.0.0.1:{broker.port}/orders"
        with pytest.raises(SourceRefused, match="other credentials"):
            await first(NatsSource(url, login("siyaq:wrong")))
        with pytest.raises(SourceRefused, match="no stream 'orders'"):
            await first(NatsSource(url, login("siyaq:let-me-in")))


async def test_mqtt_lets_in_who_knows_the_password_and_refuses_others(tmp_path: Path) -> None:
    for broker in running(LockedMosquitto(tmp_path / "mosquitto")):
        url = f"mqtt://127.0.0.1:{broker.port}/orders/in"
        with pytest.raises(SourceRefused, match="refuses us: Not authorized"):
            await first(MqttSource(url, login("siyaq:wrong")))
        adapter = MqttSource(url, login("siyaq:let-me-in"))
        reading = asyncio.create_task(first(adapter))
        await live(adapter)
        reading.cancel()


async def test_kafka_that_does_not_know_us_says_so(tmp_path: Path) -> None:
    for broker in running(LockedTansu(tmp_path / "kafka")):
        url = f"kafka://{broker.servers}/orders?sasl=scram-512"
        with pytest.raises(SourceRefused, match="unknown-user"):
            await first(KafkaSource(url, login("siyaq:let-me-in"), timeout_seconds=2))


async def test_a_broker_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    absent = Broker(tmp_path).port
    for adapter in (
        NatsSource(f"nats://127.0.0.1:{absent}/orders", NOBODY, sleep=soon),
        MqttSource(f"mqtt://127.0.0.1:{absent}/orders", NOBODY, sleep=soon),
        KafkaSource(f"kafka://127.0.0.1:{absent}/orders", NOBODY, timeout_seconds=0.3),
    ):
        reading = asyncio.create_task(first(adapter))
        async with asyncio.timeout(30):
            while adapter.condition.state != "waiting":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert adapter.condition.problem
        reading.cancel()
        await asyncio.wait([reading])


@pytest.mark.parametrize(
    ("make", "url", "told"),
    [
        (NatsSource, "nats:///orders", "names no host"),
        (NatsSource, "nats://h/a/b", "a stream"),
        (NatsSource, "nats://h:99999/a", "is not an address"),
        (NatsSource, "nats://u:p@h/a", "no user or password"),
        (NatsSource, "nats://h/a?subjcet=b", "unknown option 'subjcet' of nats"),
        (MqttSource, "mqtt://h/", "names no topic"),
        (MqttSource, "mqtt://h/a/%23/b", "names no topic"),
        (MqttSource, "mqtt://h/a+b", "names no topic"),
        (MqttSource, "mqtt://h/a?session=never", "'session' must be like"),
        (KafkaSource, "kafka:///a", "names no broker"),
        (KafkaSource, "kafka://h:9092", "names no topic"),
        (KafkaSource, "kafka://h:9092/a?sasl=md5", "'sasl' must be one of"),
        (KafkaSource, "kafka://h:9092/a?from=noon", "'from' must be"),
    ],
)
def test_an_address_that_cannot_be_says_so(make: Any, url: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        make(url, NOBODY)


def test_a_client_that_is_not_installed_is_named_with_what_installs_it() -> None:
    def absent() -> object:
        raise ImportError("no module")

    with pytest.raises(ConfigError, match="client for nats is not installed") as caught:
        optional(absent, "nats")
    assert caught.value.hint == "pip install 'siyaq[nats]'"
