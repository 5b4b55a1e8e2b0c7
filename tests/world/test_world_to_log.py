"""From the simulated network, through all that goes wrong, to a real log: exactly the truth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import SourceAdapter
from siyaq.core.post import Post
from siyaq.log import LogReader, LogWriter
from siyaq.sources import Committer, Pump
from siyaq.sources.jetstream import JetstreamSource
from siyaq.sources.rss import FeedSource
from siyaq.testing.world import Fault, Pace, SimulatedNetwork, Truth
from siyaq.testing.world.truth import TruePost
from tests.world.reading import START, eventually, run

SEED = 2024
HISTORY = timedelta(minutes=4)
STEP_SECONDS = 30.0
TROUBLE = (
    Fault(name="disconnect"),
    Fault(name="half_frame"),
    Fault(name="duplicate", count=40),
    Fault(name="reorder", count=12),
    Fault(name="garbage"),
    Fault(name="stall", seconds=1.5, deaf=True),
    Fault(name="too_slow"),
    Fault(name="close"),
)


class WorldTime:
    """The product's clock, set to the world's."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def now(self) -> datetime:
        return self._pace.now()


async def at_once(_: float) -> None:
    """Wait between attempts, but not for long."""
    await asyncio.sleep(0.01)


@asynccontextmanager
async def following(directory: Path, adapters: Sequence[SourceAdapter]) -> AsyncIterator[LogReader]:
    """Follow sources into a log of their own, as `serve` does, and let them go at the end."""
    with LogWriter.open(directory) as writer, LogReader.open(directory) as reader:
        async with Committer(writer.append, lambda: None) as committer:
            pumps = [
                Pump(adapter, committer, resume=reader.resume, sleep=at_once)
                for adapter in adapters
            ]
            running = [asyncio.create_task(pump.run()) for pump in pumps]
            try:
                yield reader
            finally:
                for pump in pumps:
                    pump.stop()
                await asyncio.wait_for(asyncio.gather(*running), 10)


async def agrees(truth: Truth, reader: LogReader, seconds: float = 20) -> None:
    """Wait until the log holds the truth; fail with what is different."""
    deadline = asyncio.get_running_loop().time() + seconds
    while found := differences(truth, reader):
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"{len(found)} differences: {found[:5]}")
        await asyncio.sleep(0.1)


def differences(truth: Truth, reader: LogReader) -> list[str]:
    """Return where the log and the answer key disagree about the network's posts."""
    names = {uri: PostId(f"bluesky:{uri}") for uri in truth.posts}
    entries = reader.find(names.values())
    stored = reader.posts(entry.seq for entry in entries.values())
    found: list[str] = []
    for uri, post in truth.posts.items():
        entry = entries.get(names[uri])
        held = stored.get(entry.seq) if entry is not None else None
        if held is None:
            state = reader.state(names[uri])
            if state != post.state and not (post.refusable and state == "unknown"):
                found.append(f"{uri} is {state}, should be {post.state}")
        elif post.state != "live":
            found.append(f"{uri} is shown, should be {post.state}")
        else:
            found += [
                f"{uri}: {name}" for name in unlike(held, post, truth.names.get(post.did, ()))
            ]
    live = sum(post.state == "live" for post in truth.posts.values())
    if reader.counts().posts > live + len(truth.hidden):
        found.append(f"the log holds {reader.counts().posts} posts, {live} are true")
    return found


def unlike(held: Post, post: TruePost, names: Sequence[str]) -> list[str]:
    """Return the fields in which a stored post is not as it should be.

    It bears whatever handle its author was known by when it came, if any.
    """
    facets = [
        (
            len(held.text[: facet.span.start].encode()),
            len(held.text[: facet.span.end].encode()),
            facet.kind,
            facet.target,
        )
        for facet in held.facets
    ]
    true_facets = [(one.start_byte, one.end_byte, one.kind, one.target) for one in post.facets]
    claimed = datetime.fromisoformat(post.created_at)
    same = {
        "text": held.text == post.text,
        "author": held.author.id == post.did,
        "handle": held.author.handle in ("", *names),
        "created_at": held.created_at == claimed,
        "witnessed_at": held.witnessed_at == post.changed_at,
        "placed_at": held.placed_at == post.placed_at,
        "reply_to": (held.reply_to or "") == _named(post.reply_to),
        "root": (held.root or "") == _named(post.root),
        "quote_of": (held.quote_of or "") == _named(post.quote_of),
        "facets": facets == true_facets or post.refusable,
    }
    return [name for name, agrees in same.items() if not agrees]


def _named(uri: str) -> str:
    return f"bluesky:{uri}" if uri else ""


