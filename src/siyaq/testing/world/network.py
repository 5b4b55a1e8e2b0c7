"""The simulated network: one world, its servers, its clock and its faults, wired together."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from random import Random
from types import TracebackType
from typing import Self

from siyaq.testing.world.control import Control
from siyaq.testing.world.faults import Fault, Faults
from siyaq.testing.world.fediverse import Fediverse
from siyaq.testing.world.jetstream import JetstreamServer
from siyaq.testing.world.mastodon import MastodonServer
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.truth import Truth
from siyaq.testing.world.web import FeedServer
from siyaq.testing.world.world import World
from siyaq.testing.world.x import XServer

USUAL_FAULTS: tuple[Fault, ...] = (
    Fault(name="disconnect"),
    Fault(name="close"),
    Fault(name="half_frame"),
    Fault(name="duplicate", count=20),
    Fault(name="garbage"),
    Fault(name="too_slow"),
    Fault(name="stall", seconds=3),
    Fault(name="refuse", status=503),
    Fault(name="feed_error", status=500),
    Fault(name="feed_cut"),
    Fault(name="feed_garbage"),
)
"""What may happen on any day, none of which costs a careful reader an event."""


class SimulatedNetwork:
    """Everything that `python -m siyaq.testing.world` serves. An async context manager.

    `start` is when the world began; the clock starts `history` later. `fault_every_seconds`
    lets something of USUAL_FAULTS happen that often, 0 for never.
    """

    def __init__(
        self,
        seed: int,
        start: datetime,
        *,
        history: timedelta = timedelta(),
        speed: float = 1.0,
        paused: bool = False,
        posts_per_second: float = 2.0,
        lookback: timedelta | None = None,
        fault_every_seconds: float = 0.0,
        jetstream_port: int = 0,
        web_port: int = 0,
    ) -> None:
        self.world = World(seed, start, posts_per_second=posts_per_second)
        self.pace = Pace(start + history, speed=speed, paused=paused)
        self.faults = Faults(self.pace.nudge)
        self.jetstream = JetstreamServer(
            self.world, self.pace, faults=self.faults, lookback=lookback, port=jetstream_port
        )
        self.feeds = FeedServer(
            self.world,
            self.pace,
            faults=self.faults,
            routes=Control(self).routes(),
            port=web_port,
        )
        places = ["alpha.example", "beta.example", "gamma.example"]
        self.mastodon = MastodonServer(Fediverse(self.world, places), places[0], self.pace)
        self.x = XServer(self.world, self.pace)
        self._history_seconds = int(history.total_seconds())
        self._fault_every_seconds = fault_every_seconds
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.jetstream)
            await stack.enter_async_context(self.feeds)
            await stack.enter_async_context(self.mastodon)
            await stack.enter_async_context(self.x)
            if self._fault_every_seconds > 0:
                trouble = asyncio.create_task(self._trouble())
                stack.callback(trouble.cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def addresses(self) -> dict[str, str]:
        """Where everything is. `jetstream` and `rss` speak for themselves; history is asked for."""
        since = f"since={self._history_seconds}s"
        return {
            "jetstream": self.jetstream.url,
            "jetstream_history": f"{self.jetstream.url}?{since}",
            "jetstream_v1": f"{self.jetstream.url}?dialect=v1",
            "jetstream_v1_history": f"{self.jetstream.url}?dialect=v1&{since}",
            "rss": self.feeds.url("en", "xml"),
            "rss_ar": self.feeds.url("ar", "xml"),
            "atom": self.feeds.url("en", "atom"),
            "atom_ar": self.feeds.url("ar", "atom"),
            "mastodon": self.mastodon.url,
            "mastodon_token": self.mastodon.token,
            "x": self.x.url,
            "x_token": self.x.token,
            "dishes": f"{self.feeds.base}/dishes.ndjson",
            "dishes_map": f"{self.feeds.base}/dishes.toml",
            "control": f"{self.feeds.base}/control",
        }

    def truth(self, at: datetime) -> Truth:
        """Return the answer key for `at`, from a world of its own: safe from any thread."""
        world = self.world
        twin = World(world.seed, world.start, posts_per_second=world.posts_per_second)
        return twin.truth(at)

    def status(self) -> dict[str, object]:
        """Return how the network is doing, ready for JSON."""
        return {
            "seed": self.world.seed,
            "start": self.world.start,
            "now": self.pace.now(),
            "speed": self.pace.speed,
            "paused": self.pace.paused,
            "floor": self.jetstream.floor,
            "connections": self.jetstream.connections,
            "handshakes": dict(self.jetstream.handshakes),
            "requests": dict(self.feeds.requests),
            "fired": dict(self.faults.fired),
            "waiting": [fault.name for fault in self.faults.waiting],
            "mastodon": _told(self.mastodon),
            "x": _told(self.x),
        }

    async def _trouble(self) -> None:
        rng = Random(f"{self.world.seed}:trouble")
        while True:
            await asyncio.sleep(self._fault_every_seconds)
            self.faults.order(rng.choice(USUAL_FAULTS))


def _told(server: MastodonServer | XServer) -> dict[str, object]:
    return {
        "streaming": server.streaming,
        "requests": dict(server.requests),
        "fired": dict(server.fired),
        "waiting": [order.name for order in server.mischief.waiting],
    }
