"""The file of readings on a disk that fails and loses power.

Readings are written through the standard library's SQLite, whose file layers cannot be replaced;
`siyaq.testing.vfs` replaces those of apsw. So the store is given connections of apsw's that look
to it like those it knows. What it asks of SQLite is the same, down to the pragmas.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import apsw


class _Rows:
    """What a statement came to, run to its end."""

    def __init__(self, rows: list[Any], changes: int) -> None:
        self._rows = iter(rows)
        self.rowcount = changes

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class _Connection:
    """As much of `sqlite3.Connection` as the store of readings uses."""

    def __init__(self, path: Path, vfs: str) -> None:
        with _as_sqlite3():
            self._inner = apsw.Connection(str(path), vfs=vfs)
            self._inner.set_busy_timeout(5_000)

    def execute(self, sql: str, given: Sequence[Any] = ()) -> _Rows:
        """Run one statement to its end."""
        with _as_sqlite3():
            before = self._inner.total_changes()
            rows = self._inner.execute(sql, tuple(given)).fetchall()
            return _Rows(rows, self._inner.total_changes() - before)

    def close(self) -> None:
        """Close it."""
        self._inner.close()


class _as_sqlite3:  # noqa: N801 -- reads as the statement it is
    """Raise apsw's errors as the standard library's."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, apsw.Error):
            told = sqlite3.OperationalError(str(error))
            told.sqlite_errorcode = getattr(error, "result", 0) & 0xFF
            raise told from error


def connecting(vfs: str) -> Callable[[Path], sqlite3.Connection]:
    """Return what connects a `TelemetryStore` to its file through a file layer of apsw's."""
    return lambda path: cast("sqlite3.Connection", _Connection(path, vfs))
