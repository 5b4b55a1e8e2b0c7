"""MQTT, against a real mosquitto."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from contextlib import aclosing
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from siyaq.core.errors import SourceRefused
from siyaq.sources.mqtt import MqttSource
from siyaq.testing.brokered import (
    NOBODY,
    soon,
)
from siyaq.testing.brokers import (
    Mosquitto,
    mqtt_publish,
    post_of,
)
from siyaq.testing.source_contract import SourceContract
from tests.sources.brokers.published import (
    MESSAGES,
    Fresh,
    Held,
    first,
    live,
    login,
    running,
    survive,
)

pytestmark = pytest.mark.anyio


class TestMqtt(SourceContract):
    @pytest.fixture
    async def upstream(self, mosquitto: Mosquitto) -> Held:
        url = f"mqtt://127.0.0.1:{mosquitto.port}/orders/#"

        async def begin() -> None:
            await asyncio.to_thread(forget_session, mosquitto.port, subscribe="orders/#")
            await asyncio.to_thread(mqtt_publish, mosquitto.port, "orders/a", MESSAGES)

        make = partial(MqttSource, url, NOBODY, source="orders", sleep=soon, taken=1)
        return Held(lambda: Fresh(make(), begin), "orders")


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


@pytest.mark.crash
async def test_killed_before_or_after_the_commit_mqtt_sends_again(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def publish(messages: list[bytes]) -> None:
        await asyncio.to_thread(mqtt_publish, mosquitto.port, "orders/in", messages)

    await asyncio.to_thread(forget_session, mosquitto.port, subscribe="orders/in")
    await publish(MESSAGES)
    await survive(f"mqtt://127.0.0.1:{mosquitto.port}/orders/in", tmp_path, publish)


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


class LockedMosquitto(Mosquitto):
    def login(self) -> str:
        passwords = self.directory / "passwords"
        passwords.write_text("siyaq:let-me-in\n")
        subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
        return f"allow_anonymous false\npassword_file {passwords}\n"


async def test_mqtt_lets_in_who_knows_the_password_and_refuses_others(tmp_path: Path) -> None:
    for broker in running(LockedMosquitto(tmp_path / "mosquitto")):
        url = f"mqtt://127.0.0.1:{broker.port}/orders/in"
        with pytest.raises(SourceRefused, match="refuses us: Not authorized"):
            await first(MqttSource(url, login("siyaq:wrong")))
        adapter = MqttSource(url, login("siyaq:let-me-in"))
        reading = asyncio.create_task(first(adapter))
        await live(adapter)
        reading.cancel()
