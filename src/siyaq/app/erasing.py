"""Erasing: what is ordered is hidden at once, and its bytes are taken out of every file after.

Two steps, for two promises. `hide` appends tombstones to the log, from when on no reader shows
what they bury. `purge` takes the bytes out: of the database where they stood (they are
overwritten with the tombstone), of its write-ahead log, and of the partitions of the index.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from typing import Final

import msgspec

from siyaq.agents import Journal
from siyaq.core.clock import to_microseconds
from siyaq.core.errors import StorageError
from siyaq.core.event import AccountEvent, AccountStatus, Event, Op, PostEvent
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.ports import Batch, Clock
from siyaq.index import Indexer
from siyaq.log import Appended, LogReader, LogWriter
from siyaq.telemetry import Forgotten, TelemetryStore

PURGE_SECONDS: Final = 3600.0
_POSTS_AT_ONCE: Final = 500
_READER_SECONDS: Final = 60.0  # how long readers that hold on to old bytes are waited for


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be erased; empty, only the bytes of what was deleted before."""

    posts: tuple[str, ...] = ()  # ids
    authors: tuple[tuple[str, str], ...] = ()  # source and native id: accounts taken down
    source: str = ""  # all its posts,
    before: datetime | None = None  # or those witnessed before this


class Eraser:
    """Erases in one data directory. Blocks; `append` is the writer's, or the committer's."""

    def __init__(
        self,
        append: Callable[[Batch], Appended],
        writer: LogWriter,
        log: LogReader,
        indexer: Indexer,
        clock: Clock,
        readings: TelemetryStore | None = None,
    ) -> None:
        self._append = append
        self._readings = readings
        self._writer = writer
        self._log = log
        self._indexer = indexer
        self._clock = clock
        self._aged: dict[str, Seq] = {}  # source to before where nothing is old

    def hide(self, order: Order) -> int:
        """Bury what is ordered; return how many posts that were. Durable on return."""
        unknown = sum(self._log.state(PostId(name)) == "unknown" for name in set(order.posts))
        self._forget_readings(order)
        buried = [self._append(Batch(events=tuple(events))).deleted for events in self._of(order)]
        return sum(buried) - unknown  # these are buried too, should they ever come

    def age(self, source: str, before: datetime) -> int:
        """Bury the posts of a source that were witnessed before a moment; return how many.

        In log order, up to the first that is younger, so that it costs nothing to ask again.
        """
        readings = self._readings
        if readings is not None and readings.exists and readings.retain(source, before):
            with suppress(StorageError):  # it is tried again when something is purged
                readings.purge()
        buried = 0
        while True:
            after = self._aged.get(source, Seq(0))
            entries = self._log.live_entries(source, after, _POSTS_AT_ONCE)
            old = [
                entry.post_id
                for entry in entries
                if entry.post is not None and entry.post.witnessed_at < before
            ]
            if not old:
                return buried
            buried += self._append(Batch(events=tuple(self._burials(old)))).deleted
            if len(old) < len(entries):
                return buried
            self._aged[source] = entries[-1].seq

    def purge(self) -> None:
        """Leave no byte of a deleted text in log or index, nor in what agents have kept.

        Raises StorageError when the index was not cleared in time, or a reader of another
        program holds on to the log; asking again is safe.
        """
        self._forget_in_runs()
        _patiently(self._writer.purge)
        if self._readings is not None and self._readings.exists:
            _patiently(self._readings.purge)
        caught_up = self._indexer.wait_embedded(self._log.head(), PURGE_SECONDS)
        if not (caught_up and self._indexer.purge(PURGE_SECONDS)):
            raise StorageError(
                f"the index was not cleared within {PURGE_SECONDS:.0f} seconds",
                hint="run 'siyaq rebuild', which makes it anew",
            )

    def _forget_readings(self, order: Order) -> None:
        if self._readings is None or not self._readings.exists:
            return
        at = to_microseconds(self._clock.now())
        before = 0 if order.before is None else to_microseconds(order.before)
        if order.source:
            self._readings.forget(Forgotten(order.source, "", before, at))
        for source, thing in order.authors:  # a thing is the author of what is told of it
            self._readings.forget(Forgotten(source, thing, 0, at))

    def _forget_in_runs(self) -> None:
        if Journal.exists(self._writer.directory):
            with closing(Journal(self._writer.directory)) as journal:
                cited = [PostId(name) for name in journal.cited()]
                journal.forget([name for name in cited if self._log.state(name) != "live"])

    def _of(self, order: Order) -> Iterator[Sequence[Event]]:
        names = [PostId(name) for name in order.posts]
        for start in range(0, len(names), _POSTS_AT_ONCE):
            yield self._burials(names[start : start + _POSTS_AT_ONCE])
        for source, author_id in order.authors:
            # Hidden in a moment, however many posts there are; erasing them may take seconds.
            for status in (AccountStatus.HIDDEN, AccountStatus.DELETED):
                yield [self._said_of(source, author_id, status)]
        if order.source:
            yield from self._all_of(order.source, order.before)

    def _all_of(self, source: str, before: datetime | None) -> Iterator[Sequence[Event]]:
        after = Seq(0)
        while entries := self._log.live_entries(source, after, _POSTS_AT_ONCE):
            after = entries[-1].seq
            yield self._burials(
                [
                    entry.post_id
                    for entry in entries
                    if entry.post is not None
                    and (before is None or entry.post.witnessed_at < before)
                ]
            )

    def _burials(self, names: Sequence[PostId]) -> list[Event]:
        now = self._clock.now()
        return [
            PostEvent(op=Op.DELETE, post_id=name, post=None, witnessed_at=now) for name in names
        ]

    def _said_of(self, source: str, author_id: str, status: AccountStatus) -> AccountEvent:
        return AccountEvent(
            source=source,
            author_id=AuthorId(author_id),
            status=status,
            witnessed_at=self._clock.now(),
        )


def _patiently(purge: Callable[[], None]) -> None:
    """Purge a file, waiting a while for readers of other programs."""
    deadline = time.monotonic() + _READER_SECONDS
    while True:
        try:
            purge()
        except StorageError:
            if time.monotonic() > deadline:
                raise
        else:
            return
