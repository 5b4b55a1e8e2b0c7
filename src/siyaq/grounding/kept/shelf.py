"""The shelf of kept answers: a small SQLite file beside the log, with a bound.

It is not the log of record: losing it loses conversations and nothing else. Any number of
processes put answers on it; the oldest fall off. `cites` leads from a post to the answers that
rest on it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from siyaq.core.ids import PostId
from siyaq.grounding.kept.record import Kept
from siyaq.sqlite import Database, File, Layout

NAME = "answers.sqlite"

_TABLES = """
    CREATE TABLE IF NOT EXISTS answers (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS cites (
        post_id TEXT NOT NULL,
        place INTEGER NOT NULL REFERENCES answers (place) ON DELETE CASCADE,
        PRIMARY KEY (post_id, place)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS cites_place ON cites (place);
"""


class AnswerShelf:
    """Keeps the newest `room` answers of one data directory. Safe to use from several threads.

    The file is opened when it is first needed. Raises StorageError where it cannot be read or
    written; nothing that siyaq promises depends on it. With no room nothing is kept.
    """

    def __init__(self, directory: Path, room: int) -> None:
        self._room = room
        self._database = Database(
            File(
                directory / NAME,
                Layout((_TABLES,)),
                "the kept answers",
                "moving the file away loses earlier conversations and nothing else",
            )
        )

    def put(self, kept: Kept) -> None:
        """Keep an answer, in place of one with the same id; beyond the room the oldest go."""
        if not self._room:
            return
        with self._database.changing() as database:
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
        with self._database.lent() as database:
            row = database.execute("SELECT body FROM answers WHERE id = ?", (answer_id,)).fetchone()
            return None if row is None else msgspec.json.decode(row[0], type=Kept)

    def citing(self, post_id: PostId) -> list[str]:
        """Return the ids of the kept answers that rest on a post, the newest first."""
        with self._database.lent() as database:
            rows = database.execute(
                "SELECT id FROM cites JOIN answers USING (place) WHERE post_id = ? "
                "ORDER BY place DESC",
                (post_id,),
            ).fetchall()
        return [str(row[0]) for row in rows]

    def forget(self, answer_id: str) -> bool:
        """Erase an answer and the question it was asked with; False where there was none."""
        with self._database.changing() as database:
            return database.execute("DELETE FROM answers WHERE id = ?", (answer_id,)).rowcount > 0

    def close(self) -> None:
        """Close the file."""
        self._database.close()
