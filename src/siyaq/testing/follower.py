"""siyaq itself, following a simulated network whose time is moved by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from datetime import datetime, timedelta

from siyaq.app.siyaq import Siyaq
from siyaq.core.answer import Answer, Finished, Question
from siyaq.core.ids import PostId
from siyaq.core.ports import SourceAdapter
from siyaq.sources.jetstream import JetstreamSource
from siyaq.sources.rss import FeedSource
from siyaq.testing.world import Pace, SimulatedNetwork, Truth

STEP_SECONDS = 60.0
_CAUGHT_UP_SECONDS = 60.0
_POLL_SECONDS = 0.2
_PAPERS = {"en": "rss", "ar": "atom_ar"}


class Follower:
    """A siyaq that has read everything of its network up to the network's now."""

    def __init__(self, siyaq: Siyaq, network: SimulatedNetwork) -> None:
        self.siyaq = siyaq
        self.network = network

    async def read_on(self, until: datetime) -> Truth:
        """Let the network's time come to `until`, read all of it, and return the truth then.

        Raises AssertionError, naming what is missing, where reading stands still.
        """
        pace = self.network.pace
        while True:
            truth = await asyncio.to_thread(self.network.truth, pace.now())
            await self._caught_up(truth)
            left = (until - pace.now()).total_seconds()
            if left <= 0:
                return truth
            pace.step(min(STEP_SECONDS, left))

    async def ask(self, text: str) -> Answer:
        """Return the finished answer to a question asked at the network's now."""
        question = Question(text=text, as_of=self.network.pace.now())
        async with aclosing(self.siyaq.ask(question)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return event.answer
        raise AssertionError(f"no answer to {text!r} was finished")

    async def _caught_up(self, truth: Truth) -> None:
        deadline = time.monotonic() + _CAUGHT_UP_SECONDS
        while behind := await asyncio.to_thread(self._behind, truth):
            assert time.monotonic() < deadline, f"{len(behind)} not read: {behind[:3]}"
            await asyncio.sleep(0.2)
        assert await self.siyaq.wait_searchable(
            vectors=True, within=timedelta(seconds=_CAUGHT_UP_SECONDS)
        )

    def _behind(self, truth: Truth) -> list[str]:
        """Return the names of what is not held as it should be."""
        posts = {network_id(uri): post for uri, post in truth.posts.items() if not post.refusable}
        articles = {paper_id(one.paper, guid): one for guid, one in truth.articles.items()}
        found = self.siyaq.log.find([*posts, *articles])
        behind: list[str] = []
        for name, post in posts.items():
            held = found[name].post if name in found else None
            if (held.text if held else "") != post.text * (post.state == "live"):
                behind.append(name)
        for name, article in articles.items():
            held = found[name].post if name in found else None
            if held is None or held.title != article.title:
                behind.append(name)
        return behind


def network_id(uri: str) -> PostId:
    """Return what siyaq calls a post of the network."""
    return PostId(f"bluesky:{uri}")


def paper_id(paper: str, guid: str) -> PostId:
    """Return what siyaq calls an article."""
    return PostId(f"paper-{paper}:{guid}")


@asynccontextmanager
async def follow_world(
    opening: AbstractAsyncContextManager[Siyaq],
    seed: int,
    start: datetime,
    *,
    posts_per_second: float = 2.0,
) -> AsyncIterator[Follower]:
    """Let a siyaq, opened to write, follow a world that has just begun.

    Time stands still but for `Follower.read_on`. Posts come over the Jetstream protocol, articles
    from both papers' feeds.
    """
    async with (
        SimulatedNetwork(seed, start, paused=True, posts_per_second=posts_per_second) as network,
        opening as siyaq,
    ):
        following = [
            asyncio.create_task(siyaq.intake.follow(source, url))
            for source, url in _sources(network)
        ]
        try:
            yield Follower(siyaq, network)
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)


class _WorldTime:
    """The sources' clock, set to the world's."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def now(self) -> datetime:
        return self._pace.now()


def _sources(network: SimulatedNetwork) -> list[tuple[SourceAdapter, str]]:
    clock = _WorldTime(network.pace)
    stream = f"{network.addresses['jetstream']}?since=1h"
    sources: list[tuple[SourceAdapter, str]] = [
        (JetstreamSource(stream, source="bluesky", clock=clock), stream)
    ]
    for paper, kind in _PAPERS.items():
        url = f"{network.addresses[kind]}?every=1s"
        feed = FeedSource(url, source=f"paper-{paper}", clock=clock, sleep=_a_moment)
        sources.append((feed, url))
    return sources


async def _a_moment(_: float) -> None:
    """Wait between polls, but not for long."""
    await asyncio.sleep(_POLL_SECONDS)
