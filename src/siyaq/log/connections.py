"""Connections that read the log, one for each thread that reads at the moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import apsw

from siyaq.core.errors import StorageError
from siyaq.log.database import open_for_reading, storage_errors


class Connections:
    """Lends connections to a log, and keeps those that are given back for the next read."""

    def __init__(self, path: Path, *, vfs: str) -> None:
        self._path = path
        self._vfs = vfs
        self._idle: list[apsw.Connection] = []
        self._lock = Lock()
        self._closed = False

    @contextmanager
    def lent(self) -> Iterator[apsw.Connection]:
        """Lend a connection that no other thread uses meanwhile. Raises StorageError."""
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

    def close(self) -> None:
        """Close every connection. Reads under way end first; later ones raise StorageError."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _borrow(self) -> apsw.Connection:
        with self._lock:
            if self._closed:
                raise StorageError("the log has been closed")
            if self._idle:
                return self._idle.pop()
        return open_for_reading(self._path, vfs=self._vfs)
