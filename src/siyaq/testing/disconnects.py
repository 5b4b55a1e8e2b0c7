"""Follows a simulated platform through many disconnects, and compares the log with its truth.

The source runs as it does in the product, through pump, committer and log. The platform is one
of `siyaq.testing.world`, whose own record of what it told is the oracle.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from siyaq.core.event import Op
from siyaq.core.ids import Seq, split_post_id
from siyaq.core.ports import SourceAdapter
from siyaq.core.post import Post
from siyaq.log import LogReader, LogWriter
from siyaq.sources import Committer, Pump
from siyaq.testing.held_back import Hearing, held_back
from siyaq.testing.world.pace import Pace

SETTLE_SECONDS = 120.0
_PATIENCE_SECONDS = 2.0
_CATCH_UP_SECONDS = 30.0
_PAGE = 1000


class Platform(Protocol):
    """A simulated platform that can be cut off, and knows what was said on it."""

    @property
    def pace(self) -> Pace:
        """Its clock."""
        ...

    @property
    def fired(self) -> int:
        """How many of the orders have really been carried out."""
        ...

    def cuts(self) -> Sequence[str]:
        """Every way in which `cut` can disturb a client."""
        ...

    def cut(self, how: str) -> None:
        """Let something go wrong with the client as soon as it can."""
        ...

    def adapter(self) -> SourceAdapter:
        """Make the source that follows it, with short waits."""
        ...

    def truth(self) -> tuple[Mapping[str, str], frozenset[str]]:
        """Return what must be held now, native id to text, and what may be held or not."""
        ...

    def told(self) -> int:
        """How many changes it has told so far."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one campaign."""

    source: str
    ordered: int
    fired: int
    told: int
    held: int
    missing: tuple[str, ...]  # ids that are not there, or not as they were last told
    kept: tuple[str, ...]  # ids that should not be there
    duplicated: tuple[str, ...]  # ids that were created twice
    restarts: int
    gaps: int
    seed: int
    by_kind: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def passed(self) -> bool:
        """Whether every disturbance happened and nothing is wrong."""
        faultless = not (self.missing or self.kept or self.duplicated)
        return faultless and 0 < self.fired == self.ordered and self.held > 0

    def line(self, goal: str = "G06") -> str:
        """Return the line of the ledger."""
        verdict = "PASS" if self.passed else "FAIL"
        return (
            f"{goal} {verdict} {self.fired}/{self.ordered} source={self.source} "
            f"fired={self.fired} events={self.told} held={self.held} "
            f"missing={len(self.missing)} kept={len(self.kept)} "
            f"duplicated={len(self.duplicated)} restarts={self.restarts} gaps={self.gaps} "
            f"seed={self.seed}"
        )


async def follow_through(
    platform: Platform,
    directory: Path,
    *,
    disconnects: int,
    seed: int,
    restart_every: int = 25,
    apart_seconds: float = 0.1,
) -> Outcome:
    """Disturb a source `disconnects` times, in every way in turn, and say what its log holds.

    Now and then the source itself is stopped and started anew, from the cursors in the log. The
    world waits for a source that is long in coming back.
    """
    rng = random.Random(seed)
    kinds: Counter[str] = Counter()
    restarts = 0
    hands: list[str] = []
    with LogWriter.open(directory) as writer, LogReader.open(directory) as log:
        hearing = Hearing()
        async with Committer(writer.append, hearing.note) as committer:
            running = _Running(platform, committer, log)
            await running.start()
            platform.pace.resume()
            caught_up = partial(_settle, platform, log, _CATCH_UP_SECONDS)
            async with held_back(
                platform.pace, hearing, caught_up, patience_seconds=_PATIENCE_SECONDS
            ):
                for number in range(disconnects):
                    hands = hands or rng.sample(list(platform.cuts()), len(platform.cuts()))
                    how = hands.pop()
                    kinds[how] += 1
                    await _disturb(platform, how)
                    await asyncio.sleep(rng.uniform(0, 2 * apart_seconds))
                    if number % restart_every == restart_every - 1:
                        await running.stop()
                        restarts += 1
                        await asyncio.sleep(rng.uniform(0, 4 * apart_seconds))
                        await running.start()
            platform.pace.pause()
            platform.pace.step(timedelta(seconds=10).total_seconds())
            await _settle(platform, log, SETTLE_SECONDS)
            await running.stop()
        return _outcome(platform, log, running.source, disconnects, restarts, seed, kinds)


