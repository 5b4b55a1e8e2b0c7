"""The file of the journal: opened, brought to its newest format, lent for one use at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import msgspec

from siyaq.agents.journal.schema import FORMAT, FORMATS
from siyaq.core.errors import DiskFull, FormatTooNew, StorageError

FOLDER = "agents"
BUSY_SECONDS = 10.0


class Database:
    """The database of the runs of one data directory, and the folder that it is in."""

    def __init__(self, directory: Path) -> None:
        """Open it, making it if need be. Raises StorageError, FormatTooNew."""
        self.folder = directory / FOLDER
        self._path = self.folder / "journal.sqlite"
        self._lock = Lock()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot make {str(self.folder)!r}: {error.strerror}") from error
        with self._told():
            self._db = sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")  # what is forgotten leaves no bytes
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version > FORMAT:
                self._db.close()
                raise FormatTooNew(f"the journal in {str(self.folder)!r} has format {version}")
            for made in FORMATS[version:]:
                self._db.executescript(made)

    @staticmethod
    def exists(directory: Path) -> bool:
        """Say whether a data directory has one."""
        return (directory / FOLDER / "journal.sqlite").exists()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def workspace(self, run_id: str) -> Path:
        """Return the folder of a run's own files, made at the first call."""
        folder = self.folder / run_id
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend the database for one transaction. Raises StorageError, DiskFull."""
        with self._told(), self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def lent(self) -> Iterator[sqlite3.Connection]:
        """Lend the database, in no transaction. Raises StorageError, DiskFull."""
        with self._told(), self._lock:
            yield self._db

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
            kind = DiskFull if full else StorageError
            raise kind(f"cannot use {str(self._path)!r}: {error}") from error


def as_json(value: object) -> str:
    """Return a value as it is written."""
    return msgspec.json.encode(value).decode()


def now() -> str:
    """Return the time in UTC, as it is written."""
    return datetime.now(UTC).isoformat()
