"""The simulated platforms, each with the source that follows it: what campaigns disturb."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random

from siyaq.core.ports import SourceAdapter
from siyaq.sources.credential import Credential
from siyaq.sources.jetstream import JetstreamSource
from siyaq.sources.mastodon import MastodonSource
from siyaq.sources.x import XSource
from siyaq.testing.world.faults import Fault
from siyaq.testing.world.fediverse import Fediverse
from siyaq.testing.world.jetstream import JetstreamServer
from siyaq.testing.world.mastodon import MastodonServer
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.proxy import CUTS, FaultProxy
from siyaq.testing.world.world import World
from siyaq.testing.world.x import XServer

_SILENCE_SECONDS = 0.6
_QUIET_SECONDS = 0.9


async def at_once(_: float) -> None:
    """Wait as a source does between attempts, but not for long."""
    await asyncio.sleep(0.005)


class MastodonPlatform:
    """A Mastodon server with everything that can go wrong with it."""

    def __init__(self, server: MastodonServer, seed: int, transport: str) -> None:
        self.server = server
        self._rng = Random(seed)
        self._transport = transport

    @property
    def pace(self) -> Pace:
        """Its clock."""
        return self.server.pace

    @property
    def fired(self) -> int:
        """How many disturbances have happened."""
        return self.server.fired.total()

    def cuts(self) -> Sequence[str]:
        """Every way to disturb it."""
        in_stream = ("duplicate", "reorder", "garbage", "freeze", "skip")
        return (*CUTS, *in_stream, "late", "503", "429", "rest 500")

    def cut(self, how: str) -> None:
        """Disturb it."""
        match how:
            case "503" | "429":
                self.server.mischief.order("refuse", status=int(how))
                self.server.kick()
            case "rest 500":
                self.server.mischief.order("rest_error", status=500)
                self.server.kick()
            case "late":
                self.server.mischief.order("late", count=40)
                self.server.kick()
            case "skip":
                self.server.mischief.order("skip", count=40)
            case "duplicate" | "reorder" | "garbage" | "freeze":
                self.server.mischief.order(how)
            case "refuse" | "blackhole":
                self.server.wire.order(how)
                self.server.kick()
            case _:
                self.server.wire.order(how)  # type: ignore[arg-type]

    def adapter(self) -> SourceAdapter:
        """Make the source that follows it."""
        return MastodonSource(
            f"{self.server.url}?transport={self._transport}&since=2h",
            Credential(["TOKEN"], environ={"TOKEN": self.server.token}),
            sleep=at_once,
            silence_seconds=_SILENCE_SECONDS,
            quiet_seconds=_QUIET_SECONDS,
            look_seconds=0.2,
            audit_seconds=1.0,
            sweep_seconds=5.0,
            rng=self._rng,
        )

    def truth(self) -> tuple[Mapping[str, str], frozenset[str]]:
        """Return what must be held, and what may be."""
        self.server.changes()
        wanted = self.server.fediverse.truth(self.server.name)
        must = {uri: toot.text for uri, toot in wanted.items() if not toot.refusable}
        return must, frozenset(uri for uri in wanted if uri not in must)

    def told(self) -> int:
        """How many changes it has heard of."""
        return len(self.server.changes())


@asynccontextmanager
async def mastodon(
    seed: int, *, transport: str = "ws", posts_per_second: float = 20.0, speed: float = 10.0
) -> AsyncIterator[MastodonPlatform]:
    """Run a Mastodon server of a small federation, beginning an hour ago."""
    start = datetime.now(UTC) - timedelta(hours=1)
    world = World(seed, start, posts_per_second=posts_per_second)
    pace = Pace(start + timedelta(seconds=1), speed=speed)
    fediverse = Fediverse(world, ["alpha.example", "beta.example", "gamma.example"])
    async with MastodonServer(fediverse, "alpha.example", pace) as server:
        yield MastodonPlatform(server, seed, transport)


class XPlatform:
    """X with everything that can go wrong with it."""

    RULES = ("lang:ar", "lang:en")

    def __init__(self, server: XServer, seed: int) -> None:
        self.server = server
        self._rng = Random(seed)
        self._known = frozenset(server.truth("*"))  # from before anybody listened

    @property
    def pace(self) -> Pace:
        """Its clock."""
        return self.server.pace

    @property
    def fired(self) -> int:
        """How many disturbances have happened."""
        return self.server.fired.total()

    def cuts(self) -> Sequence[str]:
        """Every way to disturb it."""
        return (*CUTS, "duplicate", "reorder", "garbage", "notice", "too_many", "503", "429")

    def cut(self, how: str) -> None:
        """Disturb it."""
        match how:
            case "503" | "429":
                self.server.mischief.order("refuse", status=int(how))
                self.server.wire.drop_streams()
            case "duplicate" | "reorder" | "garbage" | "notice" | "too_many":
                self.server.mischief.order(how)
            case "refuse" | "blackhole":
                self.server.wire.order(how)
                self.server.wire.drop_streams()
            case _:
                self.server.wire.order(how)  # type: ignore[arg-type]

    def adapter(self) -> SourceAdapter:
        """Make the source that follows it."""
        rules = "&".join(f"rule={rule}" for rule in self.RULES)
        return XSource(
            f"{self.server.url}?{rules}&cap_usd=1000000",
            Credential(["TOKEN"], environ={"TOKEN": self.server.token}),
            clock=self.pace,
            sleep=at_once,
            silence_seconds=_SILENCE_SECONDS,
            search_delay_seconds=0.05,
            search_retry_seconds=0.2,
            job_seconds=0.5,
            rng=self._rng,
        )

    def truth(self) -> tuple[Mapping[str, str], frozenset[str]]:
        """Return what must be held, and what may be."""
        wanted = self.server.truth(*self.RULES)
        must = {number: toot.text for number, toot in wanted.items() if not toot.refusable}
        must = {n: text for n, text in must.items() if n not in self._known}
        return must, frozenset(wanted) - must.keys()

    def told(self) -> int:
        """How many changes it has told of."""
        return len(self.server.changes())


@asynccontextmanager
async def x(
    seed: int, *, posts_per_second: float = 20.0, speed: float = 10.0
) -> AsyncIterator[XPlatform]:
    """Run X, beginning an hour ago, paused until somebody listens."""
    start = datetime.now(UTC) - timedelta(hours=1)
    world = World(seed, start, posts_per_second=posts_per_second)
    pace = Pace(start + timedelta(seconds=1), speed=speed, paused=True)
    async with XServer(world, pace) as server:
        yield XPlatform(server, seed)


class JetstreamPlatform:
    """A Jetstream server with everything that can go wrong with it."""

    def __init__(self, server: JetstreamServer, wire: FaultProxy, dialect: str, seed: int) -> None:
        self._server = server
        self._wire = wire
        self._dialect = dialect
        self._rng = Random(seed)

    @property
    def pace(self) -> Pace:
        """Its clock."""
        return self._server.pace

    @property
    def fired(self) -> int:
        """How many disturbances have happened."""
        return self._server.faults.fired.total() + self._wire.fired.total()

    def cuts(self) -> Sequence[str]:
        """Every way to disturb it."""
        return (*CUTS, "duplicate", "garbage", "too_slow", "503", "429")

    def cut(self, how: str) -> None:
        """Disturb it."""
        match how:
            case "503" | "429":
                self._server.faults.order(Fault(name="refuse", status=int(how)))
                self._wire.drop_streams()
            case "duplicate" | "garbage" | "too_slow":
                self._server.faults.order(Fault(name=how))
            case "refuse" | "blackhole":
                self._wire.order(how)
                self._wire.drop_streams()
            case _:
                self._wire.order(how)  # type: ignore[arg-type]

    def adapter(self) -> SourceAdapter:
        """Make the source that follows it."""
        return JetstreamSource(
            f"jetstream://127.0.0.1:{self._wire.port}?since=2h&dialect={self._dialect}",
            clock=self.pace,
            sleep=at_once,
            silence_seconds=_SILENCE_SECONDS,
            rng=self._rng,
        )

    def truth(self) -> tuple[Mapping[str, str], frozenset[str]]:
        """Return what must be held, and what may be: what is too extreme, and what is hidden."""
        truth = self._server.world.truth(self.pace.now())
        must = {uri: post.text for uri, post in truth.live.items() if not post.refusable}
        may = frozenset(uri for uri, post in truth.posts.items() if post.state != "deleted")
        return must, may - must.keys()

    def told(self) -> int:
        """How many changes there have been."""
        world = self._server.world
        return len(world.events(world.start, self.pace.now()))


@asynccontextmanager
async def jetstream(
    seed: int, *, dialect: str = "v2", posts_per_second: float = 20.0, speed: float = 10.0
) -> AsyncIterator[JetstreamPlatform]:
    """Run a Jetstream server, beginning an hour ago."""
    start = datetime.now(UTC) - timedelta(hours=1)
    world = World(seed, start, posts_per_second=posts_per_second)
    pace = Pace(start + timedelta(seconds=1), speed=speed, paused=True)
    async with JetstreamServer(world, pace) as server:
        wire = FaultProxy(server.port, [b"GET /xrpc/", b"GET /subscribe"])
        async with wire:
            yield JetstreamPlatform(server, wire, dialect, seed)
