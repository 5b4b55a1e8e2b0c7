"""The data directory: whose it is, which format it has, who writes it.

`FORMAT` holds a number and is written last, when the log behind it is durable. `LOCK` is locked
by the one process that writes, for as long as it lives, and names it.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

from siyaq.core.errors import (
    AlreadyWriting,
    CorruptionError,
    DiskFull,
    FormatTooNew,
    NotFound,
    StorageError,
)
from siyaq.log.schema import FORMAT

LOG_NAME = "log.sqlite"
_FORMAT_NAME = "FORMAT"
_STAGED_NAME = "FORMAT.new"
_LOCK_NAME = "LOCK"
_UNFINISHED = {
    _LOCK_NAME,
    _STAGED_NAME,
    *(LOG_NAME + end for end in ("", "-wal", "-shm", "-journal")),
}
"""What a first opening that was cut short may have left."""

RESTORING = "RESTORING"
"""A folder in which a log is made of a backup, until it may be seen."""

_BEFORE_POSTS = {"models", "access", "watches"}
"""What may be put into a data directory before its first post."""


class WriteLock:
    """The right to write one data directory. Lost when the process ends, however it ends."""

    def __init__(self, directory: Path) -> None:
        """Take the lock. Raises AlreadyWriting, naming the process that holds it."""
        try:
            self._handle = os.open(directory / _LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise _storage_error(directory, error) from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._handle, 20, 0).decode("ascii", "replace").strip()
            os.close(self._handle)
            raise AlreadyWriting(
                f"process {holder or 'unknown'} is writing {str(directory)!r}"
            ) from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process write."""
        os.close(self._handle)


def sync_directory(directory: Path) -> None:
    """Make the names in `directory` survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def prepare(directory: Path) -> None:
    """Make `directory` if need be, and refuse one that holds something else.

    Raises StorageError where it is a file or holds files that are not ours.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in directory.iterdir()}
    except OSError as error:
        raise StorageError(
            f"{str(directory)!r} cannot be a data directory: {error.strerror}"
        ) from error
    strangers = names - _UNFINISHED - _BEFORE_POSTS
    if _FORMAT_NAME not in names and RESTORING in names:
        raise StorageError(
            f"a restore into {str(directory)!r} was cut short, or is going on",
            hint="let it end, run 'siyaq restore' again, or remove the directory",
        )
    if _FORMAT_NAME not in names and strangers:
        stranger = min(strangers)
        raise StorageError(
            f"{str(directory)!r} is not a siyaq data directory: it holds {stranger!r}",
            hint="give an empty or a new directory",
        )


def holds_log(directory: Path) -> bool:
    """Say whether `directory` is marked as holding a log of a format that we can read.

    Raises FormatTooNew, and CorruptionError for a mark without its log or that is no number.
    """
    try:
        mark = (directory / _FORMAT_NAME).read_bytes()[:20].strip()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StorageError(f"cannot read {str(directory)!r}: {error.strerror}") from error
    if not mark.isdigit():
        raise CorruptionError(f"the format of {str(directory)!r} is {mark!r}, not a number")
    if int(mark) > FORMAT:
        raise FormatTooNew(
            f"{str(directory)!r} has format {int(mark)}; this siyaq reads up to {FORMAT}"
        )
    if not (directory / LOG_NAME).is_file():
        raise CorruptionError(f"{str(directory)!r} has lost its log: {LOG_NAME!r} is missing")
    return True


def require_log(directory: Path) -> None:
    """Raise NotFound unless `directory` holds a log."""
    if not holds_log(directory):
        raise NotFound(
            f"no siyaq data in {str(directory)!r}",
            hint="run 'siyaq ingest' or 'siyaq serve' with this --data directory first",
        )


def mark(directory: Path) -> None:
    """Mark `directory` as holding a log, durably. The log itself must be durable before."""
    staged = directory / _STAGED_NAME
    try:
        with suppress(PermissionError):  # its parent may be none of our business
            sync_directory(directory.parent)
        sync_directory(directory)
        with staged.open("wb") as out:
            out.write(b"%d\n" % FORMAT)
            out.flush()
            os.fsync(out.fileno())
        staged.replace(directory / _FORMAT_NAME)
        sync_directory(directory)
    except OSError as error:
        raise _storage_error(directory, error) from error


def _storage_error(directory: Path, error: OSError) -> StorageError:
    kind = DiskFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StorageError
    return kind(f"cannot write to {str(directory)!r}: {error.strerror}")
