"""G9: a burst, a slow disk and a slow reader lose nothing, and nothing grows without bound.

The burst goes through the product itself: a source that is followed, the log, both halves of the
index. Its upstream holds what is not taken yet, as a server at the other end of a socket does.
"""

from __future__ import annotations

import asyncio
import random
import resource
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from prove.campaign import Outcome, Trial
from prove.crash import forked
from prove.life import SOURCE, put
from siyaq import config
from siyaq.app.live import QUEUE_POSTS, LiveHub
from siyaq.app.opening import open_siyaq
from siyaq.core.clock import PlacedBy
from siyaq.core.event import Cursor, LogEntry, Op
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.ports import Batch
from siyaq.core.post import Author, Post
from siyaq.core.query import Filters
from siyaq.log import LogReader, LogWriter
from siyaq.obs import Metrics
from siyaq.sources import Committer
from siyaq.testing.vfs import FaultyDisk

_MOST_KIB = 1_536 * 1024
_RECOVERED_SECONDS = 2.0
_RECOVERY_SECONDS = 60.0
_BATCH = 100


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: 5,000 posts a second for half a minute, after 500 a second."""
    rates = ((500, 5), (5_000, 30)) if full else ((200, 1), (2_000, 2))
    yield Trial(f"burst {rates}", partial(_burst, rates))
    for number in range(5 if full else 1):
        yield Trial(f"slow disk #{number}", partial(_slow_disk, 400 if full else 60, seed + number))
        yield Trial(f"slow reader #{number}", partial(_slow_reader, 20_000 if full else 2_000))


def _burst(rates: tuple[tuple[int, int], ...], place: Path) -> Outcome:
    process = forked(_live_through, rates, place / "data", place / "told")
    process.join(300)
    code = process.exitcode
    process.kill()
    process.close()
    if code != 0:
        raise AssertionError(f"the process ended with {code}")
    offered, peak_kib, recovery_ms = map(int, (place / "told").read_text().split())
    with LogReader.open(place / "data") as reader:
        held = reader.counts().posts
    wrong = {
        "missing": offered - held,
        "grew": int(peak_kib > _MOST_KIB),
        "unrecovered": int(recovery_ms > 1000 * _RECOVERY_SECONDS),
    }
    noted = {"posts": held, "max_rss_mib": peak_kib // 1024, "max_recovery_ms": recovery_ms}
    return Outcome(1, wrong, noted)


def _live_through(rates: tuple[tuple[int, int], ...], directory: Path, told: Path) -> None:
    offered, recovery = asyncio.run(_follow(rates, directory))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told.write_text(f"{offered} {peak} {round(1000 * recovery)}")


async def _follow(rates: tuple[tuple[int, int], ...], directory: Path) -> tuple[int, float]:
    """Follow the burst to its end; return what it offered and how long recovering took."""
    settings = config.load(environ={}, flags={"data": str(directory), "embed.processes": 0})
    upstream = _Upstream(rates)
    async with open_siyaq(settings, write=True) as siyaq:
        assert siyaq.indexer is not None
        await siyaq.intake.take(upstream)
        began = time.monotonic()
        head = siyaq.log.head()
        await asyncio.to_thread(siyaq.indexer.wait_indexed, head, 2 * _RECOVERY_SECONDS)
        behind = max(0.0, time.monotonic() - began - _RECOVERED_SECONDS)
    return upstream.offered, behind + upstream.behind_seconds


class _Upstream:
    """A stream whose posts are due by the clock, and wait until they are taken."""

    source = SOURCE

    def __init__(self, rates: tuple[tuple[int, int], ...]) -> None:
        self._rates = rates
        self.offered = sum(rate * seconds for rate, seconds in rates)
        self.behind_seconds = 0.0

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield what is due, a hundred at a time."""
        chance = random.Random(7)
        number = 0
        began = time.monotonic()
        due_at = 0.0
        for rate, seconds in self._rates:
            for _ in range(rate * seconds // _BATCH):
                due_at += _BATCH / rate
                await asyncio.sleep(max(0.0, began + due_at - time.monotonic()))
                events = tuple(put(_post(number + place, chance)) for place in range(_BATCH))
                number += _BATCH
                cursor = Cursor(source=SOURCE, partition="", position=str(number))
                yield Batch(events=events, cursor=cursor)
        self.behind_seconds = max(0.0, time.monotonic() - began - due_at)


_WORDS = ("rain", "fire", "port", "city", "school", "minister", "مطر", "حريق", "wind", "flood")


def _post(number: int, chance: random.Random) -> Post:
    now = datetime.now(UTC)
    return Post(
        source=SOURCE,
        native_id=f"burst-{number}",
        author=Author(id=AuthorId(f"did:{number % 997}"), handle=f"a{number % 997}.example"),
        text=" ".join(chance.choices(_WORDS, k=chance.randint(3, 30))) + f" {number}",
        witnessed_at=now,
        placed_at=now,
        placed_by=PlacedBy.WITNESSED,
    )


def _slow_disk(count: int, seed: int, place: Path) -> Outcome:
    """Submit from many sides to a log whose every sync takes its time."""
    chance = random.Random(seed)
    with FaultyDisk("slow") as disk, LogWriter.open(place / "data", vfs=disk.name) as writer:
        disk.before_sync = lambda _: time.sleep(chance.uniform(0.0, 0.04))
        acknowledged, most = asyncio.run(_submit(writer, count))
        syncs = disk.syncs
    with LogReader.open(place / "data") as reader:
        held = reader.counts().posts
    wrong = {"missing": acknowledged - held, "grew": int(most > 2 * _SENDERS)}
    return Outcome(syncs, wrong, {"posts": held})


_SENDERS = 100


async def _submit(writer: LogWriter, count: int) -> tuple[int, int]:
    """Return how many posts were acknowledged, and how many batches waited at most."""
    waiting = most = acknowledged = 0
    chance = random.Random(7)

    async def send(sender: int) -> None:
        nonlocal waiting, most, acknowledged
        for turn in range(count // 10):
            events = (put(_post(1_000_000 * sender + turn, chance)),)
            waiting += 1
            most = max(most, waiting)
            appended = await committer.submit(Batch(events=events))
            waiting -= 1
            acknowledged += appended.created

    async with Committer(writer.append, lambda: None) as committer:
        await asyncio.gather(*(send(sender) for sender in range(_SENDERS)))
    return acknowledged, most


def _slow_reader(count: int, place: Path) -> Outcome:
    return asyncio.run(_watch(count))


async def _watch(count: int) -> Outcome:
    """Publish to one who does not read: posts are dropped and counted, deletions are not."""
    metrics = Metrics()
    hub = LiveHub(metrics)
    chance = random.Random(7)
    posts = [_post(number, chance) for number in range(count)]
    gone = {post.id for post in chance.sample(posts, count // 4)}
    async with _subscribed(hub) as items:
        began = time.monotonic()
        for number, post in enumerate(posts):
            hub.publish([_entry(number, post.id, post)])
        for name in sorted(gone):
            hub.publish([_entry(count, name, None)])
        seconds = time.monotonic() - began
        told: set[PostId] = set()
        shown = 0
        while told < gone:
            item = await asyncio.wait_for(anext(items), 5)
            if isinstance(item, Post):
                shown += 1
            else:
                told.add(item)
    dropped = int(metrics.live_dropped._value.get())
    wrong = {
        "untold": len(gone - told),
        "grew": int(shown > QUEUE_POSTS),
        "uncounted": count
        - dropped
        - shown
        - len(gone & {post.id for post in posts[:QUEUE_POSTS]}),
    }
    return Outcome(dropped, wrong, {"max_publish_us": round(1e6 * seconds / count)})


def _entry(number: int, post_id: PostId, post: Post | None) -> LogEntry:
    op = Op.DELETE if post is None else Op.CREATE
    return LogEntry(seq=Seq(number + 1), op=op, post_id=post_id, post=post)


@asynccontextmanager
async def _subscribed(hub: LiveHub) -> AsyncIterator[AsyncIterator[Post | PostId]]:
    async with aclosing(hub.subscribe("", Filters())) as items:
        first = asyncio.ensure_future(anext(items))
        await asyncio.sleep(0)
        hub.publish([_entry(0, _post(-1, random.Random(0)).id, _post(-1, random.Random(0)))])
        await first
        yield items
