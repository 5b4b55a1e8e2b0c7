"""What holds of every source behind a broker: NATS, MQTT and Kafka."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from siyaq.core.errors import ConfigError
from siyaq.sources.kafka import KafkaSource
from siyaq.sources.messages.client import optional
from siyaq.sources.mqtt import MqttSource
from siyaq.sources.nats import NatsSource
from siyaq.testing.brokered import (
    NOBODY,
    kafka_platform,
    mqtt_platform,
    nats_platform,
    soon,
)
from siyaq.testing.brokers import (
    Broker,
    BrokerMissing,
)
from siyaq.testing.disconnects import follow_through
from tests.conftest import IN_CI
from tests.sources.brokers.published import (
    first,
)

pytestmark = pytest.mark.anyio


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
