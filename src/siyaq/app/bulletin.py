"""How sources are doing, told by the process that follows them to whoever reads beside it.

A file in the data directory, written anew every two seconds and taken away at the end. What it
says counts for as long as it is fresh: of a process that was killed it soon says nothing any more.
It is a courtesy, never synced; where it cannot be written or read, sources are shown at rest.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from siyaq.app.intake import at_rest
from siyaq.core.ports import Clock
from siyaq.core.reports import SourceStatus
from siyaq.log import SourceRecord

NAME = "bulletin.json"
EVERY_SECONDS = 2.0
FRESH = timedelta(seconds=20)
"""Longer than a busy machine keeps a writer waiting, and soon over."""

_LONGEST_BYTES = 4 * 2**20


class _Told(msgspec.Struct, frozen=True):
    at: datetime
    sources: tuple[SourceStatus, ...]


@asynccontextmanager
async def told(
    directory: Path, followed: Callable[[], Sequence[SourceStatus]], clock: Clock
) -> AsyncIterator[None]:
    """Tell how sources are doing, from the event loop, until the block ends."""

    async def tell() -> None:
        while True:
            sources = followed()
            if sources:
                await asyncio.to_thread(write, directory, sources, clock.now())
            await asyncio.sleep(EVERY_SECONDS)

    telling = asyncio.create_task(tell(), name="bulletin")
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        with suppress(OSError):
            (directory / NAME).unlink(missing_ok=True)


def write(directory: Path, sources: Sequence[SourceStatus], now: datetime) -> None:
    """Write how sources are doing. A disk that refuses leaves what was told before."""
    staged = directory / f"{NAME}.new"
    with suppress(OSError):
        staged.write_bytes(msgspec.json.encode(_Told(now, tuple(sources))))
        staged.replace(directory / NAME)


def read(
    directory: Path, records: Sequence[SourceRecord], now: datetime
) -> tuple[SourceStatus, ...]:
    """Return how the sources of `records` are doing: by their follower's word where it is fresh.

    What the log has counted of a source counts, but where several are followed under one name.
    """
    followed = _fresh(directory, now)
    shared = Counter(one.source for one in followed)
    recorded = {record.source: record for record in records}
    known = [
        _counted(one, recorded[one.source]) if shared[one.source] == 1 else one
        for one in followed
        if one.source in recorded
    ]
    return (*known, *(at_rest(record) for record in records if record.source not in shared))


def _counted(one: SourceStatus, record: SourceRecord) -> SourceStatus:
    return replace(one, posts=record.posts, refused=record.refused, gaps=tuple(record.gaps))


def _fresh(directory: Path, now: datetime) -> tuple[SourceStatus, ...]:
    try:
        with (directory / NAME).open("rb") as file:
            found = msgspec.json.decode(file.read(_LONGEST_BYTES), type=_Told)
        fresh = abs(now - found.at) <= FRESH
    except (OSError, ValueError, TypeError, msgspec.MsgspecError):
        return ()
    return found.sources if fresh else ()
