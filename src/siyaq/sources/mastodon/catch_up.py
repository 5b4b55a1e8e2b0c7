"""What happened while nobody listened: posts from the timelines, deletions and edits by asking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from datetime import datetime
from itertools import islice

from siyaq.core.event import Cursor, Gap, Op
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch, Clock
from siyaq.sources import fields
from siyaq.sources.mastodon.address import Address, Stream
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
    ) -> None:
        self._address = address
        self._source = source
        self._reader = reader
        self._marks = marks
        self._clock = clock
        self._look_seconds = look_seconds
        self._recent: dict[str, None] = {}  # ids, the oldest first
        self._owed: dict[str, None] = {}  # those to ask for, the longest owed first
        self._newest_next = True
        self._looked_at = -look_seconds
        self._can_look = True

    async def fill(self, api: Api, connected_at: datetime) -> AsyncGenerator[Batch]:
        """Yield what each stream brought since its bookmark, and what is lost of it for good."""
        for stream in self._address.streams:
            mark = self._marks[stream.key]
            after = mark.begin_after(stream.rewind)
            if not after and self._address.since is not None:
                after = snowflake(connected_at - self._address.since)
            lost_since = mark.heard_at if after else None
            try:
                if not after:  # the clock of the server may differ from ours, its ids do not
                    mark.newest = await api.newest(stream)
                else:
                    async for page in api.newer(stream, after, MOST_PAGES):
                        heard = await self._read(page, stream.key)
                        yield self._batch(heard, stream)
                        lost_since = _created(page) if len(page) == PAGE else None
            except Answered as answer:
                if answer.status == 429 or answer.status >= 500:
                    raise
            mark.heard_at = connected_at
            gaps: tuple[Gap, ...] = ()
            if lost_since is not None and lost_since < connected_at:
                gap = Gap(
                    source=self._source,
                    since=lost_since,
                    until=connected_at,
                    reason="disconnected",
                )
                gaps = (gap,)
            yield Batch(gaps=gaps, cursor=self._cursor(stream), source=self._source)

    def saw(self, heard: Heard) -> None:
        """Remember the newest posts."""
        for number in heard.came:
            self._recent[number] = None
        for number in heard.went:
            self._recent.pop(number, None)
            self._owed.pop(number, None)
        for number in list(islice(self._recent, max(0, len(self._recent) - REMEMBERED))):
            del self._recent[number]

    def look_again(self) -> None:
        """Owe each post that is remembered a look: its deletion may have been missed."""
        self._owed |= self._recent

    def remember(self, names: Iterable[PostId]) -> None:
        """Take up what an earlier run has left, and owe each of it a look."""
        own = self._reader.alias("")
        numbers = sorted(
            (name.removeprefix(own) for name in names if name.startswith(own)), key=order
        )
        self._recent |= dict.fromkeys(numbers[-REMEMBERED:])
        self.look_again()

    async def look(self, api: Api) -> list[Batch]:
        """Return deletions and edits that we did not hear of, as far as one round finds them."""
        if not (self._owed and self._can_look):
            return []
        if time.monotonic() - self._looked_at < self._look_seconds:
            return []
        self._looked_at = time.monotonic()
        found: list[Batch] = []
        for _ in range(LOOK_POSTS // LOOKUP):
            ids = self._next_owed()
            if not ids:
                break
            try:
                page = await api.still_there(ids)
            except Answered as answer:
                if answer.status == 429 or answer.status >= 500:
                    raise
                self._can_look = False  # older than Mastodon 4.3
                break
            for number in ids:
                self._owed.pop(number, None)
            batch = await asyncio.to_thread(self._compare, ids, page)
            found += [batch] if batch.events else []
        return found

    def _next_owed(self) -> list[str]:
        """Return what to ask for: the newest, which change most, and the longest owed, in turn."""
        self._newest_next = not self._newest_next
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
