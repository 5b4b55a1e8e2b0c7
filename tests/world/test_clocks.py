"""Clocks for tests: one that stands until it is moved, and one that runs at any speed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from siyaq.core.ports import Clock
from siyaq.testing.clock import FakeClock
from siyaq.testing.world import Pace
from tests.world.reading import START, run


def test_a_fake_clock_moves_only_when_told() -> None:
    clock: Clock = FakeClock(START)
    assert clock.now() == clock.now() == START
    fake = FakeClock(START)
    assert fake.advance(1.5) == fake.now() == START + timedelta(seconds=1.5)
    assert fake.advance(timedelta(hours=1)) == START + timedelta(hours=1, seconds=1.5)
    fake.set(START)
    assert fake.now() == START


def test_a_fake_clock_speaks_utc_and_never_goes_back() -> None:
    damascus = timezone(timedelta(hours=3))
    assert FakeClock(datetime(2026, 1, 1, 3, tzinfo=damascus)).now().tzinfo == UTC
    with pytest.raises(ValueError, match="aware"):
        FakeClock(START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="aware"):
        FakeClock().set(START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zero or more"):
        FakeClock().advance(-1)


def test_a_pace_runs_at_its_speed_and_stands_when_paused() -> None:
    ticks = [100.0]
    pace = Pace(START, speed=10, monotonic=lambda: ticks[0])
    ticks[0] += 2
    assert pace.now() == START + timedelta(seconds=20)
    pace.pause()
    ticks[0] += 50
    assert pace.now() == START + timedelta(seconds=20)
    assert pace.step(5) == START + timedelta(seconds=25)
    pace.set_speed(2)
    pace.resume()
    ticks[0] += 3
    assert pace.now() == START + timedelta(seconds=31)
    with pytest.raises(ValueError, match="speed"):
        pace.set_speed(0)
    with pytest.raises(ValueError, match="forward"):
        pace.step(-1)


def test_who_waits_for_a_standing_clock_is_woken_by_a_step() -> None:
    async def scenario() -> None:
        pace = Pace(START, paused=True)
        waiting = asyncio.create_task(pace.wait(START + timedelta(seconds=5)))
        await asyncio.sleep(0)
        assert not waiting.done()
        pace.step(5)
        await waiting
        await pace.wait(START)  # long past
        running = Pace(START, speed=1000)
        await running.wait(START + timedelta(seconds=5))
        assert running.now() >= START + timedelta(seconds=5)

    run(scenario(), seconds=5)
