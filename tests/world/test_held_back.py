"""The world waits for a reader that falls silent, and for none that is heard."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from siyaq.testing.held_back import Hearing, held_back
from siyaq.testing.world.pace import Pace

pytestmark = pytest.mark.anyio

START = datetime(2026, 11, 30, 12, tzinfo=UTC)


async def test_the_world_stands_still_until_a_silent_reader_has_caught_up() -> None:
    pace = Pace(START)
    asked, caught_up = asyncio.Event(), asyncio.Event()

    async def catching_up() -> None:
        asked.set()
        await caught_up.wait()

    async with held_back(pace, Hearing(), catching_up, patience_seconds=0.05):
        async with asyncio.timeout(60):
            await asked.wait()
        stood_at = pace.now()
        assert pace.paused
        assert (stood_at - START).total_seconds() >= 1, "stepped, for what waits for more"
        await asyncio.sleep(0.05)
        assert pace.now() == stood_at
        caught_up.set()
        async with asyncio.timeout(60):
            await pace.wait(stood_at.max.replace(tzinfo=UTC))  # until it is nudged
        assert not pace.paused


async def test_the_world_runs_on_for_a_reader_that_is_heard() -> None:
    pace = Pace(START)
    looked = asyncio.Event()

    class Heard(Hearing):
        @property
        def silent_seconds(self) -> float:
            looked.set()
            return 0.04

    async def catching_up() -> None:
        raise AssertionError("nobody was to be waited for")

    async with held_back(pace, Heard(), catching_up, patience_seconds=0.05):
        for _ in range(3):
            looked.clear()
            async with asyncio.timeout(60):
                await looked.wait()
        assert not pace.paused
