"""NVIDIA cards: joules and busy seconds of a call, with a driver whose counters the test moves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from siyaq.meter import Meter, Prices, Sources
from siyaq.meter.energy import Machine
from siyaq.meter.nvml import Nvml


class _Error(Exception):
    pass


class Driver:
    """What the meter asks of NVML: millijoules since the start, and samples of the load."""

    NVMLError = _Error
    NVML_GPU_UTILIZATION_SAMPLES = 1

    def __init__(self) -> None:
        self.millijoules: dict[int, int] = {0: 5_000, 1: 7_000}
        self.samples: list[tuple[int, int]] = []  # microseconds, percent
        self.now = 100  # percent

    def nvmlDeviceGetTotalEnergyConsumption(self, card: int) -> int:  # noqa: N802
        if card not in self.millijoules:
            raise _Error("not supported")
        return self.millijoules[card]

    def nvmlDeviceGetSamples(self, _card: int, _kind: int, _since: int) -> tuple[int, list[Any]]:  # noqa: N802
        if not self.samples:
            raise _Error("not found")
        return 1, [
            SimpleNamespace(timeStamp=at, sampleValue=SimpleNamespace(uiVal=load))
            for at, load in self.samples
        ]

    def nvmlDeviceGetUtilizationRates(self, _card: int) -> Any:  # noqa: N802
        return SimpleNamespace(gpu=self.now)


@pytest.fixture
def driver() -> Driver:
    return Driver()


def test_joules_of_all_cards_are_added_up(driver: Driver) -> None:
    assert Nvml(driver, [0, 1]).joules() == pytest.approx(12.0)
    assert Nvml(driver, [0, 9]).joules() is None  # one of them does not count


def test_busy_seconds_are_the_mean_of_the_samples_of_that_time(driver: Driver) -> None:
    driver.samples = [(1_000_000, 100), (9_000_000, 50), (9_500_000, 100), (10_000_000, 0)]
    cards = Nvml(driver, [0])
    assert cards.busy_seconds(2.0) == pytest.approx(1.0)  # 50 %, 100 % and 0 % of two seconds
    assert Nvml(driver, [0, 1]).busy_seconds(2.0) == pytest.approx(2.0)


def test_without_samples_the_last_moment_counts(driver: Driver) -> None:
    driver.now = 25
    assert Nvml(driver, [0]).busy_seconds(4.0) == pytest.approx(1.0)


def test_a_call_bears_the_cards_for_as_long_as_its_model_computed(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr("siyaq.meter.meter.time.monotonic", lambda: now)
    meter = Meter(Sources(Machine(), gpu=Nvml(driver, [0])), Prices(gpu_hour=3600.0))
    call = meter.begin()
    now += 4.0
    driver.millijoules[0] += 800_000
    call.tally.add(model_seconds=3.0)
    spent = call.spent()
    assert spent.energy_source == "estimate+nvml"
    assert spent.energy_joules == pytest.approx(600.0)  # three of the four seconds
    assert spent.gpu_seconds == pytest.approx(3.0)  # busy for four, three of them for this call
    assert spent.cost_usd == pytest.approx(3.0)


def test_a_card_that_idled_meanwhile_was_not_used(driver: Driver) -> None:
    driver.now = 0
    meter = Meter(Sources(Machine(), gpu=Nvml(driver, [0])), Prices())
    call = meter.begin()
    call.tally.add(model_seconds=3.0)
    assert call.spent().gpu_seconds == 0.0


def test_a_call_without_a_model_bears_no_card(driver: Driver) -> None:
    meter = Meter(Sources(Machine(), gpu=Nvml(driver, [0])), Prices())
    call = meter.begin()
    driver.millijoules[0] += 800_000
    spent = call.spent()
    assert (spent.energy_joules, spent.gpu_seconds) == (0.0, 0.0)


def test_a_meter_of_the_whole_machine_has_seen_the_cards(driver: Driver) -> None:
    class Whole:
        name = "mqtt"
        counted = 10.0

        def joules(self) -> float | None:
            return self.counted

    machine, whole = _Busy(), Whole()
    meter = Meter(Sources(machine, cpu=whole, gpu=Nvml(driver, [0])), Prices())
    call = meter.begin()
    whole.counted += 90.0
    machine.busy += 1.0
    driver.millijoules[0] += 50_000
    call.tally.add(cpu_seconds=1.0, model_seconds=3.0)
    spent = call.spent()
    assert spent.energy_source == "mqtt"
    assert spent.energy_joules == pytest.approx(90.0)


class _Busy(Machine):
    def __init__(self) -> None:
        super().__init__()
        self.busy = 0.0

    def busy_seconds(self) -> float:
        return self.busy
