"""Follows one Jetstream server for ever: connects, resumes, finds gaps, batches what arrives.

Cursors are inclusive, so the last event may come once more: the log takes it as unchanged. What
a server no longer holds is recorded as a gap, whether it says so (v2) or not (v1).
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from siyaq.core.clock import SystemClock
from siyaq.core.errors import SourceRefused
from siyaq.core.event import Event, Gap, Rejected
from siyaq.core.ports import Batch, Clock
from siyaq.sources.backoff import Backoff, Patience
from siyaq.sources.condition import Condition
from siyaq.sources.jetstream.address import Address, Dialect
from siyaq.sources.jetstream.bookmark import Bookmark
from siyaq.sources.jetstream.connection import connected
from siyaq.sources.jetstream.dictionary import Dictionary, fetch_dictionary, read_dictionary
from siyaq.sources.jetstream.event import read_event, read_sync
from siyaq.sources.jetstream.frame import Frame, read_frame
from siyaq.sources.option import operator_name
from siyaq.sources.refusal import Refusal
from siyaq.sources.trouble import Answered, Lost

SILENCE_SECONDS = 30.0
_STEADY_SECONDS = 10.0
"""A connection that held this long was a good one: the next back-off starts small again."""

_NUMBER = re.compile(r"\d{1,18}")


class JetstreamSource:
    """The posts, deletions, accounts and handles that one Jetstream server tells of.

    `url` as in `address`. `sleep` waits between attempts: network errors from 0.25 s up to 16 s,
    server errors from 5 s up to 320 s, rate limits from 60 s up to 600 s.
    """

    def __init__(
        self,
        url: str,
        *,
        source: str = "bluesky",
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        silence_seconds: float = SILENCE_SECONDS,
        rng: random.Random | None = None,
    ) -> None:
        self._address = Address.parse(url)
        self._source = operator_name(source)
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._silence_seconds = silence_seconds
        self._patience = Patience(
            network=Backoff(0.25, 16.0, rng=rng),
            trouble=Backoff(5.0, 320.0, rng=rng),
            limited=Backoff(60.0, 600.0, rng=rng),
        )
        self._dialects = list(self._address.dialects)
        self._dictionary: Dictionary | None = None
        self._compresses = bool(self._address.zstd)
        self._refused_id: int | None = None
        if self._address.zstd not in ("", "fetch"):
            self._dictionary = read_dictionary(self._address.zstd)
        self._ever_live = False
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for this server."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield batches for ever. Raises SourceRefused when the server will never have us."""
        bookmark = Bookmark.read(resume, self._address)
        while True:
            try:
                async with aclosing(self._listen(bookmark)) as heard:
                    async for batch in heard:
                        yield batch
            except Lost as lost:
                problem = str(lost)
                wait_seconds = self._patience.after_loss()
                if lost.too_big:  # it would be sent again: go on behind it, and say so
                    bookmark.cursor, bookmark.overtaken = None, True
            except Answered as answer:
                problem = str(answer)
                if self._try_next_dialect(answer):
                    continue
                wait_seconds = self._after(answer, bookmark)
            self.condition.waiting(problem)
            await self._sleep(wait_seconds)

    async def _listen(self, bookmark: Bookmark) -> AsyncGenerator[Batch]:
        """Yield what one connection brings, until it is Lost."""
        dialect = self._dialects[0]
        cursor = bookmark.request_cursor(self._address, dialect, self._clock.now())
        self.condition.connecting()
        dictionary = await self._dictionary_for(dialect)
        url = self._address.request(dialect, cursor, dictionary.id if dictionary else None)
        async with connected(
            url,
            dialect,
            silence_seconds=self._silence_seconds,
            hello=self._address.hello(dialect),
        ) as messages:
            self.condition.live()
            self._ever_live = True
            started_at = self._clock.now()
            resumed = True
            while True:
                taken, lost = await messages.take()
                now = self._clock.now()
                heard = await asyncio.to_thread(_hear, taken, self._source, now, dictionary)
                batch = self._batch(heard, bookmark, dialect, resumed=resumed)
                resumed = resumed and heard.first_at is None
                if (now - started_at).total_seconds() >= _STEADY_SECONDS:
                    self._patience.calm()
                if batch is not None:
                    yield batch
                if heard.error or lost is not None:
                    raise lost or Lost(heard.error)

    def _batch(
        self, heard: _Heard, bookmark: Bookmark, dialect: Dialect, *, resumed: bool
    ) -> Batch | None:
        """Move the bookmark behind what was heard, and make a batch of it."""
        gaps: list[Gap] = []
        bookmark.overtaken = bookmark.overtaken or heard.overtaken
        if heard.first_at is not None and (resumed or bookmark.overtaken):
            gap = bookmark.gap_before(heard.first_at, self._source)
            gaps += [] if gap is None else [gap]
        if heard.last is not None:
            bookmark.partition = self._address.partition(dialect)
            bookmark.cursor, bookmark.time_us = heard.last.cursor, heard.last.time_us
        if not (heard.events or heard.rejected or gaps or heard.last):
            return None
        return Batch(
            events=tuple(heard.events),
            rejected=tuple(heard.rejected),
            gaps=tuple(gaps),
            cursor=bookmark.as_cursor(self._source),
        )

    async def _dictionary_for(self, dialect: Dialect) -> Dictionary | None:
        """Return the dictionary to ask for a compressed stream with; None for a plain one."""
        if not self._compresses:
            return None
        if self._dictionary is None and dialect == "v2":
            url = self._address.dictionary_url
            self._dictionary = await fetch_dictionary(url, self._silence_seconds)
            self._compresses = self._dictionary is not None
        return self._dictionary

    def _new_dictionary(self) -> None:
        """Ask for the dictionary anew: the server has trained another. Once more, then no more."""
        self._compresses = self._refused_id != (self._dictionary and self._dictionary.id)
        self._refused_id = self._dictionary.id if self._dictionary else None
        self._dictionary = None

    def _try_next_dialect(self, answer: Answered) -> bool:
        """Go on to an older dialect where the server does not know this one, if there is one."""
        if answer.status != 404 or len(self._dialects) == 1:
            return False
        self._dialects.pop(0)
        return True

    def _after(self, answer: Answered, bookmark: Bookmark) -> float:
        """Return how long to wait after a refusal to stream. Raises SourceRefused for good ones."""
        if answer.error == "UnknownZstdDictionary":
            self._new_dictionary()
            return 0.0
        if answer.error == "CursorTooOld":
            floor = _NUMBER.search(answer.message)
            bookmark.overtaken = True
            bookmark.partition = self._address.partition(self._dialects[0])
            bookmark.cursor = int(floor[0]) if floor else None
            return self._patience.after_loss()
        if answer.status == 429 or answer.status >= 500 or self._ever_live:
            return self._patience.after_status(answer.status, answer.retry_after_seconds)
        raise SourceRefused(
            f"{self._address.netloc!r} will not stream to us: {answer}",
            hint="check the host and the path of the URL, or choose with ?dialect=v1",
        ) from answer


