"""What happened while nobody listened: posts from the timelines, deletions and edits by asking."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from itertools import islice

from siyaq.core.event import Cursor, Gap, Op
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch, Clock
from siyaq.sources import fields
from siyaq.sources.mastodon.address import Address, Stream
from siyaq.sources.mastodon.audit import Audit
from siyaq.sources.mastodon.bookmark import Bookmark, snowflake
from siyaq.sources.mastodon.hear import Heard, read_page
from siyaq.sources.mastodon.rest import LOOKUP, PAGE, Api, Page, order
from siyaq.sources.mastodon.status import Reader
from siyaq.sources.refusal import Refusal
from siyaq.sources.trouble import Answered

MOST_PAGES = 250
"""10,000 posts; what was missed beyond is a gap. Servers allow 300 requests in five minutes."""

REMEMBERED = 20_000
"""Posts that are asked for again after a connection was lost, the newest first."""

LOOK_SECONDS = 60.0
"""Time between two rounds of asking."""

LOOK_POSTS = 400
"""Posts in one round: a third of the requests that servers allow, beside those for gaps."""

SWEEP_SECONDS = 86_400.0
"""Time after which all that is remembered is asked for again, though no connection was lost."""

AUDIT_SECONDS = 60.0
"""Time between two comparisons of a stream that speaks with its timeline."""

_A_MOMENT = timedelta(milliseconds=1)
_log = logging.getLogger(__name__)


class CatchUp:
    """The memory of one source across its connections."""

    def __init__(
        self,
        address: Address,
        source: str,
        reader: Reader,
        marks: Mapping[str, Bookmark],
        clock: Clock,
        look_seconds: float = LOOK_SECONDS,
        audit_seconds: float = AUDIT_SECONDS,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self._address = address
        self._source = source
        self._reader = reader
        self._marks = marks
        self._clock = clock
        self._look_seconds = look_seconds
        self._audit = Audit(address.streams, marks, audit_seconds)
        self._recent: dict[str, None] = {}  # ids, the oldest first
        self._owed: dict[str, None] = {}  # those to ask for, the longest owed first
        self._newest_next = True
        self._looked_at = -look_seconds
        self._sweep_seconds = sweep_seconds
        self._swept_at = time.monotonic()
        self._can_look = True

    async def fill(
        self, api: Api, now: datetime, streams: Sequence[Stream] = ()
    ) -> AsyncGenerator[Batch]:
        """Yield what each stream brought since its bookmark, and what is lost of it for good.

        Without `streams`, all of them, behind a connection that is new at `now`.
        """
        for stream in streams or self._address.streams:
            mark = self._marks[stream.key]
            after = mark.begin_after(stream.rewind)
            if not after and self._address.since is not None:
                after = snowflake(now - self._address.since)
            lost_since = mark.heard_at if after else None
            async with aclosing(self._follow(api, stream, after, lost_since, now)) as missed:
                async for batch in missed:
                    yield batch
        if not streams:
            self._audit.begin()

    async def audit(self, api: Api) -> AsyncGenerator[Batch]:
        """Yield what the streams left out although they spoke, and when that was."""
        for hole in await self._audit.holes(api):
            now = self._clock.now()
            _log.warning("the stream %r left posts out; they are fetched", hole.stream.key)
            if hole.since is not None and hole.until is not None:
                until = min(now, hole.until + _A_MOMENT)
                gap = Gap(
                    source=self._source,
                    since=min(hole.since, until),
                    until=until,
                    reason="upstream",
                )
                yield Batch(gaps=(gap,), source=self._source)
            missed = self._follow(api, hole.stream, hole.after, None, now)
            async with aclosing(missed):
                async for batch in missed:
                    yield batch
            self.look_again()  # what was deleted meanwhile was left out too

    async def _follow(
        self, api: Api, stream: Stream, after: str, lost_since: datetime | None, now: datetime
    ) -> AsyncGenerator[Batch]:
        """Yield what a timeline has behind the id `after`, and what it does not have any more."""
        mark = self._marks[stream.key]
        try:
            if not after:  # the clock of the server may differ from ours, its ids do not
                mark.newest = mark.sure = await api.newest(stream)
            else:
                async with aclosing(api.newer(stream, after, MOST_PAGES)) as pages:
                    async for page in pages:
                        heard = await self._read(page, stream.key)
                        mark.sure = max(mark.sure, heard.newest, key=order)
                        yield self._batch(heard, stream)
                        lost_since = _created(page) if len(page) == PAGE else None
        except Answered as answer:
            if answer.status == 429 or answer.status >= 500:
                raise
            mark.sure = ""
        mark.heard_at = now
        gaps: tuple[Gap, ...] = ()
        if lost_since is not None and lost_since < now:
            mark.sure = ""  # it is not made good later: that would never end
            gap = Gap(source=self._source, since=lost_since, until=now, reason="disconnected")
            gaps = (gap,)
        yield Batch(gaps=gaps, cursor=self._cursor(stream), source=self._source)

    def saw(self, heard: Heard) -> None:
        """Remember the newest posts."""
        self._audit.saw(heard.stream, heard.told)
        for number in heard.came:
            self._recent[number] = None
        for number in heard.went:
            self._recent.pop(number, None)
            self._owed.pop(number, None)
        for number in list(islice(self._recent, max(0, len(self._recent) - REMEMBERED))):
            del self._recent[number]

    def look_again(self) -> None:
        """Owe each post that is remembered a look: its deletion may have been missed."""
        self._swept_at = time.monotonic()
        self._owed |= self._recent

    def remember(self, names: Iterable[PostId]) -> None:
        """Take up what an earlier run has left, and owe each of it a look."""
        own = self._reader.alias("")
        numbers = sorted(
            (name.removeprefix(own) for name in names if name.startswith(own)), key=order
        )
        self._recent |= dict.fromkeys(numbers[-REMEMBERED:])
        self.look_again()

    async def look(self, api: Api) -> AsyncGenerator[Batch]:
        """Yield deletions and edits that we did not hear of, as far as one round finds them.

        Each as it is found: what comes after may fail.
        """
        if time.monotonic() - self._swept_at >= self._sweep_seconds:
            self.look_again()
        if not (self._owed and self._can_look):
            return
        if time.monotonic() - self._looked_at < self._look_seconds:
            return
        self._looked_at = time.monotonic()
        for _ in range(LOOK_POSTS // LOOKUP):
            ids = self._next_owed()
            if not ids:
                return
            try:
                page = await api.still_there(ids)
            except Answered as answer:
                if answer.status == 429 or answer.status >= 500:
                    raise
                self._can_look = False  # older than Mastodon 4.3
                return
            for number in ids:
                self._owed.pop(number, None)
            self._newest_next = not self._newest_next
            batch = await asyncio.to_thread(self._compare, ids, page)
            if batch.events:
                yield batch

    def _next_owed(self) -> list[str]:
        """Return what to ask for: the newest, which change most, and the longest owed, in turn."""
        order_of_turn = iter(self._owed) if self._newest_next else reversed(self._owed)
        return list(islice(order_of_turn, LOOKUP))

    def _compare(self, ids: list[str], page: Page) -> Batch:
        """Return what has changed of posts that were asked for. Blocks, so it runs in a thread."""
        now = self._clock.now()
        there = {str(status.get("id")) for status in page}
        gone = [number for number in ids if number not in there]
        for number in gone:
            self._recent.pop(number, None)
        edited = [status for status in page if status.get("edited_at")]
        changed = read_page(edited, "", self._reader, Op.UPDATE, now)
        deletes = [self._reader.delete(number, now) for number in gone]
        return Batch(events=(*deletes, *changed.events), source=self._source)

    async def _read(self, page: Page, key: str) -> Heard:
        now = self._clock.now()
        heard = await asyncio.to_thread(read_page, page, key, self._reader, Op.CREATE, now)
        self.saw(heard)
        return heard

    def _batch(self, heard: Heard, stream: Stream) -> Batch:
        mark = self._marks[stream.key]
        mark.newest = max(mark.newest, heard.newest, key=order)
        return Batch(
            events=tuple(heard.events),
            rejected=tuple(heard.rejected),
            cursor=self._cursor(stream),
            source=self._source,
        )

    def _cursor(self, stream: Stream) -> Cursor | None:
        return self._marks[stream.key].as_cursor(self._source, self._address.partition(stream))


def _created(page: Page) -> datetime | None:
    try:
        return fields.moment(page[-1].get("created_at"), "created_at")
    except Refusal:
        return None
