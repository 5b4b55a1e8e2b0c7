"""A whole log as rows, at one moment; and a log made of such rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import apsw

from siyaq.core.errors import Unreadable
from siyaq.core.ids import PostId, Seq
from siyaq.log.database import (
    open_for_reading,
    open_for_writing,
    storage_errors,
    transaction,
)
from siyaq.log.directory import LOG_NAME, WriteLock, holds_log, mark, prepare, require_log

Row = tuple[str, list[int | float | str | bytes | None]]
"""The name of a table, and the values of one row, in the order of its columns."""

_ROWS_AT_ONCE = 2000


class LogSnapshot:
    """A log as of the moment this is made; the writer goes on meanwhile. Context manager.

    While it is open the write-ahead log cannot be emptied, so a purge waits.
    """

    def __init__(self, directory: Path) -> None:
        require_log(directory)
        self._connection = open_for_reading(directory / LOG_NAME, vfs="")
        try:
            with storage_errors("cannot read the log"):
                self._connection.execute("BEGIN")
                self._tables = _tables(self._connection)  # reading begins the moment
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def positions(self, partition: str) -> dict[str, str]:
        """Return the cursors of one partition, by source."""
        with storage_errors("cannot read the log"):
            rows = self._connection.execute(
                "SELECT source, position FROM cursors WHERE partition = ?", (partition,)
            )
            return {str(source): str(position) for source, position in rows}

    def rows(self) -> Iterator[Row]:
        """Yield every row."""
        with storage_errors("cannot read the log"):
            for table in self._tables:
                for row in self._connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 -- a name of ours
                    yield table, list(row)


def write_rows(directory: Path, rows: Iterator[Row]) -> None:
    """Make a log of rows, in a directory that is marked as one only when all of it is durable.

    Raises StorageError where the directory is not new, Unreadable for rows that are none of ours.
    """
    prepare(directory)
    if holds_log(directory):
        raise Unreadable(f"{str(directory)!r} holds a log", hint="restore into a new directory")
    lock = WriteLock(directory)
    try:
        with closing(open_for_writing(directory / LOG_NAME, vfs="")) as connection:
            known = set(_tables(connection))
            while block := list(islice(rows, _ROWS_AT_ONCE)):
                with storage_errors("cannot restore the log"), transaction(connection):
                    for table, values in block:
                        _insert(connection, known, table, values)
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        mark(directory)
    except BaseException:
        for path in directory.glob(f"{LOG_NAME}*"):
            path.unlink()
        raise
    finally:
        lock.release()


def _insert(connection: apsw.Connection, known: set[str], table: str, values: list[Any]) -> None:
    if table not in known:
        raise Unreadable(f"the backup has a table {table[:50]!r}, not known here")
    marks = ", ".join("?" * len(values))
    connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', values)  # noqa: S608 -- a name of ours


def read_departures(
    directory: Path, after: Seq
) -> tuple[int, list[tuple[PostId, str]], list[tuple[str, str, int]]]:
    """Return the head of the log, what it has deleted after a place, and all deleted accounts.

    Posts by id and revision; accounts by source, author and moment (microseconds since 1970).
    """
    with (
        closing(open_for_reading(directory / LOG_NAME, vfs="")) as connection,
        storage_errors("cannot read the log"),
    ):
        connection.execute("BEGIN")
        head = connection.execute("SELECT coalesce(max(seq), 0) FROM events").get
        if head == after:
            return int(head), [], []
        posts: list[Any] = connection.execute(
            "SELECT post_id, rev FROM events WHERE seq > ? AND op = 3 AND current = 1", (after,)
        ).fetchall()
        accounts: list[Any] = connection.execute(
            "SELECT source, author_id, erased_at FROM accounts WHERE erased_at IS NOT NULL"
        ).fetchall()
    return int(head), [(PostId(name), rev) for name, rev in posts], accounts


def _tables(connection: apsw.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
    return [str(name) for (name,) in found if not str(name).startswith("sqlite_")]
