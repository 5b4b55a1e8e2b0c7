"""SQLite as the log uses it: connections, settings, and its errors as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from siyaq.core.errors import CorruptionError, DiskFull, FormatTooNew, StorageError
from siyaq.log.schema import ADDED, APPLICATION_ID, FORMAT, TABLES

SYNCHRONOUS = "FULL"
"""A commit returns once it would survive a power cut. NORMAL would lose acknowledged posts."""

SECURE_DELETE = "ON"
"""What is erased is overwritten where it stands."""

CACHE_KIB = 64 * 1024
READER_CACHE_KIB = 16 * 1024
BUSY_MILLISECONDS = 5_000


@contextmanager
def storage_errors(act: str) -> Iterator[None]:
    """Raise SQLite's errors as ours. `act` says what failed: "cannot append to the log"."""
    try:
        yield
    except apsw.FullError as error:
        raise DiskFull(f"{act}: no space left on the disk") from error
    except (apsw.CorruptError, apsw.NotADBError, UnicodeDecodeError) as error:
        raise CorruptionError(f"{act}: {error}") from error
    except apsw.Error as error:
        raise StorageError(f"{act}: {error}") from error


def open_for_writing(path: Path, *, vfs: str) -> apsw.Connection:
    """Open the log, making an empty one where there is none. Everything is set, nothing read."""
    with storage_errors(f"cannot open {str(path)!r}"):
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        connection = apsw.Connection(str(path), flags=flags, vfs=vfs or None)
        try:
            connection.set_busy_timeout(BUSY_MILLISECONDS)
            connection.pragma("secure_delete", SECURE_DELETE)
            _require_wal(connection, path)
            connection.pragma("synchronous", SYNCHRONOUS)
            connection.pragma("cache_size", -CACHE_KIB)
            connection.pragma("temp_store", "MEMORY")  # no copy of a text in a file of its own
            connection.wal_autocheckpoint(0)  # the writer decides when
            _require_format(connection, path)
            make_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def open_for_reading(path: Path, *, vfs: str) -> apsw.Connection:
    """Open the log so that nothing can be written through the connection."""
    with storage_errors(f"cannot open {str(path)!r}"):
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs or None)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        connection.pragma("cache_size", -READER_CACHE_KIB)
        return connection


def make_tables(connection: apsw.Connection) -> None:
    """Make the tables in one transaction, unless they are there."""
    if connection.pragma("user_version") == FORMAT:
        missing = [made for name, made in ADDED.items() if not connection.table_exists(None, name)]
        if missing:
            with transaction(connection):
                for made in missing:
                    connection.execute(made)
        return
    with transaction(connection):
        for made in (TABLES, *ADDED.values()):
            connection.execute(made)
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", FORMAT)


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """Run one write transaction: committed at the end, or rolled back with the error raised."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(apsw.Error):  # SQLite may have rolled back by itself
            connection.execute("ROLLBACK")
        raise


def _require_wal(connection: apsw.Connection, path: Path) -> None:
    if connection.pragma("journal_mode", "WAL") != "wal":
        raise StorageError(
            f"cannot open {str(path)!r}: this disk does not let processes share memory",
            hint="give a --data directory on a local disk",
        )


def _require_format(connection: apsw.Connection, path: Path) -> None:
    version = connection.pragma("user_version")
    if version not in (0, FORMAT):
        raise FormatTooNew(f"{str(path)!r} has format {version}; this siyaq reads {FORMAT}")
    if version == FORMAT and connection.pragma("application_id") != APPLICATION_ID:
        raise CorruptionError(f"{str(path)!r} is not a log of siyaq")
