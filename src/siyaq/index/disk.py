"""What the index asks of the disk: the one seam through which it writes.

Everything that must survive a power cut goes through here, in this order: the bytes of a file,
its sync, its name, the sync of its folder. Tests put a disk of their own in its place, which
forgets what was not synced, or refuses. tantivy writes its files by itself; it is asked for a
commit through `settle`, and what it has committed is durable by its own account.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from siyaq.log import sync_directory


class Disk:
    """The disk of this machine. Raises OSError."""

    def create(self, path: Path, size_bytes: int = 0) -> int:
        """Make an empty file of that size, in the place of any other, and return its handle."""
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        if size_bytes:
            os.ftruncate(file, size_bytes)
        return file

    def open(self, path: Path) -> int:
        """Open a file to write into it, and return its handle."""
        return os.open(path, os.O_RDWR)

    def write(self, file: int, content: bytes, offset: int) -> None:
        """Write all of `content` at a place in the file."""
        while content:
            done = os.pwrite(file, content, offset)
            content, offset = content[done:], offset + done

    def sync(self, file: int) -> None:
        """Make the bytes of a file survive a power cut."""
        os.fsync(file)

    def close(self, file: int) -> None:
        """Let go of a handle."""
        os.close(file)

    def replace(self, staged: Path, path: Path) -> None:
        """Give a file the name of another, which is gone then."""
        staged.replace(path)

    def make_folder(self, path: Path) -> None:
        """Make a folder, and those above it."""
        path.mkdir(parents=True)

    def sync_folder(self, path: Path) -> None:
        """Make the names in a folder survive a power cut."""
        sync_directory(path)

    def settle(self, folder: Path, commit: Callable[[], int]) -> int:
        """Let a library that writes to `folder` by itself make it durable; return its stamp."""
        return commit()

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder with all that is in it."""
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


LOCAL: Final = Disk()
