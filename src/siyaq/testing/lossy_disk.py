"""A disk for the index that refuses, and that forgets what was not synced when the power goes.

Files lie in a real directory, which plays the page cache. Beside it the disk remembers what
would be left: bytes are durable from the sync of their file, names from the sync of their folder,
and what tantivy has committed from then on. `cut_power` writes that out, without anything else
or with a random part of it, torn anywhere.
"""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from siyaq.index.disk import Disk
from siyaq.testing.vfs import Fault

_TEAR_BYTES = 512


@dataclass(slots=True)
class _File:
    """What would survive of one file, and what was written to it since its last sync."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])

    def sync(self) -> None:
        for offset, content in self.pending:
            _put(self.durable, offset, content)
        self.pending.clear()

    def after_cut(self, chance: random.Random | None) -> bytes:
        content = bytearray(self.durable)
        for offset, written in self.pending if chance is not None else ():
            for start in range(0, len(written), _TEAR_BYTES):
                piece = written[start : start + _TEAR_BYTES]
                assert chance is not None
                _put(content, offset + start, piece[: chance.choice((0, len(piece), len(piece)))])
        return bytes(content)


class LossyDisk(Disk):
    """Keeps account of every file below `root`. Safe for one thread.

    `fault` may be set and cleared at any time: a "write" is any change, a "sync" any sync, of a
    file, a folder or a commit. `before_sync` is called before anything becomes durable. Without
    `honest` the sync of a file promises and does nothing, without `honest_folders` that of a
    folder.
    """

    def __init__(self, root: Path, *, honest: bool = True, honest_folders: bool = True) -> None:
        self.fault: Fault | None = None
        self.before_sync: Callable[[], None] = lambda: None
        self.writes = 0
        self.syncs = 0
        self.refused = 0
        self._root = root
        self._honest = honest
        self._honest_folders = honest_folders
        self._names: dict[Path, _File | None] = {}  # None: a folder
        self._durable: dict[Path, _File | None] = {}
        self._open: dict[int, _File] = {}

    def cut_power(self, into: Path, *, chance: random.Random | None) -> None:
        """Write to `into` what a cut at this moment would leave of the files below the root."""
        names = dict(self._durable)
        if chance is not None:
            for path in sorted({*self._names, *names}):
                unsettled = names.get(path, ...) is not self._names.get(path, ...)
                if unsettled and chance.random() < 0.5:
                    names.pop(path, None)
                    if path in self._names:
                        names[path] = self._names[path]
        for path in sorted(names):
            if any(parent not in names for parent in self._parents(path)):
                continue  # in a folder that was lost
            target = into / path.relative_to(self._root)
            held = names[path]
            if held is None:
                target.mkdir(parents=True, exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(held.after_cut(chance))

    def create(self, path: Path, size_bytes: int = 0) -> int:
        """Make a file; neither its name nor its size is durable yet."""
        self._change("write")
        handle = super().create(path, size_bytes)
        held = _File(bytearray(), [(size_bytes, b"")] if size_bytes else [])
        self._names[path] = self._open[handle] = held
        return handle

    def open(self, path: Path) -> int:
        """Open a file, of which all that was there before is durable."""
        handle = super().open(path)
        held = self._names.get(path)
        if held is None:
            held = _File(bytearray(path.read_bytes()))
            self._names[path] = self._durable[path] = held
        self._open[handle] = held
        return handle

    def write(self, file: int, content: bytes, offset: int) -> None:
        """Write, all of it or half of it."""
        fault = self._due("write")
        if fault is not None:
            content = content[: len(content) // 2] if fault.error == "short" else b""
        self._open[file].pending.append((offset, content))
        super().write(file, content, offset)
        if fault is not None:
            raise _refusal(fault)

    def sync(self, file: int) -> None:
        """Make a file durable; refused, what was written counts as clean from now on."""
        held = self._open[file]
        self._change("sync", held)
        if self._honest:
            held.sync()

    def close(self, file: int) -> None:
        """Let go of a handle."""
        self._open.pop(file)
        super().close(file)

    def replace(self, staged: Path, path: Path) -> None:
        """Rename; the folder knows of it at its next sync."""
        self._change("write")
        super().replace(staged, path)
        self._names[path] = self._names.pop(staged)

    def make_folder(self, path: Path) -> None:
        """Make a folder; the one above knows of it at its next sync."""
        self._change("write")
        super().make_folder(path)
        self._names[path] = None
        for parent in self._parents(path):
            self._names.setdefault(parent, None)

    def sync_folder(self, path: Path) -> None:
        """Make the names in a folder durable."""
        self._change("sync")
        super().sync_folder(path)
        if not self._honest_folders:
            return
        for name in [name for name in self._durable if name.parent == path]:
            if name not in self._names:
                del self._durable[name]
        for name, held in self._names.items():
            if name.parent == path or name == path:
                self._durable[name] = held

    def settle(self, folder: Path, commit: Callable[[], int]) -> int:
        """Commit; from then on the files that are in the folder are durable, and no others.

        Until then they may be there in any part, as those that tantivy has yet to sync.
        """
        self._change("write")
        self._note_foreign(folder)
        self._change("sync")
        stamp = commit()
        if self._honest:
            self._forget(folder)
            for path, content in _committed(folder).items():
                self._names[path] = self._durable[path] = _File(bytearray(content))
        return stamp

    def remove(self, path: Path) -> None:
        """Remove; a cut may bring it back until its folder is synced."""
        self._change("write")
        super().remove(path)
        for name in [name for name in self._names if name == path or path in name.parents]:
            del self._names[name]

    def _note_foreign(self, folder: Path) -> None:
        """Take account of what tantivy has written into its folder since its last commit."""
        for path, content in _committed(folder).items():
            if path not in self._names:
                self._names[path] = _File(bytearray(), [(0, content)])

    def _forget(self, folder: Path) -> None:
        for held in (self._names, self._durable):
            for path in [path for path in held if path.parent == folder]:
                del held[path]

    def _parents(self, path: Path) -> list[Path]:
        return [parent for parent in path.parents if self._root in parent.parents]

    def _change(self, operation: str, held: _File | None = None) -> None:
        fault = self._due("sync" if operation == "sync" else "write")
        if fault is not None:
            if held is not None:
                held.pending.clear()
            raise _refusal(fault)

    def _due(self, operation: str) -> Fault | None:
        if operation == "sync":
            self.syncs += 1
            self.before_sync()
        else:
            self.writes += 1
        ordinal = self.syncs if operation == "sync" else self.writes
        fault = self.fault
        if fault is None or fault.operation != operation or ordinal < fault.ordinal:
            return None
        if ordinal > fault.ordinal and not fault.lasting:
            return None
        self.refused += 1
        return fault


def _committed(folder: Path) -> dict[Path, bytes]:
    """Return what a folder of tantivy's holds at one moment, whatever it merges meanwhile."""
    meta = folder / "meta.json"
    while True:
        before = meta.read_bytes()
        held: dict[Path, bytes] = {}
        for path in sorted(folder.iterdir()):
            with suppress(FileNotFoundError):
                held[path] = path.read_bytes()
        if meta.read_bytes() == before:
            return held


def _put(content: bytearray, offset: int, written: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(written)] = written


def _refusal(fault: Fault) -> OSError:
    code = errno.EIO if fault.error == "io" else errno.ENOSPC
    return OSError(code, os.strerror(code))
