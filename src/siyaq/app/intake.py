"""Where posts come in: files to their end, streams for ever, pieces of a request body."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing

from siyaq.app.allowed import Allowed
from siyaq.core.clock import Trust
from siyaq.core.errors import NotFound
from siyaq.core.ports import Batch, Clock, SourceAdapter
from siyaq.core.query import Shows
from siyaq.core.reports import Delivered, IngestReport, SourceStatus
from siyaq.log import LogReader, LogWriter, SourceRecord
from siyaq.sources import Committer, JsonlStream, Pump
from siyaq.sources.tally import Tally
from siyaq.sources.webhook import Confirming, Receiving


class Intake:
    """Takes posts into the log. One for each writer; everything here runs on the event loop."""

    def __init__(
        self, *, writer: LogWriter, log: LogReader, committer: Committer, clock: Clock
    ) -> None:
        self._writer = writer
        self._log = log
        self._committer = committer
        self._clock = clock
        self._pumps: dict[tuple[str, str], Pump] = {}  # by source and URL
        self._receivers: dict[str, Receiving] = {}  # by hook

    async def take(
        self, adapter: SourceAdapter, on_batch: Callable[[Batch], None] = lambda _: None
    ) -> IngestReport:
        """Take everything an input holds, from where it was left, and return when it is durable.

        `on_batch` is told of each batch once it is durable. Raises Unreadable when the input is
        damaged; what was readable of it has been taken by then.
        """
        tally = Tally(self._clock.now())
        resume = await asyncio.to_thread(self._log.resume, adapter.source)
        async with aclosing(adapter.batches(resume)) as batches:
            async for batch in batches:
                tally.count(batch, await self._committer.submit(batch), self._clock.now())
                on_batch(batch)
        return tally.report()

    async def take_lines(
        self,
        pieces: AsyncIterator[bytes],
        *,
        imported: bool,
        source: str = "http",
        shows: Shows | None = None,
    ) -> IngestReport:
        """Take NDJSON in pieces of any size. `imported`: the caller vouches for `created_at`.

        What is of a source that `shows` keeps back is refused, as if nothing of it were here.
        """
        trust = Trust.ARCHIVE if imported else Trust.CLIENT
        lines = JsonlStream(pieces, source=source, trust=trust, clock=self._clock)
        return await self.take(lines if shows is None else Allowed(lines, shows))

    async def follow(self, adapter: SourceAdapter, url: str) -> None:
        """Follow a stream until it refuses us for good, or until cancelled."""
        await asyncio.to_thread(
            self._writer.record_source, adapter.source, url, url.partition(":")[0]
        )
        pump = Pump(
            adapter,
            self._committer,
            resume=self._log.resume,
            held=self._log.held,
            url=url,
            clock=self._clock,
        )
        self._pumps[adapter.source, url] = pump
        if isinstance(adapter, Receiving) and adapter.hook:
            self._receivers[adapter.hook] = adapter
        await pump.run()

    def leave(self, adapter: SourceAdapter, url: str) -> None:
        """Forget a stream whose `follow` has been cancelled: it is at rest from now on."""
        self._pumps.pop((adapter.source, url), None)
        if isinstance(adapter, Receiving):
            self._receivers.pop(adapter.hook, None)

    async def deliver(self, hook: str, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Hand a delivery to the source that follows `hook`. Raises NotFound, and as it does."""
        return await self._receiver(hook).receive(headers, body)

    def confirm(self, hook: str, asked: Mapping[str, str]) -> str:
        """Return the challenge of a hub that asks back. Raises NotFound."""
        receiver = self._receiver(hook)
        if not isinstance(receiver, Confirming):
            raise NotFound(f"webhook {hook[:100]!r} was never asked for")
        return receiver.confirm(asked)

    def _receiver(self, hook: str) -> Receiving:
        receiver = self._receivers.get(hook)
        if receiver is None:
            raise NotFound(
                f"no webhook {hook[:100]!r} is followed here",
                hint="follow it: siyaq serve --follow webhook://NAME",
            )
        return receiver

    def status_of(self, source: str) -> SourceStatus | None:
        """Say how one followed source is doing; None before it is followed."""
        pumps = (pump for (name, _), pump in self._pumps.items() if name == source)
        pump = next(pumps, None)
        return None if pump is None else pump.status()

    def followed(self) -> list[SourceStatus]:
        """Say how each followed source is doing by itself, without asking the log."""
        return [pump.status() for pump in self._pumps.values()]

    def source_statuses(self) -> tuple[SourceStatus, ...]:
        """Say how each followed source is doing, and what each other one has brought.

        Several servers may be followed under one name; then each tells what it has brought
        itself since the start, for the log counts a post once, whoever told of it first.
        """
        recorded = {record.source: record for record in self._log.sources()}
        shared = Counter(name for name, _ in self._pumps)
        followed = [
            pump.status(recorded.get(name) if shared[name] == 1 else None)
            for (name, _), pump in self._pumps.items()
        ]
        others = [at_rest(record) for name, record in recorded.items() if name not in shared]
        return (*followed, *others)


def at_rest(record: SourceRecord) -> SourceStatus:
    """Say what the log holds of a source that this process does not follow."""
    return SourceStatus(
        source=record.source,
        url=record.url,
        state="idle",
        posts=record.posts,
        posts_per_second=0.0,
        lag_seconds=None,
        last_event_at=record.last_witnessed_at,
        refused=record.refused,
        gaps=record.gaps,
    )
