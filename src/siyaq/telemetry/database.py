"""The file of readings: where it is, its secret, and how erased bytes leave it."""

from __future__ import annotations

import secrets
from pathlib import Path

from siyaq.core.errors import StorageError
from siyaq.sqlite import Connect, Connection, File, connect
from siyaq.telemetry.schema import LAYOUT, NAME


def file_of(directory: Path, connecting: Connect = connect) -> File:
    """Return the file of a data directory. `connecting`: what connects to it."""
    return File(directory / NAME, LAYOUT, "the readings", connecting=connecting)


def keep_secret(connection: Connection) -> None:
    """Make the secret that personal ids are hashed with, unless it is there."""
    connection.execute(
        "INSERT INTO secrets VALUES ('things', ?) ON CONFLICT DO NOTHING",
        (secrets.token_bytes(32),),
    )


def emptied(connection: Connection, path: Path) -> None:
    """Leave no erased byte in the write-ahead log. Raises StorageError where a reader is at it."""
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StorageError(
            f"cannot purge {str(path)!r}: a reader holds on to it", hint="ask again later"
        )
