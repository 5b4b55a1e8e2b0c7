"""The file of the journal: opened, brought to its newest format, lent for one use at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from siyaq import sqlite
from siyaq.agents.journal.schema import LAYOUT
from siyaq.core.errors import StorageError
from siyaq.sqlite import Connection, File

FOLDER = "agents"
NAME = "journal.sqlite"


class Database:
    """The database of the runs of one data directory, and the folder that it is in."""

    def __init__(self, directory: Path) -> None:
        """Open it, making it if need be. Raises StorageError, FormatTooNew."""
        self.folder = directory / FOLDER
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot make {str(self.folder)!r}: {error.strerror}") from error
        self._database = sqlite.Database(File(self.folder / NAME, LAYOUT, "the journal"))
        self._database.open()

    @staticmethod
    def exists(directory: Path) -> bool:
        """Say whether a data directory has one."""
        return (directory / FOLDER / NAME).exists()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def workspace(self, run_id: str) -> Path:
        """Return the folder of a run's own files, made at the first call."""
        folder = self.folder / run_id
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def transaction(self) -> AbstractContextManager[Connection]:
        """Lend the database for one transaction. Raises StorageError, DiskFull."""
        return self._database.changing()

    def lent(self) -> AbstractContextManager[Connection]:
        """Lend the database, in no transaction. Raises StorageError, DiskFull."""
        return self._database.lent()


def as_json(value: object) -> str:
    """Return a value as it is written."""
    return msgspec.json.encode(value).decode()


def now() -> str:
    """Return the time in UTC, as it is written."""
    return datetime.now(UTC).isoformat()
