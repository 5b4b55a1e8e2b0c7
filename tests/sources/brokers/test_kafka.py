"""Kafka, against Tansu: a real broker of its protocol."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from siyaq.core.errors import SourceRefused
from siyaq.sources.kafka import KafkaSource
from siyaq.testing.brokered import (
    NOBODY,
    kafka_address,
    soon,
)
from siyaq.testing.brokers import (
    Tansu,
    post_of,
)
from siyaq.testing.source_contract import SourceContract
from siyaq.testing.world.proxy import FaultProxy
from tests.sources.brokers.published import (
    MESSAGES,
    Held,
    first,
    login,
    running,
    survive,
)

pytestmark = pytest.mark.anyio


class TestKafka(SourceContract):
    @pytest.fixture
    async def upstream(self, kafka: Tansu) -> Held:
        await asyncio.to_thread(kafka.publish, "orders", MESSAGES)
        url = f"kafka://{kafka.servers}/orders"
        make = partial(KafkaSource, url, NOBODY, source="orders", taken=1)
        return Held(make, "orders", repeats=0)


@pytest.mark.crash
async def test_killed_before_or_after_the_commit_kafka_is_read_from_our_offsets(
    kafka: Tansu, tmp_path: Path
) -> None:
    async def publish(messages: list[bytes]) -> None:
        await asyncio.to_thread(kafka.publish, "orders", messages)

    await publish(MESSAGES)
    await survive(f"kafka://{kafka.servers}/orders", tmp_path, publish)


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


class LockedTansu(Tansu):
    def command(self) -> list[str]:
        return [*super().command(), "--authentication"]


async def test_kafka_that_does_not_know_us_says_so(tmp_path: Path) -> None:
    for broker in running(LockedTansu(tmp_path / "kafka")):
        url = f"kafka://{broker.servers}/orders?sasl=scram-512"
        with pytest.raises(SourceRefused, match="unknown-user"):
            await first(KafkaSource(url, login("siyaq:let-me-in"), timeout_seconds=2))
