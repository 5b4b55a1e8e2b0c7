"""What readers say of posts, and which of it people who usually disagree both find helpful.

Notes and ratings live in a small SQLite file beside the log. A card is rated like a note, under a
name of its own. Who rates is an opaque name that the caller vouches for: siyaq has no accounts of
readers. Scores are made anew when ratings have changed, seldom enough to cost little.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from siyaq.context.bridging import RATINGS_AT_LEAST, Rating, Score, score
from siyaq.context.rings import merged
from siyaq.core.errors import NotFound, UsageError
from siyaq.core.ids import PostId
from siyaq.core.note import HELPFULNESS, Helpfulness, Note, NoteDraft, NoteScore
from siyaq.sqlite import Connection, Database, File, Layout

NAME: Final = "notes.sqlite"
NOTES_OF_A_POST: Final = 100
TEXT_AT_MOST: Final = 2_000
RATER_AT_MOST: Final = 200
_SHARE_OF_TIME: Final = 0.05  # that scoring may take of a busy hour
_CARD: Final = "card:"
_UNRATED: Final = Score(0.0, 0.0, 0, "needs_more_ratings")

_TABLES = """
    CREATE TABLE IF NOT EXISTS notes (
        id TEXT PRIMARY KEY, post_id TEXT NOT NULL, author TEXT NOT NULL, at TEXT NOT NULL,
        body BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS notes_of ON notes (post_id, at);
    CREATE TABLE IF NOT EXISTS ratings (
        note TEXT NOT NULL, rater TEXT NOT NULL, value REAL NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (note, rater)
    ) WITHOUT ROWID;
"""


class ReadersNotes:
    """The notes and ratings of one data directory. Safe to use from several threads.

    The file is opened when it is first needed. Raises StorageError where it cannot be used.
    """

    def __init__(self, directory: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = Database(File(directory / NAME, Layout((_TABLES,)), "the readers' notes"))
        self._clock = clock
        self._scores: dict[str, Score] = {}
        self._stale = True
        self._next_run = 0.0

    def propose(self, post_id: PostId, draft: NoteDraft, at: datetime) -> Note:
        """Keep a note on a post. Raises UsageError for one that is empty, too long or too many."""
        if not draft.text.strip() or len(draft.text) > TEXT_AT_MOST:
            raise UsageError(f"a note has 1 to {TEXT_AT_MOST} characters")
        _require_name(draft.author)
        note_id = secrets.token_hex(8)
        with self._database.changing() as database:
            (count,) = database.execute(
                "SELECT count(*) FROM notes WHERE post_id = ?", (post_id,)
            ).fetchone()
            if count >= NOTES_OF_A_POST:
                raise UsageError(f"this post has {NOTES_OF_A_POST} notes already")
            database.execute(
                "INSERT INTO notes (id, post_id, author, at, body) VALUES (?, ?, ?, ?, ?)",
                (note_id, post_id, draft.author, at.isoformat(), msgspec.json.encode(draft)),
            )
        return _note(note_id, at, draft, _UNRATED)

    def rate(self, note_id: str, rater: str, helpful: Helpfulness, at: datetime) -> None:
        """Take a rating of a note, in place of the rater's last. Raises NotFound, UsageError.

        Nobody rates a note of their own.
        """
        with self._database.changing() as database:
            found = database.execute("SELECT author FROM notes WHERE id = ?", (note_id,)).fetchone()
            if found is None:
                raise _unknown(note_id)
            if found[0] == rater:
                raise UsageError("nobody rates a note of their own")
            self._rate(database, note_id, rater, helpful, at)

    def rate_card(self, post_id: PostId, rater: str, helpful: Helpfulness, at: datetime) -> None:
        """Take a rating of the card of a post, in place of the rater's last."""
        with self._database.changing() as database:
            self._rate(database, _CARD + post_id, rater, helpful, at)

    def of(self, post_id: PostId) -> list[Note]:
        """Return the notes on a post, the most helpful first."""
        with self._database.lent() as database:
            rows = database.execute(
                "SELECT id, at, body FROM notes WHERE post_id = ? ORDER BY at, id", (post_id,)
            ).fetchall()
            scores = self._scored(database) if rows else {}
            notes = [
                _note(
                    note_id,
                    datetime.fromisoformat(at),
                    msgspec.json.decode(body, type=NoteDraft),
                    scores.get(note_id, _UNRATED),
                )
                for note_id, at, body in rows
            ]
        notes.sort(key=lambda note: (note.score.status != "helpful", -note.score.intercept))
        return notes

    def post_of(self, note_id: str) -> PostId:
        """Return the post that a note is on. Raises NotFound."""
        with self._database.lent() as database:
            found = database.execute(
                "SELECT post_id FROM notes WHERE id = ?", (note_id,)
            ).fetchone()
        if found is None:
            raise _unknown(note_id)
        return PostId(found[0])

    def of_card(self, post_id: PostId) -> NoteScore:
        """Return how helpful readers find the card of a post."""
        with self._database.lent() as database:
            return _score(self._scored(database).get(_CARD + post_id, _UNRATED))

    def forget(self, note_id: str) -> None:
        """Erase a note and its ratings. Raises NotFound."""
        with self._database.changing() as database:
            database.execute("DELETE FROM ratings WHERE note = ?", (note_id,))
            gone = database.execute("DELETE FROM notes WHERE id = ?", (note_id,)).rowcount
            self._stale = True
        if not gone:
            raise _unknown(note_id)

    def forget_post(self, post_id: PostId) -> None:
        """Erase what readers said of a post that is gone."""
        with self._database.changing() as database:
            database.execute(
                "DELETE FROM ratings WHERE note = ? OR note IN"
                " (SELECT id FROM notes WHERE post_id = ?)",
                (_CARD + post_id, post_id),
            )
            database.execute("DELETE FROM notes WHERE post_id = ?", (post_id,))
            self._stale = True

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _rate(
        self,
        database: Connection,
        note: str,
        rater: str,
        helpful: Helpfulness,
        at: datetime,
    ) -> None:
        _require_name(rater)
        database.execute(
            "INSERT INTO ratings (note, rater, value, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET value = excluded.value, at = excluded.at",
            (note, rater, HELPFULNESS[helpful], at.isoformat()),
        )
        self._stale = True

    def _scored(self, database: Connection) -> dict[str, Score]:
        """Return the scores of all notes, made anew if ratings came in and it is time to."""
        began = self._clock()
        if self._stale and began >= self._next_run:
            rows = database.execute("SELECT note, rater, value FROM ratings").fetchall()
            before = {note: one.status for note, one in self._scores.items()}
            self._scores = score(merged([Rating(*row) for row in rows]), before)
            self._stale = False
            ended = self._clock()
            self._next_run = ended + (ended - began) / _SHARE_OF_TIME
        return self._scores


def _unknown(note_id: str) -> NotFound:
    return NotFound(f"no note {note_id[:40]!r} is kept")


def _require_name(rater: str) -> None:
    if not 0 < len(rater) <= RATER_AT_MOST or not rater.isprintable():
        raise UsageError(f"a reader's name has 1 to {RATER_AT_MOST} printable characters")


def _note(note_id: str, at: datetime, draft: NoteDraft, scored: Score) -> Note:
    return Note(
        id=note_id,
        text=draft.text,
        classification=draft.classification,
        misleading_tags=draft.misleading_tags,
        trustworthy_sources=draft.trustworthy_sources,
        at=at,
        score=_score(scored),
    )


def _score(scored: Score) -> NoteScore:
    enough = scored.ratings >= RATINGS_AT_LEAST
    return NoteScore(
        status=scored.status,
        ratings=scored.ratings,
        intercept=scored.intercept if enough else 0.0,
        factor=scored.factor if enough else 0.0,
    )
