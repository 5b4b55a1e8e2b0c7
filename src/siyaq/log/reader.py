"""Reading the log beside its writer: from this process or another, from any thread.

Every method is one short read of the newest committed state. No snapshot is kept between two
calls, so the writer's log file can always be folded back into the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

import apsw
import msgspec

from siyaq.core.answer import Coverage
from siyaq.core.clock import from_microseconds
from siyaq.core.errors import CorruptionError, StorageError
from siyaq.core.event import Gap, GapReason, LogEntry
from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.log.account import Accounts
from siyaq.log.codec import cursor_checksum
from siyaq.log.database import open_for_reading, storage_errors
from siyaq.log.directory import LOG_NAME, require_log
from siyaq.log.keys import post_key
from siyaq.log.records import Counts, PostState, SourceRecord
from siyaq.log.row import EVENT_COLUMNS, EventRow, entry_of
from siyaq.log.schema import HIDDEN
from siyaq.meter import count

_ENTRIES = f"SELECT {EVENT_COLUMNS} FROM events e WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 -- constants only

_LIVE_ENTRIES = f"""
    SELECT {EVENT_COLUMNS} FROM events e
    WHERE e.source = (SELECT id FROM sources WHERE source = ?) AND e.seq > ?
    AND e.current = 1 AND e.body IS NOT NULL ORDER BY e.seq LIMIT ?
"""  # noqa: S608 -- constants only

_BARRED = """
    LEFT JOIN accounts a INDEXED BY accounts_barred
    ON a.author_key = e.author_key AND a.status != 0
"""

_POSTS = f"""
    SELECT {EVENT_COLUMNS}, a.source, a.author_id, a.status
    FROM json_each(?) wanted CROSS JOIN events e ON e.seq = wanted.value {_BARRED}
    WHERE e.body IS NOT NULL
"""  # noqa: S608 -- constants only

_LIVE = f"""
    SELECT count(*) FROM json_each(?) wanted CROSS JOIN events e ON e.seq = wanted.value
    WHERE e.body IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM accounts a INDEXED BY accounts_barred
        WHERE a.author_key = e.author_key AND a.status != 0 AND a.status = {HIDDEN}
    )
"""  # noqa: S608 -- constants only

_HEADS = f"""
    SELECT {EVENT_COLUMNS}, a.source, a.author_id, a.status
    FROM json_each(?) wanted
    CROSS JOIN events e INDEXED BY events_current ON e.post_key = wanted.value AND e.current = 1
    {_BARRED}
"""  # noqa: S608 -- constants only

_RESUME = """
    SELECT partition, position, checksum FROM cursors LEFT JOIN cursor_checksums
    USING (source, partition) WHERE source = ?
"""
_UNCHECKED = "SELECT partition, position, NULL FROM cursors WHERE source = ?"
_SOURCES = "SELECT source, url, kind, posts, last_witnessed FROM sources ORDER BY source"
_NAMES = "SELECT source FROM sources UNION SELECT source FROM gaps ORDER BY source"
_AFTER = """
    SELECT count(*) FROM events WHERE seq > ? AND source IN
    (SELECT id FROM sources WHERE source IN (SELECT value FROM json_each(?)))
