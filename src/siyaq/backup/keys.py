"""The keys of backups: one a day, in a folder apart from the backups and from the data.

A backup holds texts that are deleted later. It cannot be rewritten, wherever its copies are; but
without the key of its day nobody can read it. So a key lives no longer than a backup may, and is
overwritten before it is removed. On flash, and on file systems that copy on write, overwriting
reaches the file and perhaps not the medium: keep the folder on a disk that is encrypted itself.
"""

from __future__ import annotations

import os
import re
import secrets
from datetime import date
from pathlib import Path

from siyaq.core.errors import NotFound, StorageError
from siyaq.log import sync_directory

KEY_BYTES = 32
_SUFFIX = ".key"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SECRET = "secret"  # noqa: S105 -- the name of a file


class Keys:
    """A folder of keys. Raises StorageError for what its disk refuses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def exist(self) -> bool:
        """Whether a backup was ever made with this folder."""
        return (self.folder / _SECRET).exists()

    def of(self, day: date) -> bytes:
        """Return the key of a day. Raises NotFound where it was shredded, or never was."""
        try:
            return (self.folder / f"{day.isoformat()}{_SUFFIX}").read_bytes()
        except FileNotFoundError as error:
            raise NotFound(
                f"there is no key of {day.isoformat()} in {str(self.folder)!r}",
                hint="a backup whose key was shredded cannot be read by anybody",
            ) from error

    def begin(self, day: date) -> bytes:
        """Return the key of a day, making it where there is none yet."""
        path = self.folder / f"{day.isoformat()}{_SUFFIX}"
        if not path.exists():
            self._put(path, secrets.token_bytes(KEY_BYTES))
        return self.of(day)

    def secret(self) -> bytes:
        """Return what the names of deleted posts are hashed with; it is made once."""
        path = self.folder / _SECRET
        if not path.exists():
            self._put(path, secrets.token_bytes(KEY_BYTES))
        return path.read_bytes()

    def days(self) -> list[date]:
        """Return the days whose backups can be read, the earliest first."""
        found = (path.stem for path in self.folder.glob(f"*{_SUFFIX}"))
        return sorted(date.fromisoformat(day) for day in found if _DAY.fullmatch(day))

    def shred(self, before: date) -> list[date]:
        """Destroy the keys of all days before that one, and return those days."""
        gone = [day for day in self.days() if day < before]
        for day in gone:
            path = self.folder / f"{day.isoformat()}{_SUFFIX}"
            try:
                with path.open("r+b") as file:
                    file.write(secrets.token_bytes(KEY_BYTES))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()
            except OSError as error:
                raise StorageError(f"cannot shred {str(path)!r}: {error}") from error
        if gone:
            sync_directory(self.folder)
        return gone

    def _put(self, path: Path, content: bytes) -> None:
        staged = path.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(
                os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            staged.replace(path)
            sync_directory(self.folder)
        except OSError as error:
            raise StorageError(f"cannot keep a key in {str(self.folder)!r}: {error}") from error
