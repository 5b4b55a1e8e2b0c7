"""The filtered stream: connected for ever, within the budget, and what it missed searched for."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, timedelta

from siyaq.core.clock import from_microseconds, to_microseconds
from siyaq.core.event import Cursor, Event, Gap, PostEvent, Rejected
from siyaq.core.ports import Batch, Clock
from siyaq.sources.condition import Condition
from siyaq.sources.decode import decode_object
from siyaq.sources.limits import BATCH_EVENTS
from siyaq.sources.refusal import Refusal
from siyaq.sources.trouble import Answered, Lost
from siyaq.sources.x.address import Address
from siyaq.sources.x.api import FIELDS, Api
from siyaq.sources.x.budget import Budget
from siyaq.sources.x.compliance import is_compliance, read_compliance
from siyaq.sources.x.missing import SEAM, Missing, Stretch
from siyaq.sources.x.post import read_posts
from siyaq.sources.x.rules import manage
from siyaq.sources.x.search import Found, search
from siyaq.sources.x.stream import Line, read_lines, require_data

PARTITION = "stream"
STREAM = "/2/tweets/search/stream"

_SEARCHED = timedelta(days=6)
"""How far back is searched, at most; X searches seven days."""

_POSITION = re.compile(r"(\d{1,17})@(.{0,40})", re.ASCII)


class CapReached(Exception):
    """The month's budget is used up."""


