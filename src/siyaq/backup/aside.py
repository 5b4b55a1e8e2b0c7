"""A data directory that is made aside, and is then there as a whole or not at all.

A restored log holds what was deleted since its backup until that is taken out again. Whoever is
killed in between must not leave a log that anybody opens, so it is made in a folder within its
directory that no reader and no writer looks into, and moved out of it once it may be seen.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from siyaq.core.errors import StorageError, Unreadable
from siyaq.log.directory import LOG_NAME, RESTORING, WriteLock, holds_log, mark, prepare
from siyaq.telemetry import READINGS_NAME

_MOVED = (READINGS_NAME, LOG_NAME)
"""Each with what SQLite keeps beside it."""


@contextmanager
def made_aside(directory: Path) -> Iterator[Path]:
    """Yield a new folder; what is made in it is in `directory` once the block has ended well.

    Nobody else can write `directory` meanwhile. What an earlier try that was killed has left is
    removed. Raises StorageError where `directory` holds something else, Unreadable where it
    holds a log, AlreadyWriting beside another process.
    """
    aside = directory / RESTORING
    if not aside.is_dir():
        prepare(directory)
    if holds_log(directory):
        raise Unreadable(f"{str(directory)!r} holds a log", hint="restore into a new directory")
    lock = WriteLock(directory)
    try:
        _begin(directory, aside)
        try:
            yield aside
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        _move(aside, directory)
    finally:
        lock.release()


def _begin(directory: Path, aside: Path) -> None:
    try:
        if aside.is_dir():
            for path in _made(directory):
                path.unlink()
            shutil.rmtree(aside)
        aside.mkdir()
    except OSError as error:
        raise StorageError(f"cannot write {str(aside)!r}: {error.strerror}") from error


def _move(aside: Path, directory: Path) -> None:
    """Move what was made into its place. Killed in between, it is begun anew by the next try."""
    try:
        for path in _made(aside):
            path.rename(directory / path.name)
        mark(directory)
        shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise StorageError(f"cannot write {str(directory)!r}: {error.strerror}") from error


def _made(directory: Path) -> list[Path]:
    """Return the files of a log and its readings, a database after what it needs."""
    return [path for name in _MOVED for path in sorted(directory.glob(f"{name}*"), reverse=True)]
