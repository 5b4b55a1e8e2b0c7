"""One file: where it is, what is in it, what it is called in an error; and a connection to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from siyaq.core.errors import DiskFull, FormatTooNew, StorageError
from siyaq.sqlite.layout import Layout, statements

Connection = sqlite3.Connection
IntegrityError = sqlite3.IntegrityError
Connect = Callable[[Path], Connection]

BUSY_SECONDS = 5.0
"""How long another one's transaction is waited for."""


def connect(path: Path) -> Connection:
    """Connect to a file, which is made where there is none. Any thread may use it, in turn.

    A transaction begins where it says so and nowhere else.
    """
    return sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Run one write transaction: committed at the end, or rolled back with the error raised."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
            connection.execute("ROLLBACK")
        raise


@dataclass(frozen=True, slots=True)
class File:
    """A small file beside the log. `named`, `hint`: what its errors call it, and what to do.

    `connecting` is what connects to it: proofs have a disk that fails.
    """

    path: Path
    layout: Layout
    named: str  # "the kept answers"
    hint: str = ""
    connecting: Connect = connect

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept in it."""
        return self.path.exists()

    def connected(self) -> Connection:
        """Return a connection of the caller's own, with the tables of today.

        Raises StorageError where the file cannot be used, FormatTooNew, and then nothing in it was
        touched, where a newer siyaq made it.
        """
        with self.errors():
            connection = self.connecting(self.path)
            try:
                self._set_up(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """Lend a connection that is made for the purpose. Raises StorageError for all it says."""
        with self.errors(), closing(self.connected()) as connection:
            yield connection

    @contextmanager
    def changed(self) -> Iterator[Connection]:
        """Lend one for one write transaction: see `transaction`, `opened`."""
        with self.opened() as connection, transaction(connection):
            yield connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raise what SQLite says, and what stands in a row that cannot be read, as ours."""
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                raise DiskFull(f"{self._act}: no space left on the disk") from error
            raise StorageError(f"{self._act}: {error}", hint=self.hint) from error
        except msgspec.MsgspecError as error:
            raise StorageError(f"{self._act}: {error}", hint=self.hint) from error

    @property
    def _act(self) -> str:
        return f"cannot use {self.named} in {str(self.path)!r}"

    def _set_up(self, connection: Connection) -> None:
        made_in = self._format(connection)
        if not 0 <= made_in <= self.layout.format:
            raise FormatTooNew(
                f"{self._act}: written in format {made_in}, not {self.layout.format}"
            )
        for setting in (
            "journal_mode = WAL",
            "secure_delete = ON",  # what is erased is overwritten where it stands
            "foreign_keys = ON",
            f"synchronous = {self.layout.synchronous}",
        ):
            connection.execute(f"PRAGMA {setting}").fetchall()
        if made_in < self.layout.format:
            self._upgrade(connection)

    def _upgrade(self, connection: Connection) -> None:
        with transaction(connection):
            before = self._format(connection)  # another process may have been first
            for step in self.layout.steps[before:]:
                for statement in statements(step):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {max(before, self.layout.format)}")

    @staticmethod
    def _format(connection: Connection) -> int:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return int(version)
