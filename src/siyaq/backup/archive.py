"""Writing log and readings into a backup, and making a data directory of one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from siyaq.backup.aside import made_aside
from siyaq.backup.keys import Keys
from siyaq.backup.sealed import read_head, seal, unsealed
from siyaq.core.errors import StorageError, Unreadable
from siyaq.log import sync_directory
from siyaq.log.snapshot import LogSnapshot, Row, write_rows
from siyaq.telemetry import PARTITION, ReadingsRestored, ReadingsSnapshot

_ROWS_AT_ONCE = 1000
_TRIES = 50
_LONGEST_BLOCK_BYTES = 2**30


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What went into a backup or came out of one."""

    path: Path
    day: date
    rows: int
    size_bytes: int


def write(
    directory: Path, path: Path, keys: Keys, on_rows: Callable[[int], None] = lambda _: None
) -> ArchiveReport:
    """Write log and readings of `directory`, as of this moment, to a new file.

    The key is that of today.

    Works beside a running writer. A file that is not whole never has the name `path`. Raises
    StorageError where the disk refuses or the file exists.
    """
    if path.exists():
        raise StorageError(f"{str(path)!r} exists", hint="give the backup another name")
    day = datetime.now(UTC).date()
    key = keys.begin(day)
    keys.secret()
    count = _Counted(on_rows)
    staged = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged.open("wb") as out, _whole(directory) as rows:
            seal(out, key, day, _compressed(count.passing(rows)))
            out.flush()
            os.fsync(out.fileno())
        staged.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise StorageError(f"cannot write {str(path)!r}: {error.strerror}") from error
    finally:
        staged.unlink(missing_ok=True)
    return ArchiveReport(path, day, count.rows, path.stat().st_size)


def restore(
    path: Path,
    directory: Path,
    keys: Keys,
    on_rows: Callable[[int], None] = lambda _: None,
    *,
    before_use: Callable[[Path], None] = lambda _: None,
) -> ArchiveReport:
    """Make a log, and readings, in an empty or new `directory` of a backup.

    What was deleted since is still in it: `Departed` says what that is. `before_use` is given
    the folder that holds them before anybody else can read them, and takes it out. Raises
    Unreadable for a file that is not whole, NotFound when its key is gone, StorageError where
    `directory` is not empty; then no log is there afterwards, nor wherever this was killed.
    """
    count = _Counted(on_rows)
    try:
        with path.open("rb") as file:
            head, told = read_head(file, str(path))
            key = keys.of(head.day)
            pieces = unsealed(file, key, head, told, str(path))
            with made_aside(directory) as aside:
                with ReadingsRestored(aside) as readings:
                    rows = readings.passing(count.passing(_rows(pieces, str(path))))
                    write_rows(aside, rows)
                before_use(aside)
    except OSError as error:
        raise Unreadable(f"cannot read {str(path)!r}: {error.strerror}") from error
    return ArchiveReport(path, head.day, count.rows, path.stat().st_size)


@contextmanager
def _whole(directory: Path) -> Iterator[Iterator[Row]]:
    """Give the rows of log and readings as of one moment of both.

    The readings first: what they say is told of is then in the log. Where the log had moved on
    to readings that came after, both are looked at again.
    """
    for tries_left in reversed(range(_TRIES)):
        with ReadingsSnapshot(directory) as readings, LogSnapshot(directory) as log:
            decided = log.positions(PARTITION)
            ahead = any(int(at) > readings.numbers.get(of, 0) for of, at in decided.items())
            if ahead and tries_left:  # at the last one: a file of readings that was lost
                continue
            yield chain(log.rows(), readings.rows())
            return


class _Counted:
    def __init__(self, on_rows: Callable[[int], None]) -> None:
        self.rows = 0
        self._on_rows = on_rows

    def passing(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self.rows += 1
            if self.rows % _ROWS_AT_ONCE == 0:
                self._on_rows(self.rows)
            yield row


def _compressed(rows: Iterator[Row]) -> Iterator[bytes]:
    """Yield blocks of rows as MessagePack, each under the length that it has compressed."""
    compressor = zstandard.ZstdCompressor(level=6)
    block: list[Row] = []
    for row in rows:
        block.append(row)
        if len(block) == _ROWS_AT_ONCE:
            yield _block(compressor, block)
            block = []
    yield _block(compressor, block)


def _block(compressor: zstandard.ZstdCompressor, rows: list[Row]) -> bytes:
    packed = compressor.compress(msgspec.msgpack.encode(rows))
    return len(packed).to_bytes(4, "big") + packed


def _rows(pieces: Iterator[bytes], name: str) -> Iterator[Row]:
    held = bytearray()
    decompressor = zstandard.ZstdDecompressor()
    for piece in pieces:
        held += piece
        while len(held) >= 4 and len(held) >= 4 + (size := int.from_bytes(held[:4], "big")):
            packed = bytes(held[4 : 4 + size])
            del held[: 4 + size]
            content = decompressor.decompress(packed, max_output_size=_LONGEST_BLOCK_BYTES)
            yield from msgspec.msgpack.decode(content, type=list[tuple[str, list[Any]]])
    if held:
        raise Unreadable(f"{name!r} is damaged: it ends in the middle of a block")
