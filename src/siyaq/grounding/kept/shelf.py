"""The shelf of kept answers: a small SQLite file beside the log, with a bound.

It is not the log of record: losing it loses conversations and nothing else. Any number of
processes put answers on it; the oldest fall off. `cites` leads from a post to the answers that
rest on it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import msgspec

from siyaq.core.errors import StorageError
from siyaq.core.ids import PostId
from siyaq.grounding.kept.record import Kept

NAME = "answers.sqlite"
FORMAT = 1
BUSY_SECONDS = 5.0

_SCHEMA = f"""
    PRAGMA journal_mode = WAL;
    PRAGMA secure_delete = ON;
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS answers (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS cites (
        post_id TEXT NOT NULL,
        place INTEGER NOT NULL REFERENCES answers (place) ON DELETE CASCADE,
        PRIMARY KEY (post_id, place)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS cites_place ON cites (place);
    PRAGMA user_version = {FORMAT};
    COMMIT;
"""


class AnswerShelf:
    """Keeps the newest `room` answers of one data directory. Safe to use from several threads.

    The file is opened when it is first needed. Raises StorageError where it cannot be read or
    written; nothing that siyaq promises depends on it. With no room nothing is kept.
    """

    def __init__(self, directory: Path, room: int) -> None:
        self._path = directory / NAME
        self._room = room
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    def put(self, kept: Kept) -> None:
        """Keep an answer, in place of one with the same id; beyond the room the oldest go."""
        if not self._room:
            return
        with self._working() as database, database:
            database.execute("DELETE FROM answers WHERE id = ?", (kept.id,))
            place = database.execute(
                "INSERT INTO answers (id, body) VALUES (?, ?)",
                (kept.id, msgspec.json.encode(kept)),
            ).lastrowid
            database.executemany(
                "INSERT INTO cites (post_id, place) VALUES (?, ?)",
                [(name, place) for name in kept.posts],
            )
            database.execute(
                "DELETE FROM answers WHERE place <= "
                "(SELECT place FROM answers ORDER BY place DESC LIMIT 1 OFFSET ?)",
                (self._room,),
            )

    def find(self, answer_id: str) -> Kept | None:
        """Return a kept answer, None where there is none of that id."""
        with self._working() as database:
            row = database.execute("SELECT body FROM answers WHERE id = ?", (answer_id,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Kept)

    def citing(self, post_id: PostId) -> list[str]:
        """Return the ids of the kept answers that rest on a post, the newest first."""
        with self._working() as database:
            rows = database.execute(
                "SELECT id FROM cites JOIN answers USING (place) WHERE post_id = ? "
                "ORDER BY place DESC",
                (post_id,),
            ).fetchall()
        return [str(row[0]) for row in rows]

    def forget(self, answer_id: str) -> bool:
        """Erase an answer and the question it was asked with; False where there was none."""
        with self._working() as database, database:
            return database.execute("DELETE FROM answers WHERE id = ?", (answer_id,)).rowcount > 0

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _working(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection to one thread at a time."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = _open(self._path)
                yield self._connection
            except (sqlite3.Error, msgspec.DecodeError) as error:
                raise StorageError(
                    f"cannot use the kept answers in {str(self._path)!r}: {error}",
                    hint="moving the file away loses earlier conversations and nothing else",
                ) from error


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        _check_format(connection)
        connection.executescript(_SCHEMA)
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _check_format(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, FORMAT):
        raise sqlite3.DatabaseError(f"its format is {version}, not {FORMAT}")
