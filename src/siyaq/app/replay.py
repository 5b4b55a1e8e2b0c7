"""A file played back at the rhythm its posts once had."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime

from siyaq.core.event import Event, PostEvent
from siyaq.core.ports import Batch
from siyaq.sources import JsonlSource

LONGEST_WAIT_SECONDS = 3600.0


class ReplaySource:
    """Yields the posts of a file one by one, as far apart as they stand in time, over `speed`.

    Posts keep their times: what is replayed is an archive. A post earlier than the one before it
    comes at once.
    """

    def __init__(self, file: JsonlSource, speed: float) -> None:
        self._file = file
        self._speed = speed
        self._previous: datetime | None = None

    @property
    def source(self) -> str:
        """The name of the file's source."""
        return self._file.source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield the file's events when they are due; cursors and refusals follow each batch."""
        async with aclosing(self._file.batches(resume)) as batches:
            async for batch in batches:
                for event in batch.events:
                    await self._until_due(event)
                    yield Batch(events=(event,))
                yield Batch(rejected=batch.rejected, gaps=batch.gaps, cursor=batch.cursor)

    async def _until_due(self, event: Event) -> None:
        placed_at = _placed_at(event)
        if self._previous is not None:
            apart = (placed_at - self._previous).total_seconds() / self._speed
            await asyncio.sleep(min(max(apart, 0.0), LONGEST_WAIT_SECONDS))
        self._previous = max(self._previous or placed_at, placed_at)


def _placed_at(event: Event) -> datetime:
    if isinstance(event, PostEvent) and event.post is not None:
        return event.post.placed_at
    return event.witnessed_at