"""
_GAPS = "SELECT source, since, until, reason FROM gaps ORDER BY since, until, source"


class LogReader:
    """One reader of a log, for any number of threads."""

    def __init__(self, directory: Path, *, vfs: str = "") -> None:
        """Use `open`."""
        self._path = directory / LOG_NAME
        self._vfs = vfs
        self._idle: list[apsw.Connection] = []
        self._lock = Lock()
        self._closed = False

    @classmethod
    def open(cls, directory: Path, *, vfs: str = "") -> Self:
        """Open the log in `directory`, for as long as its writer comes and goes.

        Raises NotFound where there is none yet, FormatTooNew, CorruptionError, StorageError.
        """
        require_log(directory)
        reader = cls(directory, vfs=vfs)
        reader.head()
        return reader

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def shows_post(self, post_id: PostId) -> bool:  # all may be read here
        """Say whether a post of this name, whether or not there is one, may be read here."""
        return True

    def head(self) -> Seq:
        """Return the place of the newest entry, 0 in an empty log."""
        with self._reading() as connection:
            return Seq(connection.execute("SELECT max(seq) FROM events").get or 0)

    def entries(self, after: Seq, limit: int) -> list[LogEntry]:
        """Return up to `limit` entries that follow `after`, in log order.

        Posts of hidden accounts are among them: an index must hold them for when they come back.
        """
        return [entry_of(row) for row in self.rows(after, limit)]

    def rows(self, after: Seq, limit: int) -> list[EventRow]:
        """Return what `entries` reads as it is stored, for `post_of` to open where there is time.

        Nothing of it is checked before that.
        """
        with self._reading() as connection:
            rows: list[Any] = connection.execute(_ENTRIES, (after, limit)).fetchall()
            return rows

    def posts(self, seqs: Iterable[Seq]) -> dict[Seq, Post]:
        """Return the posts at `seqs` that are live and visible at this moment.

        The last check before anything made from a post leaves siyaq: whatever was deleted,
        edited since or is hidden is missing from the result.
        """
        wanted = msgspec.json.encode(list(seqs)).decode()
        with self._reading() as connection:
            judged = _judge(connection.execute(_POSTS, (wanted,)).fetchall())
            return {one.seq: one.post for one, hidden in judged if one.post and not hidden}

    def count_live(self, seqs: Iterable[Seq]) -> int:
        """Return how many of `seqs` hold a post that is live and visible, without reading them.

        May miss one whose author's key is that of a hidden account.
        """
        wanted = msgspec.json.encode(list(seqs)).decode()
        with self._reading() as connection:
            return int(connection.execute(_LIVE, (wanted,)).get or 0)

    def find(self, post_ids: Iterable[PostId]) -> dict[PostId, LogEntry]:
        """Return the current entry of each post that is live and visible."""
        judged = self._heads(set(post_ids))
        return {one.post_id: one for one, hidden in judged if one.post and not hidden}

    def state(self, post_id: PostId) -> PostState:
        """Say how a post stands."""
        for entry, hidden in self._heads({post_id}):
            if entry.post is None:
                return "deleted"
            return "hidden" if hidden else "live"
        return "unknown"

    def is_hidden(self, source: str, author_id: str) -> bool:
        """Say whether an account's posts are hidden for now."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT status FROM accounts WHERE source = ? AND author_id = ?",
                (source, author_id),
            ).fetchone()
            return row is not None and row[0] == HIDDEN

    def live_entries(self, source: str, after: Seq, limit: int) -> list[LogEntry]:
        """Return up to `limit` live entries of a source that follow `after`, in log order.

        Those of hidden accounts are among them.
        """
        with self._reading() as connection:
            rows = connection.execute(_LIVE_ENTRIES, (source, after, limit))
            return [entry_of(row) for row in rows]

    def written_by(self, source: str, author_id: str) -> list[PostId]:
        """Return the names of the live posts of an author, in log order, hidden or not."""
        with self._reading() as connection:
            heads = Accounts(connection).written_by(source, author_id)
            return [PostId(head.post_id) for head in heads]

    def resume(self, source: str) -> dict[str, str]:
        """Return where to resume `source`: partition to position.

        Raises CorruptionError for a position that is not what was written: to go on from there
        would pass over posts in silence.
        """
        with self._reading() as connection:
            checked = connection.table_exists(None, "cursor_checksums")
            query = _RESUME if checked else _UNCHECKED
            rows: list[Any] = connection.execute(query, (source,)).fetchall()
        for partition, position, checksum in rows:
            if checksum is not None and cursor_checksum(position) != checksum:
                raise CorruptionError(f"the cursor {partition!r} of source {source!r} is damaged")
        return {partition: position for partition, position, _ in rows}

    def held(self, source: str, limit: int) -> list[PostId]:
        """Return the names of the newest live posts of `source`, for asking whether they still are.

        Own names, so many at most, then other names that its platform has for posts, so many.
        """
        with self._reading() as connection:
            own = connection.execute(
                "SELECT post_id FROM events WHERE body IS NOT NULL AND source = "
                "(SELECT id FROM sources WHERE source = ?) ORDER BY seq DESC LIMIT ?",
                (source, limit),
            ).fetchall()
            named = connection.execute(
                "SELECT alias, post_id FROM aliases WHERE alias >= ?1 AND alias < ?2 "
                "ORDER BY alias_key DESC LIMIT ?3",
                (f"{source}:", f"{source};", limit),
            ).fetchall()
        live = self.find(PostId(str(post_id)) for _, post_id in named)
        return [
            *(PostId(str(post_id)) for (post_id,) in own),
            *(PostId(str(alias)) for alias, post_id in named if post_id in live),
        ]

    def coverage(self, sources: Sequence[str] = ()) -> Coverage:
        """Return the window of placed time that the posts of `sources` span, and its gaps.

        No sources means all. The window may be wider than the live posts once some are deleted,
        never wider than what was stored.
        """
        with self._reading() as connection:
            spans = list(
                connection.execute(
                    "SELECT source, placed_since, placed_until FROM sources "
                    "WHERE placed_since IS NOT NULL"
                )
            )
            gaps = list(connection.execute(_GAPS))
        asked = set(sources) or {*(row[0] for row in spans), *(row[0] for row in gaps)}
        held = [(since, until) for source, since, until in spans if source in asked]
        return Coverage(
            since=from_microseconds(min(since for since, _ in held)) if held else None,
            until=from_microseconds(max(until for _, until in held)) if held else None,
            gaps=tuple(_gap(row) for row in gaps if row[0] in asked),
        )

    def counts(self, sources: Collection[str] | None = None) -> Counts:
        """Return how many posts are held and how many are deleted. Costs no scan.

        None means of all sources.
        """
        with self._reading() as connection:
            rows = list(connection.execute("SELECT source, posts, deleted FROM sources"))
        counted = [row for row in rows if sources is None or row[0] in sources]
        return Counts(sum(row[1] for row in counted), sum(row[2] for row in counted))

    def names(self) -> list[str]:
        """Return the name of every source that there is something of. Scans the gaps alone."""
        with self._reading() as connection:
            return [str(name) for (name,) in connection.execute(_NAMES)]

    def count_after(self, seq: Seq, sources: Collection[str]) -> int:
        """Return how many entries of some sources follow a place. Scans what follows it."""
        wanted = msgspec.json.encode(list(sources)).decode()
        with self._reading() as connection:
            return int(connection.execute(_AFTER, (seq, wanted)).get or 0)

    def sources(self) -> list[SourceRecord]:
        """Return what is known of each source, by name. Costs no scan."""
        with self._reading() as connection:
            rows = list(connection.execute(_SOURCES))
            gaps = list(connection.execute(_GAPS))
            refused = list(connection.execute("SELECT source, reason, count FROM refused"))
        return [
            SourceRecord(
                source=source,
                url=url,
                kind=kind,
                posts=posts,
                refused={reason: count for owner, reason, count in refused if owner == source},
                last_witnessed_at=None if last is None else from_microseconds(last),
                gaps=tuple(_gap(row) for row in gaps if row[0] == source),
            )
            for source, url, kind, posts, last in rows
        ]

    def close(self) -> None:
        """Close every connection. Reads under way end first; later ones raise StorageError."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _heads(self, wanted: set[PostId]) -> list[_Judged]:
        keys = msgspec.json.encode([post_key(name) for name in wanted]).decode()
        with self._reading() as connection:
            rows = connection.execute(_HEADS, (keys,)).fetchall()
            return [judged for judged in _judge(rows) if judged.entry.post_id in wanted]

    @contextmanager
    def _reading(self) -> Iterator[apsw.Connection]:
        """Lend a connection that no other thread uses meanwhile."""
        connection = self._borrow()
        try:
            with storage_errors("cannot read the log"):
                yield connection
        except BaseException:
            connection.close()  # the next read starts afresh
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _borrow(self) -> apsw.Connection:
        with self._lock:
            if self._closed:
                raise StorageError("the log has been closed")
            if self._idle:
                return self._idle.pop()
        return open_for_reading(self._path, vfs=self._vfs)


class _Judged(NamedTuple):
    """A current entry, and whether its author's account is hidden."""

    entry: LogEntry
    hidden: bool


def _judge(rows: Iterable[tuple[Any, ...]]) -> list[_Judged]:
    """Check each row. Two authors may share a key; then a row comes once for each of them."""
    judged: dict[int, _Judged] = {}
    read = 0
    for *event, source, author_id, status in rows:
        known = judged.get(event[0])
        entry = known.entry if known else entry_of(tuple(event))
        read += len(event[6] or b"")
        post = entry.post
        hidden = (
            status == HIDDEN
            and post is not None
            and (source, author_id) == (post.source, post.author.id)
        )
        judged[event[0]] = _Judged(entry, hidden or (known is not None and known.hidden))
    count(bytes_read=read)  # once for all: a call may read thousands
    return list(judged.values())


def _gap(row: tuple[str, int, int, str]) -> Gap:
    source, since, until, reason = row
    return Gap(
        source=source,
        since=from_microseconds(since),
        until=from_microseconds(until),
        reason=cast("GapReason", reason),  # written by us from the same set
    )