async def _disturb(platform: Platform, how: str) -> None:
    """Have something go wrong, and wait until it has."""
    before = platform.fired
    platform.cut(how)
    await _until(lambda: platform.fired > before, SETTLE_SECONDS)


class _Running:
    """The source, running now or not."""

    def __init__(self, platform: Platform, committer: Committer, log: LogReader) -> None:
        self._platform = platform
        self._committer = committer
        self._log = log
        self._pump: Pump | None = None
        self._task: asyncio.Task[object] | None = None
        self.source = ""

    async def start(self) -> None:
        adapter = self._platform.adapter()
        self.source = adapter.source
        self._pump = Pump(adapter, self._committer, resume=self._log.resume, held=self._log.held)
        self._task = asyncio.create_task(self._pump.run())
        await _until(
            lambda: self._pump is not None and self._pump.status().state == "live", SETTLE_SECONDS
        )

    async def stop(self) -> None:
        assert self._pump is not None
        assert self._task is not None
        self._pump.stop()
        await self._task


def _held(log: LogReader) -> dict[str, Post]:
    posts: dict[str, Post] = {}
    after = Seq(0)
    while entries := log.entries(after, _PAGE):
        for entry in entries:
            after = entry.seq
            if entry.post is not None:
                posts[entry.post.native_id] = entry.post
    return posts


def _differences(platform: Platform, held: Mapping[str, Post]) -> tuple[list[str], list[str]]:
    must, may = platform.truth()
    missing = [
        name for name, text in must.items() if name not in held or not _same(held[name].text, text)
    ]
    return missing, [name for name in held if name not in must and name not in may]


async def _settle(platform: Platform, log: LogReader, patience_seconds: float) -> None:
    """Wait until the log says what it must, or has come no nearer to it for so long.

    Nearer it comes by work: it is given up after an eighth of that time on the processor, or five
    times as long on a machine that does something else. The log is read beside the loop, and the
    more seldom the longer that takes: whoever blocks the loop lets every connection in it fall
    silent.
    """
    loop = asyncio.get_running_loop()
    least, since, worked = sys.maxsize, loop.time(), time.process_time()
    while True:
        began = loop.time()
        held = await asyncio.to_thread(_held, log)
        missing, kept = _differences(platform, held)
        if not (missing or kept):
            return
        if len(missing) + len(kept) < least:
            least, since = len(missing) + len(kept), loop.time()
            worked = time.process_time()
        waited = loop.time() - since
        done = 8 * (time.process_time() - worked)
        if waited >= patience_seconds and max(done, waited / 5) >= patience_seconds:
            return
        await asyncio.sleep(max(0.25, 3 * (loop.time() - began)))


def _same(stored: str, told: str) -> bool:
    return " ".join(stored.split()) == " ".join(told.split())


def _outcome(
    platform: Platform,
    log: LogReader,
    source: str,
    disconnects: int,
    restarts: int,
    seed: int,
    kinds: Mapping[str, int],
) -> Outcome:
    held = _held(log)
    missing, kept = _differences(platform, held)
    return Outcome(
        source=source,
        ordered=disconnects,
        fired=platform.fired,
        told=platform.told(),
        held=len(held),
        missing=tuple(missing),
        kept=tuple(kept),
        duplicated=tuple(created_twice(log)),
        restarts=restarts,
        gaps=sum(len(record.gaps) for record in log.sources()),
        seed=seed,
        by_kind=dict(kinds),
    )


def created_twice(log: LogReader) -> list[str]:
    """Return the posts that were created again without having been deleted in between."""
    live: set[str] = set()
    twice: list[str] = []
    after = Seq(0)
    while entries := log.entries(after, _PAGE):
        for entry in entries:
            after = entry.seq
            name = split_post_id(entry.post_id)[1]
            if entry.op is Op.DELETE:
                live.discard(name)
            elif entry.op is Op.CREATE:
                twice += [name] if name in live else []
                live.add(name)
    return twice


async def _until(condition: Callable[[], bool], seconds: float, *, every: float = 0.02) -> None:
    """Wait until `condition()` holds, or for so long."""
    ends = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() >= ends:
            return
        await asyncio.sleep(every)
