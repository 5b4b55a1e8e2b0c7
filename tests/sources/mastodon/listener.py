"""A source that follows a simulated server in the background, and what ought to come of it."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from siyaq.core.event import Op
from siyaq.sources.credential import Credential
from siyaq.sources.mastodon import MastodonSource
from siyaq.testing.world.fediverse import Fediverse
from siyaq.testing.world.mastodon import MastodonServer
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.world import World
from tests.sources.following import Follower, following

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


class Listener(Follower):
    """Follows a simulated server of Mastodon."""

    adapter: MastodonSource

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
        super().__init__(resume)
        self.adapter = MastodonSource(
            url,
            Credential(["TOKEN"], environ={"TOKEN": token}),
            sleep=self.sleep,
            silence_seconds=1.0,
            quiet_seconds=quiet_seconds,
            look_seconds=0.05,
            audit_seconds=audit_seconds,
            sweep_seconds=sweep_seconds,
            rng=random.Random(1),
        )

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
    def live(self) -> bool:
        """Whether it has connected and filled what was missed."""
        return self.adapter.condition.state == "live" and bool(self.batches)


def listening(url: str, **settings: object) -> AbstractAsyncContextManager[Listener]:
    return following(Listener(url, **settings))  # type: ignore[arg-type]  # the test's own


def wanted(server: MastodonServer, *, after: datetime = START) -> set[str]:
    server.changes()
    truth = server.fediverse.truth(server.name)
    return {u for u, t in truth.items() if t.created_at >= after and not t.refusable}


def at_home(server: MastodonServer, after: datetime) -> set[str]:
    home = f"https://{server.name}/"
    return {uri for uri in wanted(server, after=after) if uri.startswith(home)}
