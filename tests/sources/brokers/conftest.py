"""Each broker, on loopback for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siyaq.testing.brokers import (
    Mosquitto,
    NatsServer,
    Tansu,
)
from tests.sources.brokers.published import running


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    yield from running(NatsServer(tmp_path / "nats"))


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    yield from running(Mosquitto(tmp_path / "mosquitto"))


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[Tansu]:
    yield from running(Tansu(tmp_path / "kafka"))
