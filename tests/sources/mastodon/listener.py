"""A source that follows a simulated server in the background, and what ought to come of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from siyaq.core.event import Op, PostEvent
from siyaq.core.ports import Batch
from siyaq.sources.credential import Credential
from siyaq.sources.mastodon import MastodonSource
from siyaq.testing.world.fediverse import Fediverse
from siyaq.testing.world.mastodon import MastodonServer
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.world import World

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)

SECRET = "tok-5e1c0a-never-written"


@asynccontextmanager
async def servers(*names: str) -> AsyncIterator[list[MastodonServer]]:
    world = World(7, START, posts_per_second=8.0)
    pace = Pace(START + timedelta(seconds=30), paused=True)
    fediverse = Fediverse(world, ["alpha.example", "beta.example"])
    async with AsyncExitStack() as stack:
        made = [MastodonServer(fediverse, name, pace, token=SECRET) for name in names]
        yield [await stack.enter_async_context(server) for server in made]


class Listener:
    """Runs a source in the background and keeps what it yields."""

    def __init__(
        self,
        url: str,
        resume: dict[str, str] | None = None,
        *,
        token: str = SECRET,
        quiet_seconds: float = 5.0,
        audit_seconds: float = 60.0,
        sweep_seconds: float = 600.0,
    ) -> None:
        self.slept: list[float] = []
        self.batches: list[Batch] = []
        self.adapter = MastodonSource(
            url,
            Credential(["TOKEN"], environ={"TOKEN": token}),
            sleep=self._sleep,
            silence_seconds=1.0,
            quiet_seconds=quiet_seconds,
            look_seconds=0.05,
            audit_seconds=audit_seconds,
            sweep_seconds=sweep_seconds,
            rng=random.Random(1),
        )
        self._resume = resume or {}

    async def run(self) -> None:
        async for batch in self.adapter.batches(self._resume):
            self.batches.append(batch)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    @property
    def events(self) -> list[PostEvent]:
        return [e for b in self.batches for e in b.events if isinstance(e, PostEvent)]

    @property
    def uris(self) -> set[str]:
        """What came, deletions taken away."""
        held: dict[str, str] = {}
        for event in self.events:
            if event.op is Op.DELETE:
                held = {u: a for u, a in held.items() if event.post_id not in (a, f"mastodon:{u}")}
            elif event.post is not None and event.alias is not None:
                held[event.post.native_id] = event.alias
        return set(held)

    @property
    def committed(self) -> dict[str, str]:
        return {b.cursor.partition: b.cursor.position for b in self.batches if b.cursor}

    @property
    def live(self) -> bool:
        """Whether it has connected and filled what was missed."""
        return self.adapter.condition.state == "live" and bool(self.batches)


@asynccontextmanager
async def listening(url: str, **settings: object) -> AsyncIterator[Listener]:
    listener = Listener(url, **settings)  # type: ignore[arg-type]  # the test's own
    running = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        running.cancel()
        await asyncio.wait([running])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  # no one event tells it
            await asyncio.sleep(0.01)


def wanted(server: MastodonServer, *, after: datetime = START) -> set[str]:
    server.changes()
    truth = server.fediverse.truth(server.name)
    return {u for u, t in truth.items() if t.created_at >= after and not t.refusable}


def at_home(server: MastodonServer, after: datetime) -> set[str]:
    home = f"https://{server.name}/"
    return {uri for uri in wanted(server, after=after) if uri.startswith(home)}
