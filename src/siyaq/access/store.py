"""The files behind keys: `access/` in the data directory, for its owner's eyes only.

`keys.sqlite` holds keys as digests, and what they changed. `pepper` is the secret that the
digests are made with: a copy of the database alone cannot even tell whether a guess is right.
`people.sqlite` holds who signs in, and their sessions.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from siyaq.core.errors import StorageError
from siyaq.sqlite import File, Layout

FOLDER = "access"
PEPPER_BYTES = 32

_FIRST = """
    CREATE TABLE IF NOT EXISTS keys (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, origins TEXT NOT NULL,
        digest BLOB NOT NULL, created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
    );
    CREATE TABLE IF NOT EXISTS changes (
        place INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, key_id TEXT NOT NULL,
        action TEXT NOT NULL, status INTEGER
    );
"""
_SECOND = """
    CREATE TABLE IF NOT EXISTS limits (
        key_id TEXT PRIMARY KEY, requests INTEGER, tokens INTEGER, seconds INTEGER,
        weight INTEGER NOT NULL
    );
"""
_THIRD = """
    CREATE TABLE IF NOT EXISTS key_collections (key_id TEXT PRIMARY KEY, names TEXT NOT NULL);
"""


def folder(directory: Path) -> Path:
    """Return the folder of keys in a data directory, made if need be. Raises StorageError."""
    place = directory / FOLDER
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot keep keys in {str(place)!r}: {error.strerror}") from error
    return place


def keys(directory: Path) -> File:
    """Return the database of keys, in its folder, which is made if need be. Raises StorageError."""
    return File(folder(directory) / "keys.sqlite", Layout((_FIRST, _SECOND, _THIRD)), "the keys")


def pepper(directory: Path) -> bytes:
    """Return the secret of a data directory, made at the first call."""
    path = directory / FOLDER / "pepper"
    try:
        if not path.exists():
            staged = path.with_name(f"pepper.{os.getpid()}.{secrets.token_hex(4)}")
            handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(secrets.token_bytes(PEPPER_BYTES))
                out.flush()
                os.fsync(out.fileno())
            with suppress(FileExistsError):  # another process was first: its secret it is
                os.link(staged, path)
            staged.unlink()
        found = path.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot keep keys in {str(path)!r}: {error.strerror}") from error
    if len(found) != PEPPER_BYTES:
        raise StorageError(
            f"{str(path)!r} is damaged: no key that was made before can be known again",
            hint=f"move {FOLDER!r} away and make new keys",
        )
    return found
