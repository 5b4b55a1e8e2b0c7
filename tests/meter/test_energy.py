"""Joules: RAPL's counters, a power meter over MQTT, the estimate, and how they are split."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from siyaq.core.errors import ConfigError
from siyaq.meter import Meter, Prices, open_sources
from siyaq.meter.energy import Machine, Rapl
from siyaq.meter.power_meter import SILENT_SECONDS, MqttMeter
from siyaq.meter.sources import CORE_WATTS, Sources

Draw = Callable[[str, int], None]


def test_packages_and_memory_are_added_and_nothing_is_counted_twice(rapl: Rapl, draw: Draw) -> None:
    before = rapl.joules()
    assert before is not None
    draw("intel-rapl:0", 4_000_000)  # +3 J
    draw("intel-rapl:0:0", 3_000_000)  # +2 J
    draw("intel-rapl:0:1", 90_000_000)  # inside the package
    draw("intel-rapl:1", 90_000_000)  # around it
    assert rapl.joules() == pytest.approx(before + 5)


def test_a_counter_that_began_anew_goes_on(rapl: Rapl, draw: Draw) -> None:
    draw("intel-rapl:0", 262_143_000_000)
    before = rapl.joules()
    assert before is not None
    draw("intel-rapl:0", 1_000_000)
    after = rapl.joules()
    assert after == pytest.approx(before + 1.328851, abs=1e-6)


def test_counters_that_may_not_be_read_are_none(powercap: Path, tmp_path: Path) -> None:
    assert Rapl.find(tmp_path / "nowhere") is None
    (powercap / "intel-rapl:0" / "energy_uj").unlink()
    assert Rapl.find(powercap) is None


class _Pretended(Machine):
    """A machine whose clocks the test moves: a counter of energy, a counter of work."""

    def __init__(self) -> None:
        super().__init__()
        self.busy = 0.0

    def busy_seconds(self) -> float:
        return self.busy


def test_a_calls_joules_are_its_share_of_the_machines_work(rapl: Rapl, draw: Draw) -> None:
    machine = _Pretended()
    meter = Meter(Sources(machine, cpu=rapl), Prices(kwh=0.36))
    call = meter.begin()
    draw("intel-rapl:0", 21_000_000)  # +20 J meanwhile
    machine.busy += 4.0
    call.tally.add(cpu_seconds=1.0)
    spent = call.spent()
    assert spent.energy_source == "rapl"
    assert spent.energy_joules == pytest.approx(5.0)
    assert spent.cost_usd == pytest.approx(5.0 / 3.6e6 * 0.36)


def test_calls_that_share_a_machine_share_its_joules(rapl: Rapl, draw: Draw) -> None:
    machine = _Pretended()
    meter = Meter(Sources(machine, cpu=rapl), Prices())
    first, second = meter.begin(), meter.begin()
    draw("intel-rapl:0", 13_000_000)
    machine.busy += 3.0
    first.tally.add(cpu_seconds=1.0)
    second.tally.add(cpu_seconds=2.0)
    joules = [call.spent().energy_joules or 0.0 for call in (first, second)]
    assert joules == pytest.approx([4.0, 8.0])


def test_no_call_bears_more_than_the_machine_drew(rapl: Rapl, draw: Draw) -> None:
    meter = Meter(Sources(_Pretended(), cpu=rapl), Prices())  # its clock has not moved yet
    call = meter.begin()
    draw("intel-rapl:0", 3_000_000)
    call.tally.add(cpu_seconds=0.02)
    assert call.spent().energy_joules == pytest.approx(2.0)


def test_without_counters_it_is_an_estimate_and_says_so() -> None:
    meter = Meter(open_sources(energy="estimate"), Prices())
    call = meter.begin()
    call.tally.add(cpu_seconds=2.0)
    spent = call.spent()
    assert spent.energy_source == "estimate"
    assert spent.energy_joules == pytest.approx(2.0 * CORE_WATTS)
    assert spent.cost_usd is None


def test_metering_can_be_switched_off() -> None:
    call = Meter(open_sources(energy="none"), Prices()).begin()
    call.tally.add(cpu_seconds=2.0)
    spent = call.spent()
    assert (spent.energy_joules, spent.energy_source) == (None, "none")


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "payload",
    [b"60", b'{"power": 60}', b'{"apower": 60.0, "voltage": 230}', b'{"ENERGY": {"Power": 60}}'],
)
def test_watts_become_joules_over_time(payload: bytes) -> None:
    clock = _Clock()
    meter = MqttMeter(clock=clock)
    assert meter.joules() is None
    meter.take(payload)
    clock.now += 10
    assert meter.joules() == pytest.approx(600)
    meter.take(b'{"power": 120}')
    clock.now += 10
    assert meter.joules() == pytest.approx(1800)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"on",
        b"[1]",
        b"-5",
        b"true",
        b"1e30",
        b"NaN",
        b'{"power": "60"}',
        b"{" * 70_000,
    ],
)
def test_messages_that_are_no_power_are_counted_and_passed_over(payload: bytes) -> None:
    meter = MqttMeter()
    meter.take(payload)
    assert (meter.joules(), meter.refused) == (None, 1)


def test_a_meter_that_fell_silent_is_not_believed(draw: Draw, rapl: Rapl) -> None:
    clock = _Clock()
    power = MqttMeter(clock=clock)
    power.take(b"1000")
    meter = Meter(Sources(Machine(), cpu=power), Prices())
    call = meter.begin()
    clock.now += SILENT_SECONDS + 1
    call.tally.add(cpu_seconds=1.0)
    spent = call.spent()
    assert (spent.energy_source, spent.energy_joules) == ("estimate", CORE_WATTS)


@pytest.mark.parametrize("url", ["http://host/topic", "mqtt://host", "mqtt:///topic", "plug"])
def test_an_address_that_is_no_meter_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        open_sources(mqtt=url)


class Broker:
    """As much of an MQTT 3.1.1 broker as one subscriber needs (OASIS standard, 2014)."""

    def __init__(self) -> None:
        self.topics: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        peer, _ = self._listening.accept()
        with peer, peer.makefile("rb") as incoming:
            while head := incoming.read(1):
                body = incoming.read(incoming.read(1)[0])
                kind = head[0] >> 4
                if kind == 1:  # CONNECT
                    peer.sendall(b"\x20\x02\x00\x00")
                elif kind == 8:  # SUBSCRIBE
                    length = int.from_bytes(body[2:4], "big")
                    topic = body[4 : 4 + length]
                    self.topics.append(topic.decode())
                    peer.sendall(b"\x90\x03" + body[:2] + b"\x00")
                    said = len(topic).to_bytes(2, "big") + topic + b'{"power": 50}'
                    peer.sendall(b"\x30" + bytes([len(said)]) + said)
                elif kind == 14:  # DISCONNECT
                    return

    def close(self) -> None:
        self._listening.close()
        self._thread.join(20)


def test_a_meter_is_read_over_mqtt() -> None:
    pytest.importorskip("paho.mqtt.client")
    broker = Broker()
    sources = open_sources(mqtt=f"mqtt://127.0.0.1:{broker.port}/home/rack/power")
    try:
        assert sources.cpu is not None
        deadline = time.monotonic() + 30
        while sources.cpu.joules() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert sources.cpu.joules() is not None
        assert sources.name == "mqtt"
        assert broker.topics == ["home/rack/power"]
    finally:
        sources.close()
        broker.close()
