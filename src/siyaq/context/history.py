"""How each card stood when it was built: a small SQLite file beside the log, with a bound.

It holds ids and counts, no text. It is not the log of record: losing it loses what changed since
and nothing else. Any number of processes write to it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from siyaq.context.standing import Standing, compare
from siyaq.core.card import CardChange
from siyaq.core.ids import PostId
from siyaq.sqlite import Connection, Database, File, Layout

NAME = "cards.sqlite"
VERSIONS_AT_MOST = 50
"""Of one card; the oldest go."""
ROOM = 200_000
"""Versions of all cards together."""

_TABLES = """
    CREATE TABLE IF NOT EXISTS versions (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        post_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        built_at TEXT NOT NULL,
        change BLOB NOT NULL,
        standing BLOB NOT NULL,
        UNIQUE (post_id, revision)
    );
"""
_LAYOUT = Layout((_TABLES,), synchronous="NORMAL")


class CardHistory:
    """The versions of the cards of one data directory. Safe to use from several threads.

    The file is opened when it is first needed. Raises StorageError where it cannot be used.
    """

    def __init__(self, directory: Path) -> None:
        self._database = Database(
            File(
                directory / NAME,
                _LAYOUT,
                "the versions of cards",
                "moving the file away loses what changed since, and nothing else",
            )
        )

    def note(self, post_id: PostId, standing: Standing, at: datetime) -> CardChange:
        """Return what changed since the card was last built, and keep this version if it did."""
        with self._database.changing() as database:
            row = database.execute(
                "SELECT revision, built_at, standing FROM versions WHERE post_id = ?"
                " ORDER BY revision DESC LIMIT 1",
                (post_id,),
            ).fetchone()
            if row is None:
                change = CardChange(kind="new", revision=1, since=None, parts=())
            else:
                revision, built_at, before = row
                old = msgspec.json.decode(before, type=Standing)
                kind, parts = compare(old, standing)
                since = datetime.fromisoformat(built_at)
                if kind == "same" and old.version == standing.version:
                    return CardChange(kind="same", revision=revision, since=since, parts=())
                change = CardChange(kind=kind, revision=revision + 1, since=since, parts=parts)
            database.execute(
                "INSERT INTO versions (post_id, revision, built_at, change, standing)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    post_id,
                    change.revision,
                    at.isoformat(),
                    msgspec.json.encode((change.kind, change.parts)),
                    msgspec.json.encode(standing),
                ),
            )
            self._shrink(database, post_id, change.revision)
        return change

    def versions(self, post_id: PostId) -> list[tuple[datetime, CardChange, Standing]]:
        """Return the versions of a card, the newest first."""
        with self._database.lent() as database:
            rows = database.execute(
                "SELECT revision, built_at, change, standing FROM versions WHERE post_id = ?"
                " ORDER BY revision DESC",
                (post_id,),
            ).fetchall()
            found = []
            moments = [datetime.fromisoformat(row[1]) for row in rows]
            for row, since in zip(rows, [*moments[1:], None][: len(rows)], strict=True):
                told = msgspec.json.decode(row[2], type=tuple[str, tuple[str, ...]])
                change = msgspec.convert(
                    {"kind": told[0], "revision": row[0], "since": since, "parts": told[1]},
                    CardChange,
                )
                standing = msgspec.json.decode(row[3], type=Standing)
                found.append((datetime.fromisoformat(row[1]), change, standing))
        return found

    def forget(self, post_id: PostId) -> None:
        """Erase the versions of a card whose post is gone."""
        with self._database.changing() as database:
            database.execute("DELETE FROM versions WHERE post_id = ?", (post_id,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _shrink(self, database: Connection, post_id: PostId, revision: int) -> None:
        database.execute(
            "DELETE FROM versions WHERE post_id = ? AND revision <= ?",
            (post_id, revision - VERSIONS_AT_MOST),
        )
        database.execute(
            "DELETE FROM versions WHERE place <= (SELECT max(place) FROM versions) - ?", (ROOM,)
        )
