"""Turns: to the least served, by weight; nobody saves up, nothing stands idle, nothing leaks."""

from __future__ import annotations

import asyncio
import random

import pytest

from siyaq.access import FairQueue
from siyaq.testing.simulated_time import run_simulated
from siyaq.testing.tenants import Tenant, simulate

CAPACITY = 2.0  # replies a second that 8 slots can write


@pytest.mark.parametrize("times", [2, 20])
def test_two_that_want_too_much_get_the_same_however_much_they_want(times: int) -> None:
    tenants = [Tenant("a", 1.5 * CAPACITY), Tenant("b", 1.5 * times * CAPACITY)]
    got = simulate(tenants, fair=True, seconds=240)
    line = simulate(tenants, fair=False, seconds=240)
    assert 1 / 1.05 <= got["a"].served / got["b"].served <= 1.05
    assert line["b"].served / line["a"].served > 1.6  # what the same demand does to a plain line
    total, plain = (sum(one.served for one in both.values()) for both in (got, line))
    assert total >= 0.97 * plain


def test_shares_are_by_weight() -> None:
    tenants = [Tenant("a", 4 * CAPACITY, 3.0), Tenant("b", 4 * CAPACITY, 1.0)]
    got = simulate(tenants, fair=True, seconds=240)
    assert 3 / 1.05 <= got["a"].served / got["b"].served <= 3 * 1.05


def test_a_light_tenant_hardly_notices_a_heavy_one() -> None:
    quiet = Tenant("light", 0.2)
    alone = simulate([quiet], fair=True, seconds=600)["light"]
    beside = simulate([quiet, Tenant("heavy", 5 * CAPACITY)], fair=True, seconds=600)["light"]
    assert len(beside.seconds) > 80
    assert beside.quantile(0.95) <= 1.25 * alone.quantile(0.95)


def test_nobody_saves_up_by_staying_away() -> None:
    async def story() -> list[str]:
        queue, order = FairQueue(1), list[str]()

        async def use(name: str, cost: float) -> None:
            async with queue.turn(name, cost=cost):
                order.append(name)
                await asyncio.sleep(1)

        for _ in range(50):
            await use("busy", 10)
        async with asyncio.TaskGroup() as both:  # "back" was not here for 50 turns
            for _ in range(6):
                both.create_task(use("busy", 10))
            for _ in range(6):
                both.create_task(use("back", 10))
        return order[50:]

    order = run_simulated(story())
    assert order[:4].count("back") in (1, 2, 3)
    assert order[:8].count("back") in (3, 4, 5)


def test_a_turn_that_does_not_come_in_time_is_given_up() -> None:
    async def story() -> None:
        queue = FairQueue(1)
        async with queue.turn("a"):
            with pytest.raises(TimeoutError):
                async with queue.turn("b", within=5):
                    raise AssertionError("it has a turn")
            assert queue.waiting == 0
        async with queue.turn("b", within=5):
            pass

    run_simulated(story())


@pytest.mark.parametrize("seed", range(5))
def test_whoever_leaves_whenever_no_turn_is_lost_and_none_is_made(seed: int) -> None:
    async def story() -> None:
        chance, queue, using = random.Random(seed), FairQueue(3), [0]

        async def use(name: str) -> None:
            async with queue.turn(name, cost=chance.random(), within=chance.choice([None, 2, 5])):
                using[0] += 1
                assert using[0] <= 3
                try:
                    await asyncio.sleep(chance.choice([0, 0.5, 1, 3]))
                finally:
                    using[0] -= 1

        tasks = [asyncio.ensure_future(use(chance.choice("abcd"))) for _ in range(300)]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(chance.choice([0, 0, 0.5]))
            chance.choice(tasks).cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert queue.waiting == using[0] == 0
        async with queue.turn("a", within=1), queue.turn("b", within=1), queue.turn("c", within=1):
            with pytest.raises(TimeoutError):
                async with queue.turn("d", within=1):
                    pass

    run_simulated(story())


def test_it_does_not_remember_callers_without_end() -> None:
    async def story() -> int:
        queue = FairQueue(1, remembered=100)
        for number in range(1000):
            async with queue.turn(str(number), cost=1):
                pass
        return len(queue._tenants)

    assert run_simulated(story()) <= 101
