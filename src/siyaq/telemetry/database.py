"""Opening the file of readings; what fails there is said in our own errors."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from siyaq.core.errors import DiskFull, StorageError
from siyaq.telemetry.schema import SCHEMA

BUSY_SECONDS = 5.0

Connect = Callable[[Path], sqlite3.Connection]


def connect(path: Path) -> sqlite3.Connection:
    """Connect to a file, which is made where there is none."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)


def opened(path: Path, connecting: Connect = connect) -> sqlite3.Connection:
    """Open the file, making it where there is none. Any thread may use the connection, in turn."""
    connection = connecting(path)
    try:
        connection.executescript(SCHEMA)
        with connection:
            connection.execute(
                "INSERT INTO secrets VALUES ('things', ?) ON CONFLICT DO NOTHING",
                (secrets.token_bytes(32),),
            )
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Raise StorageError, or DiskFull, for what SQLite raises."""
    try:
        yield
    except sqlite3.Error as error:
        if "full" in str(error):
            raise DiskFull(f"no room for readings in {str(path)!r}") from error
        raise StorageError(f"cannot use {str(path)!r}: {error}") from error


def emptied(connection: sqlite3.Connection, path: Path) -> None:
    """Leave no erased byte in the write-ahead log. Raises StorageError where a reader is at it."""
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StorageError(
            f"cannot purge {str(path)!r}: a reader holds on to it", hint="ask again later"
        )
