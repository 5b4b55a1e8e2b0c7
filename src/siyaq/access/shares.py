"""Answers that are shown to whoever has a link, until it expires or is withdrawn."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siyaq.access import store
from siyaq.access.links import Links
from siyaq.access.roles import Principal
from siyaq.core.clock import utc_now
from siyaq.core.errors import NotFound, UsageError
from siyaq.sqlite import File, Layout

MOST_DAYS = 90
MOST = 10_000
"""How many links stand at a time."""

_TABLES = """
    CREATE TABLE IF NOT EXISTS shares (
        id TEXT PRIMARY KEY, answer_id TEXT NOT NULL, owner TEXT NOT NULL,
        created_at REAL NOT NULL, expires_at REAL NOT NULL
    );
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A link to an answer. `owner` is the id of the key that made it."""

    id: str
    answer_id: str
    owner: str
    created_at: datetime
    expires_at: datetime


class Shares:
    """The links of one data directory. Safe to use from several threads and processes.

    Every method raises StorageError. The file is made with the first link.
    """

    def __init__(
        self, directory: Path, links: Links, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._directory = directory
        path = directory / store.FOLDER / "shares.sqlite"
        self._file = File(path, Layout((_TABLES,)), "the links")
        self._links = links
        self._now = now

    def make(self, owner: str, answer_id: str, days: int) -> Share:
        """Make a link that lives for some days. Raises UsageError."""
        if not 1 <= days <= MOST_DAYS:
            raise UsageError(f"a link lives for 1 to {MOST_DAYS} days, not {days}")
        now = self._now()
        share = Share(
            id=secrets.token_hex(8),
            answer_id=answer_id,
            owner=owner,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        store.folder(self._directory)
        with self._file.changed() as database:
            database.execute("DELETE FROM shares WHERE expires_at <= ?", (now.timestamp(),))
            (standing,) = database.execute("SELECT count(*) FROM shares").fetchone()
            if standing >= MOST:
                raise UsageError(
                    f"{MOST} links stand already", hint="withdraw some that are not needed"
                )
            database.execute(
                "INSERT INTO shares VALUES (?, ?, ?, ?, ?)",
                (share.id, answer_id, owner, now.timestamp(), share.expires_at.timestamp()),
            )
        return share

    def listed(self, caller: Principal) -> list[Share]:
        """Return the links that stand and that a caller may withdraw: its own, of an admin all."""
        everyone = caller.oversees
        return [one for one in self._standing() if everyone or one.owner == caller.key_id]

    def withdraw(self, caller: Principal, share_id: str) -> None:
        """Let a link lead nowhere from now on. Raises NotFound."""
        if share_id not in {one.id for one in self.listed(caller)}:
            raise NotFound(f"no link {share_id[:40]!r}")
        with self._file.opened() as database:
            database.execute("DELETE FROM shares WHERE id = ?", (share_id,))

    def token(self, share: Share) -> str:
        """Return what stands in the address of a link."""
        return self._links.token("share", share.id)

    def open(self, token: str) -> Share:
        """Return the link of a token. Raises NotFound where none stands, whatever the reason."""
        share_id = self._links.name("share", token)
        for share in self._standing():
            if share.id == share_id:
                return share
        raise NotFound("nothing is shown at this address, or no longer")

    def _standing(self) -> list[Share]:
        if not self._file.exists:
            return []
        with self._file.opened() as database:
            rows = database.execute(
                "SELECT id, answer_id, owner, created_at, expires_at FROM shares"
                " WHERE expires_at > ? ORDER BY created_at DESC",
                (self._now().timestamp(),),
            ).fetchall()
        return [_share(row) for row in rows]


def _share(row: tuple[str, str, str, float, float]) -> Share:
    name, answer_id, owner, created, expires = row
    return Share(
        id=name,
        answer_id=answer_id,
        owner=owner,
        created_at=datetime.fromtimestamp(created, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
    )
