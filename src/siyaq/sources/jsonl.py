"""Posts in JSON lines: a file, standard input, or the pieces of a request body.

A file is read once from front to back in constant memory, plain or compressed. Its cursor is the
offset after the last line taken, in the decompressed content, under a fingerprint of the file:
the same file goes on where it stopped, a changed one starts again.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import select
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from siyaq.core.clock import SystemClock, Trust
from siyaq.core.errors import Unreadable
from siyaq.core.ports import Batch, Clock
from siyaq.sources.lines import Lines
from siyaq.sources.option import operator_name
from siyaq.sources.unpack import Read, unpacked
from siyaq.sources.verdicts import Verdicts

_FINGERPRINTED_BYTES = 2**16
_PART_BYTES = 2**16
_POLL_SECONDS = 0.1
_POSITION = re.compile(r"(\d{1,18}):(\d{1,18})", re.ASCII)


@dataclass(slots=True)
class Reading:
    """How far a file has been read, in bytes on disk. `total_bytes` is None for a pipe."""

    bytes_read: int = 0
    total_bytes: int | None = None


class JsonlSource:
    """Posts of one file, or of a binary stream such as standard input.

    `source` names the lines that name none. Trust.ARCHIVE means that the operator vouches for
    the times in the file. A stream has no cursor, and gives what it has as soon as it has it.
    """

    def __init__(
        self,
        file: Path | BinaryIO,
        *,
        source: str = "jsonl",
        trust: Trust = Trust.ARCHIVE,
        clock: Clock | None = None,
    ) -> None:
        self._file = file
        self._source = operator_name(source)
        self._trust = trust
        self._clock: Clock = clock or SystemClock()
        self._stopped = threading.Event()
        self.reading = Reading()

    @property
    def source(self) -> str:
        """The name of this source."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield the posts of the file, from after the position committed last.

        Raises Unreadable when the file cannot be opened, or after its last readable line when
        it is damaged. Reads one batch ahead.
        """
        loop = asyncio.get_running_loop()
        read = self._read(resume)
        upcoming = loop.run_in_executor(None, next, read, None)
        try:
            while (batch := await asyncio.shield(upcoming)) is not None:
                upcoming = loop.run_in_executor(None, next, read, None)
                yield batch
        finally:
            self._stopped.set()
            await asyncio.wait([upcoming])
            upcoming.exception()  # read and dropped: nobody waits for this batch any more
            read.close()

    def _read(self, resume: Mapping[str, str]) -> Generator[Batch]:
        """Read, admit and batch. Blocks, so it runs in a thread."""
        if not isinstance(self._file, Path):
            yield from self._taken(self._pipe(self._file), "standard input", "", 0, 0)
            return
        name = str(self._file)
        try:
            with self._file.open("rb") as file:
                self.reading = Reading(total_bytes=os.fstat(file.fileno()).st_size)
                partition = _fingerprint(file)
                offset, number = _position(resume.get(partition, ""))
                yield from self._taken(file.read, name, partition, offset, number)
        except OSError as error:
            raise Unreadable(f"cannot read {name!r}: {error.strerror}") from error

    def _taken(
        self, read: Read, name: str, partition: str, offset: int, number: int
    ) -> Iterator[Batch]:
        lines = Lines(offset=offset, number=number)
        verdicts = Verdicts(self._source, self._trust, partition)
        try:
            for piece in _after(offset, unpacked(self._counted(read), name)):
                now = self._clock.now()
                for line in lines.feed(piece):
                    verdicts.take(line, now)
                    if verdicts.full:
                        yield verdicts.batch()
                if not partition and verdicts.waiting:
                    yield verdicts.batch()
            for line in lines.last():
                verdicts.take(line, self._clock.now())
        except Unreadable:
            if verdicts.waiting:
                yield verdicts.batch()
            raise
        if verdicts.waiting:
            yield verdicts.batch()

    def _counted(self, read: Read) -> Read:
        def read_and_count(size: int) -> bytes:
            piece = b"" if self._stopped.is_set() else read(size)
            self.reading.bytes_read += len(piece)
            return piece

        return read_and_count

    def _pipe(self, file: BinaryIO) -> Read:
        """Read what there is without waiting for more, and give up soon after we are stopped."""
        try:
            descriptor = file.fileno()
        except OSError:  # bytes in memory
            return file.read

        def read(size: int) -> bytes:
            while not self._stopped.is_set():
                if select.select([descriptor], [], [], _POLL_SECONDS)[0]:
                    return os.read(descriptor, size)
            return b""

        return read


class JsonlStream:
    """Posts in pieces of JSON lines, of any size, as a request body brings them. No cursor."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        *,
        source: str = "jsonl",
        trust: Trust = Trust.CLIENT,
        clock: Clock | None = None,
    ) -> None:
        self._pieces = pieces
        self._source = operator_name(source)
        self._trust = trust
        self._clock: Clock = clock or SystemClock()

    @property
    def source(self) -> str:
        """The name of this source."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield the posts of the stream, as soon as each piece of it has arrived."""
        lines = Lines()
        verdicts = Verdicts(self._source, self._trust, partition="")
        async for piece in self._pieces:
            now = self._clock.now()
            for part in _parts(piece):
                for batch in await asyncio.to_thread(verdicts.take_all, lines.feed(part), now):
                    yield batch
        now = self._clock.now()
        for batch in await asyncio.to_thread(verdicts.take_all, lines.last(), now):
            yield batch


def _fingerprint(file: BinaryIO) -> str:
    """Name a file by how it begins, its size and when it was changed; leave it rewound."""
    about = os.fstat(file.fileno())
    head = file.read(_FINGERPRINTED_BYTES)
    file.seek(0)
    return hashlib.sha256(b"%d %d " % (about.st_size, about.st_mtime_ns) + head).hexdigest()[:32]


def _position(position: str) -> tuple[int, int]:
    """Read "offset:line number"; the start of the file where there is none."""
    match = _POSITION.fullmatch(position)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _after(offset: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass over the first `offset` bytes of content."""
    for piece in pieces:
        if offset < len(piece):
            yield piece[offset:]
        offset = max(0, offset - len(piece))


def _parts(piece: bytes) -> Iterator[bytes]:
    """Cut a piece so that none holds the event loop or a thread for long."""
    for start in range(0, len(piece), _PART_BYTES):
        yield piece[start : start + _PART_BYTES]
