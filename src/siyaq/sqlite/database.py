"""A file held open: one connection, lent to one thread at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from siyaq.sqlite.file import Connection, File, transaction


class Database:
    """Safe to use from several threads; its file from several processes.

    The file is opened, and made, when it is first needed. Every method raises StorageError where
    it cannot be used, the error of that file and no other.
    """

    def __init__(self, file: File, *, begun: Callable[[Connection], object] = lambda _: None):
        """`begun` is called with each connection that was just opened."""
        self.file = file
        self._begun = begun
        self._lock = Lock()
        self._connection: Connection | None = None

    def open(self) -> None:
        """Open the file now, for whoever wants to know whether it can be used."""
        with self.lent():
            pass

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """Lend the connection, in no transaction."""
        with self._lock, self.file.errors():
            if self._connection is None:
                self._connection = self._opened()
            yield self._connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Lend the connection for one write transaction, rolled back where an error is raised."""
        with self.lent() as connection, transaction(connection):
            yield connection

    def close(self) -> None:
        """Close the file; it is opened anew where it is needed once more."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _opened(self) -> Connection:
        connection = self.file.connected()
        try:
            self._begun(connection)
        except BaseException:
            connection.close()
            raise
        return connection