@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_after_every_fault_the_log_holds_exactly_the_truth(tmp_path: Path, dialect: str) -> None:
    async def scenario() -> None:
        async with SimulatedNetwork(SEED, START, history=HISTORY, paused=True) as net:
            source = JetstreamSource(
                f"{net.jetstream.url}?dialect={dialect}&since=1h",
                clock=WorldTime(net.pace),
                sleep=at_once,
                silence_seconds=0.5,
            )
            async with following(tmp_path, [source]) as reader:
                for fault in TROUBLE:
                    net.faults.order(fault)
                    net.pace.step(STEP_SECONDS)
                    await eventually(lambda: not net.faults.waiting, seconds=20)
                await eventually(lambda: net.faults.fired.total() == len(TROUBLE), seconds=20)
                net.faults.order(Fault(name="refuse", status=429), times=2)
                await net.jetstream.restart()
                net.pace.step(STEP_SECONDS)
                truth = net.truth(net.pace.now())
                await agrees(truth, reader)
                (record,) = reader.sources()
                assert record.refused.keys() >= {"malformed", "bad_text"}
                assert record.gaps == ()
            once = {fault.name: 1 for fault in TROUBLE}
            assert net.faults.fired == {**once, "refuse": 2, "restart": 1}
            assert truth.deleted
            assert truth.edited
            assert len(truth.live) > 500

    run(scenario(), seconds=120)


def test_both_dialects_leave_the_same_log(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with SimulatedNetwork(11, START, history=HISTORY, paused=True) as net:
            posts: list[dict[str, Post]] = []
            truth = net.truth(net.pace.now())
            for dialect in ("v1", "v2"):
                source = JetstreamSource(
                    f"{net.jetstream.url}?dialect={dialect}&since=1h", clock=WorldTime(net.pace)
                )
                async with following(tmp_path / dialect, [source]) as reader:
                    await agrees(truth, reader)
                    held = reader.posts(entry.seq for entry in reader.entries(Seq(0), 10_000))
                    posts.append({post.id: post for post in held.values()})
            assert posts[0] == posts[1]
            assert len(posts[0]) > 300

    run(scenario(), seconds=60)


def test_history_that_is_gone_leaves_a_gap_and_nothing_else_missing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with SimulatedNetwork(11, START, history=timedelta(minutes=1), paused=True) as net:
            url = f"{net.jetstream.url}?dialect=v2&since=1h"
            source = JetstreamSource(url, clock=WorldTime(net.pace), sleep=at_once)
            async with following(tmp_path, [source]) as reader:
                early = net.truth(net.pace.now())
                await agrees(early, reader)
            net.pace.step(120)
            net.jetstream.forget(timedelta(seconds=30))
            floor = net.jetstream.floor
            async with following(tmp_path, [source]) as reader:
                await eventually(lambda: bool(reader.sources()[0].gaps), seconds=20)
                net.pace.step(30)
                truth = net.truth(net.pace.now())
                late = {uri for uri, post in truth.live.items() if post.changed_at >= floor}
                names = [PostId(f"bluesky:{uri}") for uri in late if not truth.posts[uri].refusable]
                await eventually(lambda: len(reader.find(names)) == len(names), seconds=20)
                (gap,) = reader.sources()[0].gaps
            assert gap.since >= early.at - timedelta(seconds=10)
            assert timedelta() <= gap.until - floor < timedelta(seconds=10)

    run(scenario(), seconds=60)


def test_both_papers_come_whole_through_a_bad_day(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with SimulatedNetwork(11, START, history=HISTORY, paused=True) as net:
            urls = [net.addresses["rss"], net.addresses["atom_ar"]]
            feeds = [
                FeedSource(
                    f"{url}?every=1s", source=f"paper{number}", clock=WorldTime(net.pace),
                    sleep=at_once,
                )
                for number, url in enumerate(urls)
            ]  # fmt: skip
            async with following(tmp_path, feeds) as reader:
                for name in ("feed_error", "feed_cut", "feed_garbage", "feed_stall"):
                    net.faults.order(Fault(name=name, seconds=0.1))
                    net.pace.step(90)
                    await eventually(lambda: not net.faults.waiting, seconds=20)
                truth = net.truth(net.pace.now())
                await eventually(lambda: not _unread(truth, reader), seconds=20)
            assert len(truth.articles) > 10
            assert any(
                article.updated_at != article.published_at for article in truth.articles.values()
            )

    run(scenario(), seconds=90)


def _unread(truth: Truth, reader: LogReader) -> list[str]:
    """Return the articles whose latest version the log does not hold word for word."""
    found: list[str] = []
    for guid, article in truth.articles.items():
        name = PostId(f"paper{0 if article.paper == 'en' else 1}:{guid}")
        entry = reader.find([name]).get(name)
        if entry is None:
            found.append(f"{guid} is missing")
            continue
        held = reader.posts([entry.seq])[entry.seq]
        words = " ".join(held.text.split())
        whole = held.title == article.title and all(
            part in words for part in article.text.split("\n\n")
        )
        if not whole:
            found.append(f"{guid} is another text")
        elif held.created_at != article.published_at.replace(microsecond=0) and held.created_at != (
            article.published_at
        ):
            found.append(f"{guid} is dated {held.created_at}")
    return found
