"""Reading the log beside its writer: from this process or another, from any thread.

Every method is one short read of the newest committed state. No snapshot is kept between two
calls, so the writer's log file can always be folded back into the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple, Self

import apsw
import msgspec

from siyaq.core.answer import Coverage
from siyaq.core.errors import StorageError
from siyaq.core.event import Gap, LogEntry
from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.log.codec import from_microseconds
from siyaq.log.database import open_for_reading, storage_errors
from siyaq.log.directory import LOG_NAME, require_log
from siyaq.log.keys import post_key
from siyaq.log.records import Counts, PostState, SourceRecord
from siyaq.log.row import EVENT_COLUMNS, entry_of
from siyaq.log.schema import HIDDEN

_ENTRIES = f"SELECT {EVENT_COLUMNS} FROM events e WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 -- constants only

_BARRED = """
    LEFT JOIN accounts a INDEXED BY accounts_barred
    ON a.author_key = e.author_key AND a.status != 0
"""

_POSTS = f"""
    SELECT {EVENT_COLUMNS}, a.source, a.author_id, a.status
    FROM json_each(?) wanted CROSS JOIN events e ON e.seq = wanted.value {_BARRED}
    WHERE e.body IS NOT NULL
"""  # noqa: S608 -- constants only

_HEADS = f"""
    SELECT {EVENT_COLUMNS}, a.source, a.author_id, a.status
    FROM json_each(?) wanted
    CROSS JOIN events e INDEXED BY events_current ON e.post_key = wanted.value AND e.current = 1
    {_BARRED}
"""  # noqa: S608 -- constants only

_SOURCES = "SELECT source, url, kind, posts, last_witnessed FROM sources ORDER BY source"
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

    def head(self) -> Seq:
        """Return the place of the newest entry, 0 in an empty log."""
        with self._reading() as connection:
            return Seq(connection.execute("SELECT max(seq) FROM events").get or 0)

    def entries(self, after: Seq, limit: int) -> list[LogEntry]:
        """Return up to `limit` entries that follow `after`, in log order.

        Posts of hidden accounts are among them: an index must hold them for when they come back.
        """
        with self._reading() as connection:
            rows = connection.execute(_ENTRIES, (after, limit))
            return [entry_of(row) for row in rows]

    def posts(self, seqs: Iterable[Seq]) -> dict[Seq, Post]:
        """Return the posts at `seqs` that are live and visible at this moment.

        The last check before anything made from a post leaves siyaq: whatever was deleted,
        edited since or is hidden is missing from the result.
        """
        wanted = msgspec.json.encode(list(seqs)).decode()
        with self._reading() as connection:
            judged = _judge(connection.execute(_POSTS, (wanted,)).fetchall())
            return {one.seq: one.post for one, hidden in judged if one.post and not hidden}

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

    def resume(self, source: str) -> dict[str, str]:
        """Return where to resume `source`: partition to position."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT partition, position FROM cursors WHERE source = ?", (source,)
            )
            return dict(list(rows))

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

    def counts(self) -> Counts:
        """Return how many posts are held and how many are deleted. Costs no scan."""
        with self._reading() as connection:
            ((posts, deleted),) = connection.execute(
                "SELECT coalesce(sum(posts), 0), coalesce(sum(deleted), 0) FROM sources"
            )
        return Counts(posts, deleted)

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
    for *event, source, author_id, status in rows:
        known = judged.get(event[0])
        entry = known.entry if known else entry_of(tuple(event))
        post = entry.post
        hidden = (
            status == HIDDEN
            and post is not None
            and (source, author_id) == (post.source, post.author.id)
        )
        judged[event[0]] = _Judged(entry, hidden or (known is not None and known.hidden))
    return list(judged.values())


def _gap(row: tuple[str, int, int, str]) -> Gap:
    source, since, until, reason = row
    return Gap(
        source=source,
        since=from_microseconds(since),
        until=from_microseconds(until),
        reason=reason,
    )
