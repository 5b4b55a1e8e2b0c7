"""Whose work a second of the processor is."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from siyaq.meter import MeteredExecutor, count, native_work, timed
from siyaq.meter.tally import Tally, native_seconds

from .conftest import burn

pytestmark = pytest.mark.anyio

LOAD = 0.2  # processor seconds
SPREAD = 0.25  # of the load: what a busy machine may add in its clocks and its switching


@pytest.fixture(autouse=True)
async def metered_threads() -> None:
    asyncio.get_running_loop().set_default_executor(MeteredExecutor(2))


async def test_a_known_load_is_measured_wherever_it_runs() -> None:
    async def on_the_loop() -> None:
        burn(LOAD)
        await asyncio.sleep(0)
        burn(LOAD)

    async def in_a_thread() -> None:
        await asyncio.to_thread(burn, 2 * LOAD)

    for work in (on_the_loop, in_a_thread):
        tally = Tally()
        await timed(tally, work())
        assert tally.cpu_seconds == pytest.approx(2 * LOAD, rel=SPREAD), work.__name__


async def test_the_same_load_costs_the_same_again() -> None:
    measured = []
    for _ in range(5):
        tally = Tally()
        await timed(tally, asyncio.to_thread(burn, LOAD))
        measured.append(tally.cpu_seconds)
    assert max(measured) <= min(measured) * (1 + SPREAD)


async def test_waiting_costs_nothing() -> None:
    tally = Tally()
    await timed(tally, asyncio.sleep(0.3))
    assert tally.cpu_seconds < 0.05


async def test_calls_at_once_bear_only_their_own() -> None:
    small, large = Tally(), Tally()
    await asyncio.gather(
        timed(small, asyncio.to_thread(burn, LOAD)),
        timed(large, asyncio.to_thread(burn, 3 * LOAD)),
    )
    assert small.cpu_seconds == pytest.approx(LOAD, rel=SPREAD)
    assert large.cpu_seconds == pytest.approx(3 * LOAD, rel=SPREAD)


async def test_what_is_done_for_a_call_inside_another_is_on_both() -> None:
    outer = Tally()
    inner = Tally(outer)
    await timed(inner, asyncio.to_thread(burn, LOAD))
    assert outer.cpu_seconds == inner.cpu_seconds > 0


async def test_a_call_inside_another_is_counted_once_on_each() -> None:
    outer = Tally()

    async def inside() -> float:
        burn(LOAD)
        inner = Tally(outer)
        await timed(inner, _working(2 * LOAD))
        return inner.cpu_seconds

    inner_seconds = await timed(outer, inside())
    assert inner_seconds == pytest.approx(2 * LOAD, rel=SPREAD)
    assert outer.cpu_seconds == pytest.approx(3 * LOAD, rel=SPREAD)


async def _working(seconds: float) -> None:
    burn(seconds / 2)
    await asyncio.to_thread(burn, seconds / 2)


async def test_a_stream_is_metered_from_step_to_step() -> None:
    async def stream() -> AsyncGenerator[int, None]:
        for step in range(3):
            await asyncio.to_thread(burn, LOAD / 3)
            yield step

    tally, steps = Tally(), stream()
    while await timed(tally, anext(steps, None)) is not None:
        burn(LOAD)  # the reader's own work is not the call's
    assert tally.cpu_seconds == pytest.approx(LOAD, rel=SPREAD)


async def test_an_error_goes_through_and_its_cost_is_kept() -> None:
    async def fails() -> None:
        burn(LOAD)
        await asyncio.sleep(0)
        raise LookupError("gone")

    tally = Tally()
    with pytest.raises(LookupError):
        await timed(tally, fails())
    assert tally.cpu_seconds > LOAD / 2


async def test_a_call_that_is_given_up_stops() -> None:
    stopped = asyncio.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    task = asyncio.ensure_future(_awaiting(timed(Tally(), long())))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped.is_set()


async def _awaiting(work: timed[None]) -> None:
    await work


async def test_bytes_and_charges_are_counted_in_threads_too() -> None:
    tally = Tally()

    def reads() -> None:
        count(bytes_read=1200)
        count(feed_usd=0.005)

    await timed(tally, asyncio.to_thread(reads))
    count(bytes_read=7)  # nobody's
    assert (tally.bytes, tally.feed_usd) == (1200, 0.005)


async def test_work_of_python_threads_is_not_taken_for_a_models() -> None:
    tally = Tally()

    def holding() -> None:
        with native_work():
            before = native_seconds()
            burn(LOAD)
            assert native_seconds() - before < LOAD / 2

    await timed(tally, asyncio.to_thread(holding))
    assert tally.model_seconds > LOAD / 2
