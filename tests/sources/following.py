"""A source that is followed in the background, and what came of it so far."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from siyaq.core.event import PostEvent
from siyaq.core.ports import Batch, SourceAdapter


class Follower:
    """Keeps what its `adapter` yields, and how long that would have slept.

    A test's own sets `adapter`, with `sleep` for its sleep.
    """

    adapter: SourceAdapter
    pause = 0.0
    """How many seconds it sleeps in place of any number."""

    def __init__(self, resume: dict[str, str] | None = None) -> None:
        self.slept: list[float] = []
        self.batches: list[Batch] = []
        self.resume = resume or {}

    async def run(self) -> None:
        async for batch in self.adapter.batches(self.resume):
            self.batches.append(batch)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(self.pause)

    @property
    def events(self) -> list[PostEvent]:
        return [e for b in self.batches for e in b.events if isinstance(e, PostEvent)]

    @property
    def committed(self) -> dict[str, str]:
        return {b.cursor.partition: b.cursor.position for b in self.batches if b.cursor}


F = TypeVar("F", bound=Follower)


@asynccontextmanager
async def following(follower: F) -> AsyncIterator[F]:
    """Let it run until the block is left."""
    running = asyncio.create_task(follower.run())
    try:
        yield follower
    finally:
        running.cancel()
        await asyncio.wait([running])


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what no one event tells of."""
    async with asyncio.timeout(120):
        while not condition():  # noqa: ASYNC110  # as said
            await asyncio.sleep(0.01)
