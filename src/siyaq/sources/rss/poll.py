"""One look at a feed: what is new in it since the last one, in batches that can be committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.core.event import Cursor, Gap, GapReason, Op, PostEvent, Rejected, RejectReason
from siyaq.core.ids import post_id
from siyaq.core.ports import Batch, Clock
from siyaq.sources.articles.date import machine_date
from siyaq.sources.fetch import Fetched, Fetcher
from siyaq.sources.limits import BATCH_EVENTS
from siyaq.sources.manners import fresh_seconds, linked, validators_of
from siyaq.sources.refusal import Refusal
from siyaq.sources.rss.address import FeedAddress
from siyaq.sources.rss.ask import ask, visit
from siyaq.sources.rss.entry import entry_id, read_entry
from siyaq.sources.rss.known import Known
from siyaq.sources.rss.links import as_feed
from siyaq.sources.rss.pages import Pages, Withdrawn
from siyaq.sources.rss.rhythm import rest_seconds, usual_seconds
from siyaq.sources.rss.values import ParsedEntry, ParsedFeed
from siyaq.sources.sandbox import Sandbox, SandboxFailed

CHILDREN_AT_ONCE = 10
"""Of the sitemaps that an index names, so many at most are read at one look: the newest."""

_PAGES_AT_ONCE = 10


class FeedReader:
    """Reads one feed again and again, and remembers in `known` what it brought.

    `pages`, where the articles behind the entries are wanted. `feed` is the last one read whole;
    `hub` brings what is new about `topic`, "" without one. `note` says what its operator should
    know though all is well.
    """

    def __init__(
        self,
        address: FeedAddress,
        source: str,
        known: Known,
        *,
        fetcher: Fetcher,
        sandbox: Sandbox,
        clock: Clock,
        pages: Pages | None,
    ) -> None:
        self._address = address
        self._source = source
        self._known = known
        self._fetcher = fetcher
        self._sandbox = sandbox
        self._clock = clock
        self._pages = pages
        self._looked = False
        self._fresh_seconds = 0.0
        self._child_validators: dict[str, dict[str, str]] = {}  # of an index's sitemaps
        self._moments: list[datetime] = []
        self.feed = ParsedFeed()
        self.hub = ""
        self.topic = ""
        self.note = ""

    def wait_seconds(self) -> float:
        """Return how long to wait until the next look."""
        now = self._clock.now()
        asked_for = max(float(self.feed.ttl_seconds), self._fresh_seconds)
        usual = usual_seconds(self._moments, now)
        seconds = self._address.interval_seconds(asked_for=asked_for, usual=usual)
        if self._address.every_seconds is None:
            seconds += rest_seconds(
                now + timedelta(seconds=seconds), self.feed.skip_hours, self.feed.skip_days
            )
        return seconds

    async def look(self) -> AsyncGenerator[Batch, None]:
        """Ask once, and yield what is new; then what has changed on the pages of young entries.

        Raises SourceUnavailable (Later where the server says when), SourceRefused, Gone.
        """
        self.note = ""
        first = not self._looked
        # what is young must be watched anew after a start, so the feed is then wanted in full
        whole = first and self._pages is not None
        answer = await self._ask(self._address.url, {} if whole else self._known.validators)
        self._looked = True
        if answer is None:
            self._known.polled_at = self._clock.now()
            if self._known.stale(self._clock.now()):
                yield Batch(cursor=self._cursor())
        else:
            if answer.moved:
                self.note = f"it has moved to {answer.url[:200]}; follow it there"
            feed = await self._parsed(answer.body)
            if self._address.front and feed.links:
                feed = as_feed(feed, answer.url)
                self.note = f"it offers a feed: {feed.offers[0][:200]}" if feed.offers else ""
            if feed.problem:
                yield self._refused(f"the feed cannot be parsed: {feed.problem}")
                return
            self._fresh_seconds = fresh_seconds(answer.headers)
            self.feed = feed
            self.hub = linked(answer.headers, "hub") or feed.hub
            self.topic = linked(answer.headers, "self") or feed.topic or answer.url
            async for batch in self._read(feed, answer, first=first):
                yield batch
        async for batch in self._look_again():
            yield batch

    async def deliver(self, document: bytes) -> AsyncGenerator[Batch, None]:
        """Yield what is new in a document that a hub has brought: the newest entries alone."""
        feed = await self._parsed(document)
        if feed.problem:
            yield self._refused(f"what the hub brought cannot be parsed: {feed.problem}")
            return
        async for batch in self._take(feed, feed.entries):
            yield batch

    async def _read(
        self, feed: ParsedFeed, answer: Fetched, *, first: bool
    ) -> AsyncGenerator[Batch, None]:
        now, known = self._clock.now(), self._known
        entries = list(feed.entries)
        if feed.sitemap:
            for url, _ in self._changed_children(feed):
                entries += await self._child(url)
        seen = {entry_id(entry) for entry in entries}
        self._note_rhythm(feed, entries, seen, now)
        if not (feed.damaged or feed.children):
            if self._pages is not None and not feed.front:  # whose articles come and go
                self._pages.hurry(seen)
            if gaps := self._gap(known, seen, now, first=first):
                yield Batch(gaps=gaps, source=self._source)
        if feed.sitemap:
            entries = [entry for entry in entries if self._wanted(entry, now)]
        last: Batch | None = None
        async for batch in self._take(feed, entries):
            if last is not None:
                yield last
            last = batch
        if not feed.damaged:  # else the rest of it may come yet, under the same validators
            known.settle(
                seen, whole=not (feed.children or feed.front), children=dict(feed.children)
            )
            known.validators = {} if feed.children else validators_of(answer.headers)
            known.polled_at = now
        if last is not None:
            yield replace(last, cursor=self._cursor())
        elif known.stale(now):
            yield Batch(cursor=self._cursor())

    def _note_rhythm(
        self, feed: ParsedFeed, entries: Sequence[ParsedEntry], seen: set[str], now: datetime
    ) -> None:
        """Note when something appeared: by the entries' dates, or by ours where links have none."""
        kept = self._moments if feed.children or feed.front else ()
        new = list(_moments(entries))
        if feed.front and self._known.polled_at is not None and not self._known.knows_all(seen):
            new.append(now)
        self._moments = [*new, *kept][:1_000]

    async def _take(
        self, feed: ParsedFeed, entries: Sequence[ParsedEntry]
    ) -> AsyncGenerator[Batch, None]:
        """Yield the entries that are new or say something else, the oldest first."""
        new: list[tuple[str, ParsedEntry]] = []
        for entry in reversed(entries):
            name = entry_id(entry)
            if self._pages is not None and self._pages.awaited(name) is not None:
                continue
            if not self._known.has(name, entry):
                new.append((name, entry))
            elif self._pages is not None and not self._pages.watches(name):
                self._pages.watch(name, entry)
        size = BATCH_EVENTS if self._pages is None else _PAGES_AT_ONCE
        for start in range(0, len(new), size):
            part = new[start : start + size]
            made = [
                (name, whole)
                for name, entry in part
                if (whole := await self._completed(name, entry)) is not None
            ]
            events, rejected = await asyncio.to_thread(self._admit, feed, made)
            told = {name for name, _ in made}
            for name, entry in part:
                if name in told:
                    self._known.take(name, entry)
            yield Batch(events=tuple(events), rejected=tuple(rejected), cursor=self._cursor())

    async def _completed(self, name: str, entry: ParsedEntry) -> ParsedEntry | None:
        return entry if self._pages is None else await self._pages.complete(name, entry)

    async def _look_again(self) -> AsyncGenerator[Batch, None]:
        """Yield the entries whose pages say something else than when they were last looked at.

        What was withdrawn is deleted, unless the feed still tells of it in words of its own.
        """
        if self._pages is None:
            return
        due = self._pages.due()
        for start in range(0, len(due), _PAGES_AT_ONCE):
            changed: list[tuple[str, ParsedEntry]] = []
            deleted: list[PostEvent] = []
            for name in due[start : start + _PAGES_AT_ONCE]:
                awaited = self._pages.awaited(name)
                try:
                    entry = await self._pages.look_again(name)
                except Withdrawn:
                    entry = self._own_words(name)
                    if entry is None:
                        deleted.append(self._deletion(name))
                if entry is not None:
                    changed.append((name, entry))
                    if awaited is not None and self._pages.awaited(name) is None:
                        self._known.take(name, awaited)
            if changed or deleted:
                events, rejected = await asyncio.to_thread(self._admit, self.feed, changed)
                yield Batch(
                    events=(*events, *deleted), rejected=tuple(rejected), cursor=self._cursor()
                )

    def _own_words(self, name: str) -> ParsedEntry | None:
        """Return an entry that the feed still lists, with a text that is not of its page."""
        listed = (entry for entry in self.feed.entries if entry_id(entry) == name)
        return next((entry for entry in listed if entry["text"]), None)

    def _deletion(self, name: str) -> PostEvent:
        return PostEvent(
            op=Op.DELETE,
            post_id=post_id(self._source, name),
            post=None,
            witnessed_at=self._clock.now(),
        )

    def _admit(
        self, feed: ParsedFeed, entries: Sequence[tuple[str, ParsedEntry]]
    ) -> tuple[list[PostEvent], list[Rejected]]:
        now = self._clock.now()
        events: list[PostEvent] = []
        rejected: list[Rejected] = []
        for _, entry in entries:
            try:
                event = read_entry(
                    entry,
                    source=self._source,
                    host=self._address.host,
                    feed_title=feed.title,
                    lang=feed.lang,
                    now=now,
                )
            except Refusal as refusal:
                rejected.append(refusal.rejected())
            else:
                events.append(event)
        return events, rejected

    async def _ask(self, url: str, validators: dict[str, str]) -> Fetched | None:
        now = self._clock.now()
        if self._address.front and self._pages is not None:
            return await visit(self._pages.visitor, url, validators, now)
        return await ask(self._fetcher, url, validators, now)

    async def _parsed(self, document: bytes) -> ParsedFeed:
        try:
            made = await self._sandbox.ask("feed", document)
        except SandboxFailed as error:
            return ParsedFeed(problem=str(error))
        return msgspec.convert(made, ParsedFeed)

    def _changed_children(self, feed: ParsedFeed) -> list[tuple[str, str]]:
        """Return the sitemaps of an index that may have something new, the newest first."""
        changed = [
            (url, told)
            for url, told in feed.children
            if not told or self._known.children.get(url) != told
        ]
        changed.sort(key=lambda child: child[1], reverse=True)
        return changed[:CHILDREN_AT_ONCE]

    async def _child(self, url: str) -> list[ParsedEntry]:
        """Read one sitemap of an index. One that cannot be had is read at the next look."""
        try:
            answer = await self._ask(url, self._child_validators.get(url, {}))
        except (SourceUnavailable, SourceRefused) as error:
            self._child_failed(url, str(error))
            return []
        if answer is None:
            return []
        feed = await self._parsed(answer.body)
        if feed.problem or feed.damaged:
            self._child_failed(url, feed.problem or "it was cut off")
        else:
            self._child_validators[url] = validators_of(answer.headers)
        return feed.entries

    def _child_failed(self, url: str, problem: str) -> None:
        """Have a sitemap read again at the next look."""
        self._child_validators.pop(url, None)
        self.note = f"a sitemap of its index cannot be read: {problem}"
        self.feed.children = [child for child in self.feed.children if child[0] != url]

    def _wanted(self, entry: ParsedEntry, now: datetime) -> bool:
        """Say whether a page is worth a request: it changed lately, or appeared while we looked."""
        known = self._known
        changed = machine_date(entry.get("changed", ""))
        if changed is None:
            wanted = known.polled_at is not None
        else:
            wanted = changed >= min(now, known.polled_at or now) - self._address.since
        if not wanted:
            known.take(entry_id(entry), entry)
        return wanted

    def _gap(self, known: Known, seen: set[str], now: datetime, *, first: bool) -> tuple[Gap, ...]:
        """Tell of entries that must have come and gone: nothing of the last poll is left."""
        if not known.entries or not seen or known.polled_at is None or known.polled_at >= now:
            return ()
        if known.knows_any(seen):
            return ()
        reason: GapReason = "disconnected" if first else "upstream"
        return (Gap(source=self._source, since=known.polled_at, until=now, reason=reason),)

    def _cursor(self) -> Cursor:
        position = self._known.position()
        return Cursor(source=self._source, partition=self._address.url, position=position)

    def _refused(self, detail: str) -> Batch:
        refusal = Refusal(RejectReason.MALFORMED, detail)
        return Batch(rejected=(refusal.rejected(),), source=self._source)


def _moments(entries: Sequence[ParsedEntry]) -> Iterator[datetime]:
    for entry in entries:
        moment = machine_date(entry["published"] or entry.get("changed", ""))
        if moment is not None:
            yield moment
