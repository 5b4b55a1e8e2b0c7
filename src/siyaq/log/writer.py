"""Writing the log: one process, one transaction per append, durable on return.

After any failed write nothing is acknowledged and the connection is given up, for a disk that
failed to keep a page once may say yes the second time without having kept it. The next append
opens a new one and first folds the write-ahead log back into the database, so that nothing
durable ever rests on bytes whose sync has failed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import apsw

from siyaq.core.errors import CorruptionError, StorageError
from siyaq.core.ports import Batch
from siyaq.log.commit import Commit
from siyaq.log.database import (
    BUSY_MILLISECONDS,
    open_for_writing,
    storage_errors,
    transaction,
)
from siyaq.log.directory import LOG_NAME, WriteLock, holds_log, mark, prepare
from siyaq.log.faults import CrashPoint, Faults, NoFaults
from siyaq.log.records import Appended

CHECKPOINT_PAGES = 4_000
"""Fold the write-ahead log back when it holds this many pages (16 MiB)."""

CROWDED_PAGES = 4 * CHECKPOINT_PAGES
"""From here on, wait a moment for readers, so that the write-ahead log can start afresh."""

CROWDED_WAIT_MILLISECONDS = 500

_logger = logging.getLogger("siyaq.log")


class LogWriter:
    """The one writer of a data directory. Its methods may be called from any thread, in turn."""

    def __init__(self, directory: Path, lock: WriteLock, *, vfs: str, faults: Faults) -> None:
        """Use `open`."""
        self._path = directory / LOG_NAME
        self._write_lock = lock
        self._vfs = vfs
        self._faults = faults
        self._lock = Lock()
        self._connection: apsw.Connection | None = None
        self._closed = False
        self._wal_pages = 0
        self._checkpoint_at = CHECKPOINT_PAGES

    @property
    def directory(self) -> Path:
        """The data directory that it writes."""
        return self._path.parent

    @classmethod
    def open(cls, directory: Path, *, vfs: str = "", faults: Faults | None = None) -> Self:
        """Take the right to write `directory`, making an empty log where there is none.

        `vfs` names another file layer registered with SQLite, `faults` is told of each crash
        point; both are for tests. Raises AlreadyWriting, FormatTooNew, StorageError where the
        directory is not ours or the disk fails, CorruptionError.
        """
        prepare(directory)
        lock = WriteLock(directory)
        writer = cls(directory, lock, vfs=vfs, faults=faults or NoFaults())
        try:
            writer._begin(directory)
        except BaseException:
            writer._give_up()
            lock.release()
            raise
        return writer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, batches: Sequence[Batch]) -> list[Appended]:
        """Write all batches in one transaction; return, once durable, what became of each.

        Idempotent: what comes again changes nothing. Raises DiskFull or StorageError when the
        disk refuses; then nothing of it is acknowledged, and it may be sent again.
        """
        with self._lock:
            with self._writing("cannot append to the log") as connection:
                self._faults.hit(CrashPoint.BEGUN)
                commit = Commit(connection, self._faults)
                appended = [commit.take(batch) for batch in batches]
                commit.finish()
                self._faults.hit(CrashPoint.BEFORE_COMMIT)
            self._faults.hit(CrashPoint.COMMITTED)
            self._checkpoint_if_due()
        return appended

    def record_source(self, source: str, url: str, kind: str) -> None:
        """Remember where `source` comes from. Durable on return."""
        with self._lock, self._writing("cannot record a source") as connection:
            connection.execute(
                "INSERT INTO sources (source, url, kind) VALUES (?1, ?2, ?3) "
                "ON CONFLICT DO UPDATE SET url = ?2, kind = ?3",
                (source, url, kind),
            )

    def purge(self) -> None:
        """Leave no byte of an erased text in any file of the log.

        Erasing overwrites a text where it stands; its older copies are in the write-ahead log,
        which is folded back and emptied here. Raises StorageError when a reader of another
        program holds on to it for more than five seconds; asking again is safe.
        """
        with self._lock:
            connection = self._ready()
            self._faults.hit(CrashPoint.BEFORE_PURGE)
            try:
                _require_fold(connection, "cannot purge the log")
            except (StorageError, CorruptionError):
                self._give_up()
                raise
            self._faults.hit(CrashPoint.PURGED)

    def close(self) -> None:
        """Fold the write-ahead log back and let another process write."""
        with self._lock:
            if self._closed:
                return
            self._faults.hit(CrashPoint.CLOSING)
            self._closed = True
            if self._connection is not None:
                with suppress(StorageError, CorruptionError, apsw.Error):  # nothing rests on it
                    self._connection.set_busy_timeout(CROWDED_WAIT_MILLISECONDS)
                    _fold(self._connection, "cannot close the log")
            self._give_up()
            self._write_lock.release()

    def _begin(self, directory: Path) -> None:
        self._faults.hit(CrashPoint.LOCKED)
        marked = holds_log(directory)
        self._connection = self._connect()
        self._faults.hit(CrashPoint.SCHEMA_MADE)
        if not marked:
            mark(directory)
        self._faults.hit(CrashPoint.FORMAT_WRITTEN)
        if _fold(self._connection, "cannot open the log"):  # if a reader is at work, another time
            _begin_anew(self._connection, "cannot open the log")
        self._faults.hit(CrashPoint.OPENED)

    def _connect(self) -> apsw.Connection:
        connection = open_for_writing(self._path, vfs=self._vfs)
        connection.set_wal_hook(self._note_pages)
        return connection

    def _ready(self) -> apsw.Connection:
        """Return the connection, a new one if the last failed. See the top of this module."""
        if self._closed:
            raise StorageError("the log has been closed")
        if self._connection is None:
            connection = self._connect()
            try:
                _require_fold(connection, "cannot recover the log")
                _begin_anew(connection, "cannot recover the log")
            except BaseException:
                _close(connection)
                raise
            self._connection = connection
        return self._connection

    @contextmanager
    def _writing(self, act: str) -> Iterator[apsw.Connection]:
        connection = self._ready()
        try:
            with storage_errors(act), transaction(connection):
                yield connection
        except (StorageError, CorruptionError):
            self._give_up()
            raise

    def _give_up(self) -> None:
        if self._connection is not None:
            _close(self._connection)
        self._connection = None
        self._wal_pages, self._checkpoint_at = 0, CHECKPOINT_PAGES

    def _note_pages(self, connection: apsw.Connection, name: str, pages: int) -> int:
        if pages < self._wal_pages:  # it started afresh
            self._checkpoint_at = CHECKPOINT_PAGES
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _checkpoint_if_due(self) -> None:
        """Keep the write-ahead log short. What was appended is durable whatever happens here."""
        connection = self._connection
        if connection is None or self._wal_pages < self._checkpoint_at:
            return
        self._faults.hit(CrashPoint.BEFORE_CHECKPOINT)
        self._checkpoint_at = self._wal_pages + CHECKPOINT_PAGES
        try:
            if self._wal_pages < CROWDED_PAGES:
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            else:
                connection.set_busy_timeout(CROWDED_WAIT_MILLISECONDS)
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.BusyError:
            _logger.info("checkpoint waits for readers", extra={"wal_pages": self._wal_pages})
        except apsw.Error as error:
            _logger.warning("checkpoint failed", extra={"error": type(error).__name__})
            self._give_up()
            return
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        self._faults.hit(CrashPoint.CHECKPOINTED)


def _fold(connection: apsw.Connection, act: str) -> bool:
    """Copy the write-ahead log into the database, durably, and empty it.

    False if a reader was in the way for too long; then it is copied as far as that goes.
    """
    with storage_errors(act):
        try:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.BusyError:
            return False
        return True


def _begin_anew(connection: apsw.Connection, act: str) -> None:
    """Write something to the write-ahead log that was just emptied, so that it is durably another.

    Emptying it is not synced. Were the next append one that changes nothing, it would be
    acknowledged without a sync; and a power cut could bring back the old write-ahead log, without
    the end that never reached the disk, to be read over a database that is newer.
    """
    with storage_errors(act), transaction(connection):
        connection.execute("INSERT INTO cursors VALUES ('', '', '')")
        connection.execute("DELETE FROM cursors WHERE source = '' AND partition = ''")


def _require_fold(connection: apsw.Connection, act: str) -> None:
    if not _fold(connection, act):
        raise StorageError(f"{act}: a reader holds on to it", hint="end long reads, ask again")


def _close(connection: apsw.Connection) -> None:
    with suppress(apsw.Error):  # the disk may be failing; what was acknowledged is durable
        connection.close()
