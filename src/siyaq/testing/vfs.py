"""A disk that fails and loses power, for running the real log on.

`FaultyDisk` is a file layer for SQLite. Files lie in a real directory, which plays the page
cache: what was written can be read at once. Beside it the disk remembers what was synced, so
that `cut_power` can write out what would be left: without anything unsynced, or with a random
part of it, torn anywhere.

Covers every write, truncation, sync and deletion that SQLite makes. A new name is durable with
the first sync of its file, as SQLite syncs the directory then; a deletion that was not followed
by a sync of the directory may be undone by the cut. Does not cover files written past SQLite.
"""

# ruff: noqa: N802 -- the methods have the names SQLite gives them

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import apsw

if TYPE_CHECKING:
    from typing_extensions import Buffer

TEAR_BYTES = 512


@dataclass(frozen=True, slots=True)
class Fault:
    """From the operation of that 1-based ordinal on, or for it alone, the disk refuses.

    "short" is a write of which half arrives before the disk is full.
    """

    operation: Literal["write", "sync"]
    ordinal: int
    error: Literal["full", "io", "short"]
    lasting: bool = True


@dataclass(slots=True)
class _Write:
    offset: int
    content: bytes

    def apply(self, content: bytearray) -> None:
        if len(content) < self.offset:
            content.extend(bytes(self.offset - len(content)))
        content[self.offset : self.offset + len(self.content)] = self.content

    def torn(self, chance: random.Random) -> Iterator[_Write]:
        """Yield the sectors that happen to arrive, each of them perhaps in part."""
        for start in range(0, len(self.content), TEAR_BYTES):
            sector = self.content[start : start + TEAR_BYTES]
            arrived = chance.choice((0, len(sector), len(sector), chance.randint(0, len(sector))))
            if arrived:
                yield _Write(self.offset + start, sector[:arrived])


@dataclass(slots=True)
class _Truncation:
    size: int

    def apply(self, content: bytearray) -> None:
        del content[self.size :]

    def torn(self, chance: random.Random) -> Iterator[_Truncation]:
        if chance.random() < 0.5:
            yield self


@dataclass(slots=True)
class _Inode:
    """One file: what would survive, and what was done to it since its last sync."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[_Write | _Truncation] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.pending:
            change.apply(self.durable)
        self.pending.clear()

    def after_cut(self, chance: random.Random | None) -> bytes:
        content = bytearray(self.durable)
        if chance is not None:
            for change in self.pending:
                for part in change.torn(chance):
                    part.apply(content)
        return bytes(content)


class FaultyDisk(apsw.VFS):
    """A file layer registered with SQLite under `name`, until it is closed.

    `fault` may be set and cleared at any time. `before_sync` is called with the disk whenever
    SQLite asks for a sync, before anything becomes durable. With `honest` False a sync promises
    and does nothing.
    """

    def __init__(self, name: str, *, honest: bool = True) -> None:
        super().__init__(name, "")
        self.name = name
        self.honest = honest
        self.fault: Fault | None = None
        self.before_sync: Callable[[FaultyDisk], None] = lambda _: None
        self.writes = 0
        self.syncs = 0
        self.refused = 0
        self._names: dict[str, _Inode] = {}
        self._durable_names: dict[str, _Inode] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unregister()

    def cut_power(self, into: Path, *, chance: random.Random | None) -> None:
        """Write to `into` the files as a power cut at this moment would leave them.

        Without `chance` nothing unsynced survives; with it, a random part of it does.
        """
        into.mkdir(parents=True, exist_ok=True)
        names = dict(self._durable_names)
        if chance is not None:
            for path in {*names, *self._names}:
                if names.get(path) is not self._names.get(path) and chance.random() < 0.5:
                    names.pop(path, None)
                    if path in self._names:
                        names[path] = self._names[path]
        for path, inode in names.items():
            (into / Path(path).name).write_bytes(inode.after_cut(chance))

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Open a file; only those that outlive a connection can lose anything."""
        if name is None:
            return super().xOpen(name, flags)
        path = name if isinstance(name, str) else name.filename()
        if path not in self._names:
            held = Path(path)
            content = held.read_bytes() if held.exists() else None
            self._names[path] = _Inode(bytearray(content or b""))
            if content is not None:
                self._durable_names[path] = self._names[path]
        return _FaultyFile(self, name, flags, path)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001 -- SQLite's signature
        """Delete a file; without a sync of its directory, perhaps not for good."""
        super().xDelete(filename, syncdir)
        self._names.pop(filename, None)
        if syncdir:
            self._durable_names.pop(filename, None)

    def due(self, operation: Literal["write", "sync"], ordinal: int) -> Fault | None:
        """Return the fault that strikes the operation of that ordinal, if one does."""
        fault = self.fault
        if fault is None or fault.operation != operation or ordinal < fault.ordinal:
            return None
        if ordinal > fault.ordinal and not fault.lasting:
            return None
        self.refused += 1
        return fault

    def inode(self, path: str) -> _Inode:
        """Return the file that has this name now."""
        return self._names[path]

    def sync_names(self, path: str) -> None:
        """Make a new file's name durable, and with it what else happened to its directory."""
        if self._durable_names.get(path) is not self._names.get(path):
            self._durable_names = dict(self._names)


class _FaultyFile(apsw.VFSFile):
    """One open file of a faulty disk."""

    def __init__(
        self, disk: FaultyDisk, name: str | apsw.URIFilename, flags: list[int], path: str
    ) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        self._path = path
        self._inode = disk.inode(path)

    def xWrite(self, data: Buffer, offset: int) -> None:
        self._disk.writes += 1
        fault = self._disk.due("write", self._disk.writes)
        content = bytes(data)
        if fault is not None:
            content = content[: len(content) // 2 if fault.error == "short" else 0]
        if content:
            self._inode.pending.append(_Write(offset, content))
            super().xWrite(content, offset)
        if fault is not None:
            raise _refusal(fault)

    def xTruncate(self, newsize: int) -> None:
        self._inode.pending.append(_Truncation(newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._disk.syncs += 1
        self._disk.before_sync(self._disk)
        fault = self._disk.due("sync", self._disk.syncs)
        if fault is not None:
            self._inode.pending.clear()  # as on Linux: the pages count as clean from now on
            raise _refusal(fault)
        if self._disk.honest:
            self._inode.sync()
            self._disk.sync_names(self._path)


def _refusal(fault: Fault) -> apsw.Error:
    words = f"no {fault.operation} from {fault.ordinal} on"
    return apsw.IOError(words) if fault.error == "io" else apsw.FullError(words)
