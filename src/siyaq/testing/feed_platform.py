"""Feeds and sitemaps as a platform that campaigns disturb: the wire, the server, the documents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random

from siyaq.core.ports import SourceAdapter
from siyaq.sources.rss import FeedSource
from siyaq.testing.world.faults import Fault
from siyaq.testing.world.newsroom import Newsroom
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.proxy import CUTS
from siyaq.testing.world.web import Form
from siyaq.testing.world.world import World

_TIMEOUT_SECONDS = 0.6
_POLL_SECONDS = 0.03
_HURRY = 6
"""How much faster the reader's clock runs than the paper's: waits for minutes pass in seconds."""

_ANSWERS = ("feed_cut", "feed_short", "feed_garbage", "feed_stall")
_PAGES = ("page_error", "page_short", "page_garbage", "page_stall")


class FeedPlatform:
    """A newspaper with everything that can go wrong with it, read in one of its forms."""

    def __init__(self, newsroom: Newsroom, form: Form, seed: int, clock: Pace) -> None:
        self._newsroom = newsroom
        self._form = form
        self._clock = clock
        self._rng = Random(seed)

    @property
    def pace(self) -> Pace:
        """Its clock."""
        return self._newsroom.pace

    @property
    def fired(self) -> int:
        """How many disturbances have happened."""
        return self._newsroom.faults.fired.total() + self._newsroom.wire.fired.total()

    def cuts(self) -> Sequence[str]:
        """Every way to disturb it."""
        return (*CUTS, *_ANSWERS, "503", "429", *(_PAGES if self._sitemap else ()))

    def cut(self, how: str) -> None:
        """Disturb it."""
        if how in CUTS:
            self._newsroom.wire.order(how)
            if how in ("refuse", "blackhole"):
                self._newsroom.wire.drop_streams()
        elif how in ("503", "429"):
            self._newsroom.faults.order(Fault(name="feed_error", status=int(how)))
        else:
            self._newsroom.faults.order(Fault(name=how, seconds=0.2))

    def adapter(self) -> SourceAdapter:
        """Make the source that reads it."""
        kind = "sitemap" if self._sitemap else "rss"
        return FeedSource(
            f"{kind}+{self._newsroom.topic('en', self._form)}?every=1s",
            source="paper",
            clock=self._clock,
            sleep=_a_moment,
            rng=self._rng,
            timeout_seconds=_TIMEOUT_SECONDS,
        )

    def truth(self) -> tuple[Mapping[str, str], frozenset[str]]:
        """Return what must be held, and what may be: what was withdrawn, perhaps unseen."""
        self._newsroom.withdraw()
        must = {
            self._named(guid): f"{article.title} {article.text}"
            for guid, article in self._newsroom.written().items()
        }
        return must, frozenset(map(self._named, self._newsroom.withdrawn))

    def told(self) -> int:
        """How many articles were published."""
        return self._newsroom.count

    @property
    def _sitemap(self) -> bool:
        return self._form in ("sitemap", "sitemap.gz", "index")

    def _named(self, guid: str) -> str:
        if not self._sitemap:
            return guid
        return f"{self._newsroom.base}/news/en/{guid.rpartition(':')[2]}.html"


@asynccontextmanager
async def feed(
    seed: int, *, form: Form = "xml", posts_per_second: float = 20.0, speed: float = 10.0
) -> AsyncIterator[FeedPlatform]:
    """Run a newspaper, beginning an hour ago; it writes a tenth of what a network does."""
    start = datetime.now(UTC) - timedelta(hours=1)
    world = World(seed, start, posts_per_second=1.0)
    pace = Pace(start, speed=speed, paused=True)
    clock = Pace(start + timedelta(minutes=1), speed=speed * _HURRY)
    share = 10 if form in ("xml", "atom", "json") else 40  # pages are asked for one by one
    async with Newsroom(world, pace, timedelta(seconds=share / posts_per_second)) as newsroom:
        yield FeedPlatform(newsroom, form, seed, clock)


async def _a_moment(_: float) -> None:
    """Wait as a source does between polls, but not for long."""
    await asyncio.sleep(_POLL_SECONDS)
