"""Finds what a stream left out although it lives and speaks.

Nothing in a stream says that it is whole: a server that loses touch with what feeds its streams
and finds it again goes on as if nothing had been, and so does one that drops what it cannot send.
So, from time to time, the newest pages of a stream's timeline are set beside what was heard. What
has not come a while later was left out.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise

from siyaq.sources import fields
from siyaq.sources.mastodon.address import Stream
from siyaq.sources.mastodon.bookmark import Bookmark
from siyaq.sources.mastodon.rest import Api, Page, order
from siyaq.sources.refusal import Refusal
from siyaq.sources.trouble import Answered

PAGES = 5
"""Pages in one audit, over all streams. A stream that is busier is compared by its newest posts."""

HOLE = 3
"""So many posts in a row make a hole. Timelines and streams may differ in odd ones."""

_SEEN = 20_000


@dataclass(frozen=True, slots=True)
class Hole:
    """What a stream left out. `after` is the id behind which to begin.

    `since` and `until` are the times of the first and last post that were left out, None for
    fewer than HOLE in a row.
    """

    stream: Stream
    after: str
    since: datetime | None
    until: datetime | None


@dataclass(slots=True)
class _Snapshot:
    """A timeline's newest statuses, oldest first, as it stood at `taken_at` (monotonic)."""

    page: Page
    taken_at: float


class Audit:
    """Audits the streams of one server. Each costs a few requests in `seconds`, if it spoke.

    And once more when it has fallen silent, for the last that it should have said.
    """

    def __init__(
        self, streams: Sequence[Stream], marks: Mapping[str, Bookmark], seconds: float
    ) -> None:
        self._streams = streams
        self._marks = marks
        self._seconds = seconds
        self._settle_seconds = seconds / 6
        self._pages = max(1, PAGES // len(streams))
        self._seen: dict[str, dict[str, None]] = {stream.key: {} for stream in streams}
        self._looks_due: dict[str, int] = {}
        self._snapshots: dict[str, _Snapshot] = {}
        self._audited_at: dict[str, float] = {}

    def saw(self, key: str, numbers: Sequence[str]) -> None:
        """Note the ids that came through a stream or its timeline, whatever was made of them."""
        seen = self._seen.get(key)
        if seen is None or not numbers:
            return
        self._looks_due[key] = 2
        seen.update(dict.fromkeys(numbers))
        for number in list(islice(seen, max(0, len(seen) - _SEEN))):
            del seen[number]

    def begin(self) -> None:
        """Start anew behind a connection's first fill."""
        self._snapshots.clear()
        self._audited_at = {stream.key: time.monotonic() for stream in self._streams}

    async def holes(self, api: Api) -> list[Hole]:
        """Return what was found to be left out by now. Raises Lost, Answered."""
        found: list[Hole] = []
        for stream in self._streams:
            now = time.monotonic()
            snapshot = self._snapshots.get(stream.key)
            if snapshot is not None and now - snapshot.taken_at >= self._settle_seconds:
                del self._snapshots[stream.key]
                found += self._judge(stream, snapshot.page)
            elif snapshot is None and self._due(stream, now):
                await self._look(api, stream, now)
        return found

    def _due(self, stream: Stream, now: float) -> bool:
        last = self._audited_at.get(stream.key, now)
        return self._looks_due.get(stream.key, 0) > 0 and now - last >= self._seconds

    async def _look(self, api: Api, stream: Stream, now: float) -> None:
        self._audited_at[stream.key] = now
        self._looks_due[stream.key] -= 1
        mark = self._marks[stream.key]
        try:
            page = await api.latest(stream, mark.sure, self._pages)
        except Answered as answer:
            if answer.status == 429 or answer.status >= 500:
                raise
            mark.sure = ""  # no such timeline here: nothing to compare with
            return
        self._snapshots[stream.key] = _Snapshot(page, now)

    def _judge(self, stream: Stream, page: Page) -> list[Hole]:
        """Compare a timeline with what has come since; what is whole moves the bookmark."""
        seen, mark = self._seen[stream.key], self._marks[stream.key]
        numbers = [str(status.get("id")) for status in page]
        absent = [at for at, number in enumerate(numbers) if number not in seen]
        if not absent:
            if numbers:
                mark.sure = max(mark.sure, numbers[-1], key=order)
            return []
        first = absent[0]
        after = numbers[first - 1] if first else mark.sure
        if not after:
            return []
        times = [_created(page[at]) for at in absent] if _in_a_row(absent) else []
        told = [one for one in times if one is not None]
        return [Hole(stream, after, min(told, default=None), max(told, default=None))]


def _in_a_row(places: Sequence[int]) -> bool:
    run = longest = 1
    for one, following in pairwise(places):
        run = run + 1 if following == one + 1 else 1
        longest = max(longest, run)
    return longest >= HOLE


def _created(status: Mapping[str, object]) -> datetime | None:
    try:
        return fields.moment(status.get("created_at"), "created_at")
    except Refusal:
        return None
