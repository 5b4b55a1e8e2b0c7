"""What is published to a broker, and how what came of it is looked at."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from siyaq.core.ids import PostId
from siyaq.core.ports import Batch, SourceAdapter
from siyaq.log import LogReader
from siyaq.sources.credential import Credential
from siyaq.testing.brokers import (
    BrokerMissing,
    post_of,
)
from siyaq.testing.disconnects import created_twice
from siyaq.testing.serving import wait_until
from tests.conftest import IN_CI

MESSAGES = [post_of(n) for n in range(12)]
MESSAGES[2] = b"{"
MESSAGES[5] = b"\xff\xfe"
MESSAGES[8] = b'{"id": 8}'
HELD = sorted(set(range(12)) - {2, 5, 8})


def running(broker: Any) -> Iterator[Any]:
    """Run a broker, or skip where it is not installed; in CI that is a failure."""
    try:
        with broker as started:
            yield started
    except BrokerMissing as missing:
        if IN_CI:
            raise
        pytest.skip(str(missing))


class Fresh:
    """An adapter that finds the world as at its beginning whenever it resumes from nothing."""

    def __init__(self, adapter: SourceAdapter, before: Callable[[], Awaitable[None]]) -> None:
        self._adapter = adapter
        self._before = before

    @property
    def source(self) -> str:
        return self._adapter.source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        if not resume:
            beginning = asyncio.ensure_future(self._before())
            try:
                await asyncio.shield(beginning)
            finally:
                await asyncio.wait([beginning])  # also when cancelled
        async with aclosing(self._adapter.batches(resume)) as batches:
            async for batch in batches:
                yield batch


@dataclass(slots=True)
class Held:
    make: Callable[[], Any]
    source: str
    repeats: int = len(HELD)
    refused: int = 3

    @property
    def holds(self) -> frozenset[PostId]:
        return frozenset(PostId(f"{self.source}:{n}") for n in HELD)

    def adapter(self) -> SourceAdapter:
        made: SourceAdapter = self.make()
        return made


async def live(adapter: Any) -> None:
    async with asyncio.timeout(30):
        while adapter.condition.state != "live":  # noqa: ASYNC110
            await asyncio.sleep(0.01)


DEATHS = (("received", 2), ("committed", 2))


async def survive(
    url: str, directory: Path, publish: Callable[[list[bytes]], Awaitable[None]]
) -> None:
    """Follow in processes that are killed, and at last in one that lives, as more is published."""
    data = directory / "data"
    published = {str(n) for n in HELD}
    for how, at in DEATHS:
        process = follower(url, data, "--die", how, "--at", str(at))
        async with asyncio.timeout(90):
            while process.poll() is None:
                number = 100 + len(published)
                await publish([post_of(number)])
                published.add(str(number))
                await asyncio.sleep(0.2)
        assert process.returncode == -9, f"it should have died once {how}"
    process = follower(url, data)
    try:
        await asyncio.to_thread(wait_until, lambda: held(data) >= published, "all is there", 90)
    finally:
        process.kill()
        process.wait(30)
    assert held(data) == published
    with LogReader.open(data) as log:
        assert not created_twice(log)


def follower(url: str, data: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "siyaq.testing.following", url, str(data)]
    return subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, env=os.environ)


def held(data: Path) -> set[str]:
    with LogReader.open(data) as log:
        (source,) = (one.source for one in log.sources())
        return {name.partition(":")[2] for name in log.held(source, 10_000)}


async def first(adapter: SourceAdapter) -> Batch:
    """Return the first batch that says something."""
    async with asyncio.timeout(30), aclosing(adapter.batches({})) as batches:
        async for batch in batches:
            if batch.events or batch.rejected:
                return batch
    raise AssertionError("it ended")


def login(text: str) -> Credential:
    return Credential(["SIYAQ_LOGIN"], environ={"SIYAQ_LOGIN": text})