class PostStream:
    """One account's filtered stream.

    `search_delay_seconds`: how long a search lags behind. `search_retry_seconds`: how long to
    wait before a search that failed is made again.
    """

    def __init__(
        self,
        address: Address,
        source: str,
        budget: Budget,
        condition: Condition,
        clock: Clock,
        position: str,
        *,
        silence_seconds: float,
        search_delay_seconds: float,
        search_retry_seconds: float,
    ) -> None:
        self._address = address
        self._source = source
        self._budget = budget
        self._condition = condition
        self._clock = clock
        self._silence_seconds = silence_seconds
        self._search_delay_seconds = search_delay_seconds
        self._search_retry_seconds = search_retry_seconds
        match = _POSITION.fullmatch(position)
        self._heard_at = from_microseconds(int(match[1])) if match else None
        self._said_at = self._heard_at  # when X had the newest post that we have heard of
        self._missing = Missing()
        self._capped = False
        self._rules: list[str] = []

    async def listen(self, api: Api) -> AsyncGenerator[Batch]:
        """Yield what one connection brings. Raises Lost, Answered, CapReached."""
        self._require_budget()
        self._rules = await manage(api, self._address.rules)
        query = dict(FIELDS)
        if self._address.backfill_minutes and self._heard_at is not None:
            query["backfill_minutes"] = str(self._address.backfill_minutes)
        stream = read_lines(api, STREAM, query, silence_seconds=self._silence_seconds)
        opened = False
        async with aclosing(stream) as pieces:
            async for lines in pieces:
                now = self._clock.now()
                if not opened:
                    opened = True
                    self._condition.live()
                    gaps = self._opened(now)
                    self._heard_at = now
                    yield self._batch([], [], gaps)
                    continue
                events, rejected, ending = await asyncio.to_thread(self._read, lines, now)
                self._budget.charge(PARTITION, sum(isinstance(one, bytes) for one in lines))
                self._heard_at = now
                self._note_said(events, now)
                yield self._batch(events, rejected, ())
                if ending is not None:
                    raise ending
                self._require_budget()
                async for batch in self._fill(api):
                    yield batch

    def _require_budget(self) -> None:
        if self._budget.left == 0:
            self._capped = True
            raise CapReached

    def _opened(self, now: datetime) -> tuple[Gap, ...]:
        """Say what was missed before a connection: a gap, or something to search for."""
        capped, self._capped = self._capped, False
        since = self._told_until()
        if since is None or now - since <= timedelta(minutes=self._address.backfill_minutes):
            return ()
        self._said_at = now  # what was said before is missing, or a gap
        if capped or not self._address.fills:
            given_up = self._missing.give_up()
            since = min(since, given_up[0]) if given_up else since
            return (self._gap(since, now),) if since < now else ()
        due = time.monotonic() + self._search_delay_seconds
        self._missing.note(self._rules, since, now, due)
        return ()

    async def _fill(self, api: Api) -> AsyncGenerator[Batch]:
        """Search for some of what was missed, once the search has caught up with it."""
        stretch = self._missing.next(time.monotonic())
        if stretch is None:
            return
        since = stretch.since - SEAM
        try:
            found = await search(api, stretch.rule, since, stretch.until, self._budget, PARTITION)
        except Answered as answer:
            if answer.status == 429 or answer.status >= 500:
                self._missing.postpone(time.monotonic() + self._search_retry_seconds)
            elif given_up := self._missing.give_up():
                yield self._batch([], [], (self._gap(*given_up),))
            return
        except Lost:
            self._missing.postpone(time.monotonic() + self._search_retry_seconds)
            return
        now = self._clock.now()
        events, rejected, _ = await asyncio.to_thread(self._read, found.lines, now)
        # the place in the stream is that of before, until all of it is durable
        for start in range(0, len(events), BATCH_EVENTS):
            part = events[start : start + BATCH_EVENTS]
            yield Batch(events=tuple(part), source=self._source)
        yield self._batch([], rejected, self._searched(stretch, found))

    def _searched(self, stretch: Stretch, found: Found) -> tuple[Gap, ...]:
        """Note how far a search came; return as a gap what no further one will bring."""
        if not found.whole and self._missing.narrow(stretch, found.oldest):
            return ()
        self._missing.end(stretch)
        until = min(stretch.until, stretch.ended)
        lost = not found.whole and stretch.since < until
        return (self._gap(stretch.since, until),) if lost else ()

    def _read(
        self, lines: list[Line], now: datetime
    ) -> tuple[list[Event], list[Rejected], Lost | Answered | None]:
        """Read lines in order. Blocks, so it runs in a thread."""
        events: list[Event] = []
        rejected: list[Rejected] = []
        for line in lines:
            if isinstance(line, Rejected):
                rejected.append(line)
                continue
            try:
                message = decode_object(line)
                require_data(message)
                if is_compliance(message.get("data")):
                    events += read_compliance(message, source=self._source, now=now)
                else:
                    events += read_posts(message, source=self._source, now=now)
            except Refusal as refusal:
                rejected.append(refusal.rejected())
            except (Lost, Answered) as ending:
                return events, rejected, ending
        return events, rejected, None

    def _note_said(self, events: list[Event], now: datetime) -> None:
        """Note how far the stream has told. What we hear late was on its way for that long."""
        for event in events:
            if isinstance(event, PostEvent) and event.post is not None and event.post.created_at:
                said_at = min(event.post.created_at, now)
                self._said_at = max(said_at, self._said_at or said_at)

    def _place(self) -> datetime | None:
        """Return up to when nothing is missing."""
        return self._missing.since or self._told_until()

    def _told_until(self) -> datetime | None:
        """Return up to when the stream has told all, or what it has not is known to be missing.

        Where we search, that is by the posts and not by when they arrived: what was still on its
        way behind them, when a connection was torn, is missing too.
        """
        heard_at, said_at = self._heard_at, self._said_at
        if heard_at is None or said_at is None or not self._address.fills:
            return heard_at
        return said_at if heard_at - said_at < _SEARCHED else heard_at

    def _batch(self, events: list[Event], rejected: list[Rejected], gaps: tuple[Gap, ...]) -> Batch:
        """Make a batch; what is missing holds the place in the stream back."""
        place = self._place()
        assert place is not None
        position = f"{to_microseconds(place)}@{self._budget.note(PARTITION)}"
        return Batch(
            events=tuple(events),
            rejected=tuple(rejected),
            gaps=gaps,
            cursor=Cursor(source=self._source, partition=PARTITION, position=position),
        )

    def _gap(self, since: datetime, until: datetime) -> Gap:
        return Gap(source=self._source, since=since, until=until, reason="disconnected")
