"""Sessions: what a browser holds of somebody who has signed in, until it expires or is ended.

A session is a random token of 256 bits, kept as an HMAC, that leads to the id of a key.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from siyaq.core.errors import UsageError
from siyaq.sqlite import Connection, Database, File, IntegrityError

TOKEN_BYTES = 32
ID_BYTES = 8
MOST_OF_ONE = 20
"""How many sessions one person has at a time; the oldest gives way."""
WRONG = "no account has this name and this password"


class SignInFailed(UsageError):
    """Nobody is let in: no account has this name and this password, or not through this sign-in."""

    code = "sign_in_failed"


@dataclass(frozen=True, slots=True)
class Session:
    """A session that stands. `key_id` is whose it is."""

    id: str
    key_id: str
    expires_at: datetime


class Sessions:
    """The sessions of one data directory. Safe to use from several threads and processes.

    The database is asked at every look: a session that was ended anywhere is refused from the
    next request on. Every method raises StorageError.
    """

    def __init__(self, file: File, pepper: bytes, now: Callable[[], datetime]) -> None:
        self._file = file
        self._reading = Database(file)
        self._reading.open()
        self._pepper = pepper
        self._now = now

    def close(self) -> None:
        """Close the database."""
        self._reading.close()

    def begin(
        self, key_id: str, seconds: int, *, once: str = "", password: str | None = None
    ) -> tuple[Session, str]:
        """Begin a session of a key; return it, and its token, which is kept nowhere.

        `once` names the sign-in that it comes from: a second session of the same one is refused
        with SignInFailed. `password` is what was kept of the one that was right: so is a session
        of one that was replaced while it was looked at, or it would outlive the ends of others.
        """
        now = self._now()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        session = Session(secrets.token_hex(ID_BYTES), key_id, now + timedelta(seconds=seconds))
        with self._file.changed() as database:
            database.execute("DELETE FROM sessions WHERE expires_at <= ?", (now.timestamp(),))
            if password is not None and not self._is_of(database, key_id, password):
                raise SignInFailed(WRONG)
            try:
                database.execute(
                    "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        session.id,
                        self._digest(token),
                        key_id,
                        now.timestamp(),
                        session.expires_at.timestamp(),
                        self._digest(once) if once else None,
                    ),
                )
            except IntegrityError:
                raise SignInFailed(
                    "this sign-in was finished already", hint="sign in anew"
                ) from None
            database.execute(
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE key_id = ?"
                " ORDER BY made_at DESC, rowid DESC LIMIT -1 OFFSET ?)",
                (key_id, MOST_OF_ONE),
            )
        return session, token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, None where none stands."""
        return self._one("digest = ?", self._digest(token)) if token else None

    def stands(self, session_id: str) -> bool:
        """Say whether a session that was found a moment ago still stands."""
        return self._one("id = ?", session_id) is not None

    def end(self, session_id: str) -> None:
        """End a session."""
        with self._file.opened() as database:
            database.execute("DELETE FROM sessions WHERE id = ?", (session_id,))

    def end_all(self, key_id: str) -> int:
        """End every session of a key; return how many there were."""
        with self._file.opened() as database:
            return database.execute("DELETE FROM sessions WHERE key_id = ?", (key_id,)).rowcount

    def count(self) -> dict[str, int]:
        """Return how many sessions stand, by the id of the key."""
        with self._file.opened() as database:
            rows = database.execute(
                "SELECT key_id, count(*) FROM sessions WHERE expires_at > ? GROUP BY key_id",
                (self._now().timestamp(),),
            ).fetchall()
        return dict(rows)

    def _is_of(self, database: Connection, key_id: str, password: str) -> bool:
        return (
            database.execute(
                "SELECT 1 FROM people WHERE key_id = ? AND password = ?", (key_id, password)
            ).fetchone()
            is not None
        )

    def _one(self, where: str, value: str | bytes) -> Session | None:
        with self._reading.lent() as database:
            row = database.execute(
                f"SELECT id, key_id, expires_at FROM sessions WHERE {where}"  # noqa: S608  # ours
                " AND expires_at > ?",
                (value, self._now().timestamp()),
            ).fetchone()
        if row is None:
            return None
        return Session(row[0], row[1], datetime.fromtimestamp(row[2], UTC))

    def _digest(self, token: str) -> bytes:
        return hmac.digest(self._pepper, b"session " + token.encode("utf-8", "replace"), sha256)