@dataclass(slots=True)
class _Heard:
    """What some messages came to."""

    events: list[Event] = field(default_factory=list[Event])
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    first_at: datetime | None = None
    last: Frame | None = None  # the last one that can be resumed from
    overtaken: bool = False
    error: str = ""


def _hear(
    messages: list[bytes], source: str, now: datetime, dictionary: Dictionary | None = None
) -> _Heard:
    """Read messages in order. Blocks, so it runs in a thread."""
    heard = _Heard()
    for message in messages:
        try:
            frame = read_frame(message if dictionary is None else dictionary.plain(message))
        except Refusal as refusal:
            heard.rejected.append(refusal.rejected())
            continue
        if frame.kind == "error":
            heard.error = f"the server ended the stream: {str(frame.body.get('error'))[:100]!r}"
            break
        if frame.kind == "info":
            heard.overtaken |= frame.body.get("name") == "OutdatedCursor"
            continue
        if frame.cursor is not None and frame.witnessed_at is not None:
            heard.first_at = heard.first_at or frame.witnessed_at
            heard.last = frame
        try:
            if frame.kind == "sync":
                heard.events += read_sync(frame, source=source, now=now)
                continue
            event = read_event(frame, source=source, now=now)
        except Refusal as refusal:
            heard.rejected.append(refusal.rejected())
        else:
            heard.events += [] if event is None else [event]
    return heard
