"""One append, inside one transaction: batches in, rows and counters out.

Runs of post changes are resolved together: one query finds what is held of all their ids, the
rules of `resolve` decide in memory, and the rows are written at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import apsw
import msgspec

from siyaq.core.clock import to_microseconds
from siyaq.core.event import (
    AccountEvent,
    AccountStatus,
    Cursor,
    Gap,
    IdentityEvent,
    LogEntry,
    Op,
    PostEvent,
    Rejected,
)
from siyaq.core.ids import PostId, Seq, split_post_id
from siyaq.core.ports import Batch
from siyaq.core.post import Post
from siyaq.log.account import Accounts
from siyaq.log.aliases import Aliases
from siyaq.log.codec import cursor_checksum
from siyaq.log.entries import Entries
from siyaq.log.faults import CrashPoint, Faults
from siyaq.log.keys import post_key
from siyaq.log.records import Appended
from siyaq.log.resolve import Head, Verdict, next_version, resolve
from siyaq.log.row import EVENT_COLUMNS
from siyaq.log.schema import HIDDEN
from siyaq.log.tally import Tallies

_HEADS = f"""
    SELECT {EVENT_COLUMNS}
    FROM json_each(?) wanted
    CROSS JOIN events e INDEXED BY events_current ON e.post_key = wanted.value AND e.current = 1
