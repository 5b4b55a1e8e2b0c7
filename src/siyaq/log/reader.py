"""Reading the log beside its writer: from this process or another, from any thread.

Every method is one short read of the newest committed state. No snapshot is kept between two
calls, so the writer's log file can always be folded back into the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from siyaq.core.answer import Coverage
from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.log import by_source
from siyaq.log.account import Accounts
from siyaq.log.connections import Connections
from siyaq.log.directory import LOG_NAME, require_log
from siyaq.log.records import Counts, PostState, SourceRecord
from siyaq.log.row import EVENT_COLUMNS, EventRow, entry_of
from siyaq.log.schema import HIDDEN
from siyaq.log.visible import count_live, heads, posts_at

_ENTRIES = f"SELECT {EVENT_COLUMNS} FROM events e WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 -- constants only

_LIVE_ENTRIES = f"""
    SELECT {EVENT_COLUMNS} FROM events e
    WHERE e.source = (SELECT id FROM sources WHERE source = ?) AND e.seq > ?
    AND e.current = 1 AND e.body IS NOT NULL ORDER BY e.seq LIMIT ?
"""  # noqa: S608 -- constants only


class LogReader:
    """One reader of a log, for any number of threads."""

    def __init__(self, directory: Path, *, vfs: str = "") -> None:
        """Use `open`."""
        self._connections = Connections(directory / LOG_NAME, vfs=vfs)

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
        with self._connections.lent() as connection:
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
        with self._connections.lent() as connection:
            rows: list[Any] = connection.execute(_ENTRIES, (after, limit)).fetchall()
            return rows

    def posts(self, seqs: Iterable[Seq]) -> dict[Seq, Post]:
        """Return the posts at `seqs` that are live and visible at this moment.

        The last check before anything made from a post leaves siyaq: whatever was deleted,
        edited since or is hidden is missing from the result.
        """
        with self._connections.lent() as connection:
            return posts_at(connection, seqs)

    def count_live(self, seqs: Iterable[Seq]) -> int:
        """Return how many of `seqs` hold a post that is live and visible, without reading them.

        May miss one whose author's key is that of a hidden account.
        """
        with self._connections.lent() as connection:
            return count_live(connection, seqs)

    def find(self, post_ids: Iterable[PostId]) -> dict[PostId, LogEntry]:
        """Return the current entry of each post that is live and visible."""
        with self._connections.lent() as connection:
            judged = heads(connection, set(post_ids))
        return {one.post_id: one for one, hidden in judged if one.post and not hidden}

    def state(self, post_id: PostId) -> PostState:
        """Say how a post stands."""
        with self._connections.lent() as connection:
            judged = heads(connection, {post_id})
        for entry, hidden in judged:
            if entry.post is None:
                return "deleted"
            return "hidden" if hidden else "live"
        return "unknown"

    def is_hidden(self, source: str, author_id: str) -> bool:
        """Say whether an account's posts are hidden for now."""
        with self._connections.lent() as connection:
            row = connection.execute(
                "SELECT status FROM accounts WHERE source = ? AND author_id = ?",
                (source, author_id),
            ).fetchone()
            return row is not None and row[0] == HIDDEN

    def live_entries(self, source: str, after: Seq, limit: int) -> list[LogEntry]:
        """Return up to `limit` live entries of a source that follow `after`, in log order.

        Those of hidden accounts are among them.
        """
        with self._connections.lent() as connection:
            rows = connection.execute(_LIVE_ENTRIES, (source, after, limit))
            return [entry_of(row) for row in rows]

    def written_by(self, source: str, author_id: str) -> list[PostId]:
        """Return the names of the live posts of an author, in log order, hidden or not."""
        with self._connections.lent() as connection:
            written = Accounts(connection).written_by(source, author_id)
            return [PostId(head.post_id) for head in written]

    def resume(self, source: str) -> dict[str, str]:
        """Return where to resume `source`: partition to position.

        Raises CorruptionError for a position that is not what was written: to go on from there
        would pass over posts in silence.
        """
        with self._connections.lent() as connection:
            return by_source.positions(connection, source)

    def held(self, source: str, limit: int) -> list[PostId]:
        """Return the names of the newest live posts of `source`, for asking whether they still are.

        Own names, so many at most, then other names that its platform has for posts, so many.
        """
        with self._connections.lent() as connection:
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
        with self._connections.lent() as connection:
            return by_source.coverage(connection, sources)

    def counts(self, sources: Collection[str] | None = None) -> Counts:
        """Return how many posts are held and how many are deleted. Costs no scan.

        None means of all sources.
        """
        with self._connections.lent() as connection:
            return by_source.counts(connection, sources)

    def names(self) -> list[str]:
        """Return the name of every source that there is something of."""
        with self._connections.lent() as connection:
            return by_source.names(connection)

    def count_after(self, seq: Seq, sources: Collection[str]) -> int:
        """Return how many entries of some sources follow a place. Scans what follows it."""
        with self._connections.lent() as connection:
            return by_source.count_after(connection, seq, sources)

    def sources(self) -> list[SourceRecord]:
        """Return what is known of each source, by name. Costs no scan."""
        with self._connections.lent() as connection:
            return by_source.records(connection)

    def close(self) -> None:
        """Close every connection. Reads under way end first; later ones raise StorageError."""
        self._connections.close()
