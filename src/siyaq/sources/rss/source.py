"""Polls one RSS or Atom feed: `rss+https://HOST/path`, `rss+http://…`.

Asks only for what has changed (ETag, Last-Modified), as often as the feed allows, parses in the
sandbox, and yields entries that are new or different since the last poll. `?every=5m` sets the
interval; it may be below half a minute for a feed on this machine only.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import msgspec

from siyaq.core.clock import SystemClock
from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.core.event import Cursor, Gap, PostEvent, Rejected, RejectReason
from siyaq.core.ports import Batch, Clock
from siyaq.sources.backoff import Backoff
from siyaq.sources.condition import Condition
from siyaq.sources.fetch import Fetched, Fetcher
from siyaq.sources.limits import SOURCE_CHARS
from siyaq.sources.option import operator_name
from siyaq.sources.refusal import Refusal
from siyaq.sources.rss.address import FeedAddress
from siyaq.sources.rss.entry import entry_id, read_entry
from siyaq.sources.rss.parse import ParsedEntry
from siyaq.sources.sandbox import Sandbox, SandboxFailed

_KEPT_CHILD_SECONDS = 60.0
"""Between polls further apart than this, the sandbox's child is not kept waiting."""

_NO = frozenset({401, 403, 404, 410, 451})
_ODD = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(slots=True)
class _Known:
    """What the last poll brought: the feed's validators, and a digest of each entry."""

    validators: dict[str, str] = field(default_factory=dict[str, str])
    entries: dict[str, bytes] = field(default_factory=dict[str, bytes])
    polled_at: datetime | None = None


class FeedSource:
    """The entries of one feed. Its posts' source is `rss-HOST` unless `source` says otherwise."""

    def __init__(
        self,
        url: str,
        *,
        source: str | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self._address = FeedAddress.parse(url)
        default = f"rss-{_ODD.sub('-', self._address.host)}"[:SOURCE_CHARS]
        self._source = operator_name(source or default)
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._rng = rng or random.Random()  # noqa: S311 -- spreads load, guards nothing
        self._interval_seconds = self._address.interval_seconds(asked_for=0)
        self._ever_live = False
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for this feed."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield what is new at each poll, for ever. Raises SourceRefused for a feed that is not.

        After a restart, entries may come again as they were; the log takes them as unchanged.
        """
        known = _Known(validators=_validators(resume.get(self._address.url, "")))
        backoff = Backoff(self._interval_seconds, 3600.0, rng=self._rng)
        sandbox = Sandbox()
        try:
            async with Fetcher(allowed_url=self._address.url) as fetcher:
                while True:
                    try:
                        batch = await self._poll(known, fetcher, sandbox)
                    except (SourceUnavailable, SourceRefused) as error:
                        if isinstance(error, SourceRefused) and not self._ever_live:
                            raise
                        self.condition.waiting(str(error))
                        await self._sleep(backoff.next_seconds())
                        continue
                    backoff.reset()
                    self.condition.live()
                    self._ever_live = True
                    if batch is not None:
                        yield batch
                    if self._interval_seconds > _KEPT_CHILD_SECONDS:
                        await sandbox.close()
                    await self._sleep(self._interval_seconds * self._rng.uniform(0.9, 1.1))
        finally:
            await sandbox.close()

    async def _poll(self, known: _Known, fetcher: Fetcher, sandbox: Sandbox) -> Batch | None:
        """Ask once; return what is new, or None. Raises SourceUnavailable, SourceRefused."""
        answer = await fetcher.get(self._address.url, headers=known.validators)
        if answer.status == 304:
            known.polled_at = self._clock.now()
            return None
        if answer.status in _NO:
            raise SourceRefused(f"{self._address.host!r} answered {answer.status}")
        if answer.status != 200:
            raise SourceUnavailable(f"{self._address.host!r} answered {answer.status}")
        try:
            feed = await sandbox.ask("feed", answer.body)
        except SandboxFailed as error:
            return self._refused(f"the feed cannot be parsed: {error}")
        if feed["problem"]:
            return self._refused(f"the feed cannot be parsed: {feed['problem']}")
        ttl_seconds = feed["ttl_seconds"]
        assert isinstance(ttl_seconds, int)
        self._interval_seconds = self._address.interval_seconds(asked_for=ttl_seconds)
        return await asyncio.to_thread(self._batch, feed, known, answer)

    def _batch(self, feed: dict[str, object], known: _Known, answer: Fetched) -> Batch | None:
        """Make a batch of the entries that the last poll did not have, oldest first."""
        now = self._clock.now()
        entries = cast("list[ParsedEntry]", feed["entries"])
        digests = {entry_id(entry): _digest(entry) for entry in entries}
        events: list[PostEvent] = []
        rejected: list[Rejected] = []
        for entry in reversed(entries):
            if known.entries.get(entry_id(entry)) == _digest(entry):
                continue
            try:
                event = read_entry(
                    entry,
                    source=self._source,
                    host=self._address.host,
                    feed_title=str(feed["title"]),
                    lang=str(feed["lang"]),
                    now=now,
                )
            except Refusal as refusal:
                rejected.append(refusal.rejected())
            else:
                events.append(event)
        gaps = self._gap(known, digests, now)
        known.entries, known.polled_at = digests, now
        known.validators = {
            name: answer.headers[told]
            for name, told in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
            if told in answer.headers
        }
        if not (events or rejected or gaps):
            return None
        return Batch(
            events=tuple(events), rejected=tuple(rejected), gaps=gaps, cursor=self._cursor(known)
        )

    def _gap(self, known: _Known, digests: dict[str, bytes], now: datetime) -> tuple[Gap, ...]:
        """Tell of entries that must have come and gone: nothing of the last poll is left."""
        if not known.entries or not digests or known.polled_at is None:
            return ()
        if digests.keys() & known.entries.keys() or known.polled_at >= now:
            return ()
        return (Gap(source=self._source, since=known.polled_at, until=now, reason="upstream"),)

    def _cursor(self, known: _Known) -> Cursor:
        position = msgspec.json.encode(known.validators).decode()
        return Cursor(source=self._source, partition=self._address.url, position=position)

    def _refused(self, detail: str) -> Batch:
        refusal = Refusal(RejectReason.MALFORMED, detail)
        return Batch(rejected=(refusal.rejected(),), cursor=self._cursor(_Known()))


def _validators(position: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(position or "{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def _digest(entry: ParsedEntry) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(entry)).digest()