"""  # noqa: S608 -- constants only


class Commit:
    """The work of one transaction. Whoever makes it begins and ends the transaction."""

    def __init__(self, connection: apsw.Connection, faults: Faults) -> None:
        self._connection = connection
        self._faults = faults
        self._tallies = Tallies(connection)
        self._accounts = Accounts(connection)
        self._aliases = Aliases(connection)
        self._entries = Entries(connection, self._tallies, faults)

    def take(self, batch: Batch) -> Appended:
        """Write one batch: its changes in order, its refusals, its gaps, and last its cursor."""
        verdicts: Counter[Verdict] = Counter()
        live: list[LogEntry] = []
        run: list[PostEvent] = []
        for event in batch.events:
            if isinstance(event, PostEvent):
                run.append(event)
                continue
            self._take_posts(run, verdicts, live)
            run = []
            self._take_account(event, verdicts, live)
        self._take_posts(run, verdicts, live)
        self._take_refusals(_source_of(batch), batch.rejected)
        self._take_gaps(batch.gaps)
        if batch.cursor is not None:
            self._take_cursor(batch.cursor)
        return Appended(
            last_seq=Seq(self._entries.last_seq),
            created=verdicts[Verdict.CREATED],
            updated=verdicts[Verdict.UPDATED],
            deleted=verdicts[Verdict.DELETED],
            unchanged=verdicts[Verdict.UNCHANGED],
            stale=verdicts[Verdict.STALE],
            live=tuple(live),
        )

    def finish(self) -> None:
        """Write the counters. Nothing may be taken after."""
        self._tallies.write()

    def _take_posts(
        self, events: Sequence[PostEvent], verdicts: Counter[Verdict], live: list[LogEntry]
    ) -> None:
        if not events:
            return
        events = self._accounts.named(self._aliases.resolved(events))
        heads = self._heads(
            {event.post_id for event in events} | {event.alias for event in events if event.alias}
        )
        marked = self._accounts.marked(event.post for event in events if event.post is not None)
        self._faults.hit(CrashPoint.RESOLVED)
        for event in events:
            before = heads.get(event.post_id)
            account = None if event.post is None else marked.get(_author(event.post))
            barred = account is not None and event.post is not None and account.bars(event.post)
            barred = barred or _buried_by_alias(event, heads)
            verdict = resolve(event, before, barred=barred)
            verdicts[verdict] += 1
            if verdict in (Verdict.UNCHANGED, Verdict.STALE):
                continue
            head, entry = self._add(event, before, verdict)
            heads[event.post_id] = head
            if account is None or account.status != HIDDEN:
                live.append(entry)
        self._witness(events)
        self._entries.write()

    def _add(
        self, event: PostEvent, before: Head | None, verdict: Verdict
    ) -> tuple[Head, LogEntry]:
        if event.post is None:
            return self._entries.bury(event.post_id, event.rev, before)
        if verdict is Verdict.CREATED or before is None:
            return self._entries.put(Op.CREATE, event.post_id, event.post, event.rev, before)
        post = next_version(event.post, before.post)
        rev = event.rev or before.rev  # a version without one must not make older ones newer
        return self._entries.put(Op.UPDATE, event.post_id, post, rev, before)

    def _heads(self, post_ids: Iterable[PostId]) -> dict[str, Head]:
        keys = [post_key(name) for name in post_ids]
        rows = self._connection.execute(_HEADS, (msgspec.json.encode(keys).decode(),))
        return {row[4]: Head(*row) for row in rows}

    def _witness(self, events: Sequence[PostEvent]) -> None:
        newest: dict[str, datetime] = {}
        for event in events:
            source = split_post_id(event.post_id)[0]
            if source not in newest or newest[source] < event.witnessed_at:
                newest[source] = event.witnessed_at
        for source, moment in newest.items():
            self._tallies.of(source).witness(to_microseconds(moment))

    def _take_account(
        self,
        event: AccountEvent | IdentityEvent,
        verdicts: Counter[Verdict],
        live: list[LogEntry],
    ) -> None:
        self._tallies.of(event.source).witness(to_microseconds(event.witnessed_at))
        if isinstance(event, IdentityEvent):
            self._accounts.rename(event)
            return
        news = self._accounts.announce(event)
        self._faults.hit(CrashPoint.ACCOUNT_WRITTEN)
        if news and event.status is AccountStatus.DELETED:
            for head in list(self._accounts.written_by(event.source, event.author_id)):
                _, entry = self._entries.bury(PostId(head.post_id), head.rev, head)
                verdicts[Verdict.DELETED] += 1
                live.append(entry)
            self._entries.write()
            self._faults.hit(CrashPoint.ACCOUNT_ERASED)

    def _take_refusals(self, source: str, rejected: Sequence[Rejected]) -> None:
        counts = Counter((one.source or source, one.reason.value) for one in rejected)
        for name, _ in counts:
            self._tallies.of(name)
        self._connection.executemany(
            "INSERT INTO refused VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET count = count + ?3",
            [(*owner, count) for owner, count in counts.items()],
        )

    def _take_gaps(self, gaps: Sequence[Gap]) -> None:
        for gap in gaps:
            self._tallies.of(gap.source)
            window = to_microseconds(gap.since), to_microseconds(gap.until)
            self._connection.execute(
                "INSERT INTO gaps VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (gap.source, *window, gap.reason),
            )

    def _take_cursor(self, cursor: Cursor) -> None:
        self._tallies.of(cursor.source)
        self._connection.execute(
            "INSERT INTO cursors VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET position = ?3",
            (cursor.source, cursor.partition, cursor.position),
        )
        self._connection.execute(
            "INSERT INTO cursor_checksums VALUES (?1, ?2, ?3) "
            "ON CONFLICT DO UPDATE SET checksum = ?3",
            (cursor.source, cursor.partition, cursor_checksum(cursor.position)),
        )
        self._faults.hit(CrashPoint.CURSOR_WRITTEN)


def _author(post: Post) -> tuple[str, str]:
    return post.source, post.author.id


def _source_of(batch: Batch) -> str:
    """Return whose refusals a batch holds; "" where nothing in it says so."""
    if batch.source:
        return batch.source
    if batch.cursor is not None:
        return batch.cursor.source
    for event in batch.events:
        return split_post_id(event.post_id)[0] if isinstance(event, PostEvent) else event.source
    return batch.gaps[0].source if batch.gaps else ""


def _buried_by_alias(event: PostEvent, heads: Mapping[str, Head]) -> bool:
    """Say whether the post was deleted under its other name before we knew it by any."""
    head = heads.get(event.alias) if event.alias and event.alias != event.post_id else None
    return head is not None and head.body is None
