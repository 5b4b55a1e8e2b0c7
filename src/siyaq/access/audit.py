"""What keys have changed, written down before it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from siyaq.access import store
from siyaq.core.clock import utc_now

KEPT = 100_000
"""How many changes are kept, the newest."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done. `status` is what it came to, None where nobody lived to say."""

    at: datetime
    key_id: str  # "" for everyone on a machine without keys, "cli" for the command line
    action: str  # "POST /v1/posts", "revoke AbCd1234"
    status: int | None


class AuditLog:
    """The changes of one data directory. Safe to use from several threads and processes."""

    def __init__(self, directory: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        """Open it, making its folder if need be. Raises StorageError."""
        self._file = store.keys(directory)
        with self._file.opened():
            pass
        self._now = now

    def begin(self, key_id: str, action: str, status: int | None = None) -> int:
        """Write down what is about to be done; return its place, for `end`."""
        with self._file.opened() as database:
            place = database.execute(
                "INSERT INTO changes (at, key_id, action, status) VALUES (?, ?, ?, ?)",
                (self._now().isoformat(), key_id, action, status),
            ).lastrowid
            assert place is not None
            database.execute("DELETE FROM changes WHERE place <= ?", (place - KEPT,))
        return place

    def end(self, place: int, status: int) -> None:
        """Write down what became of it."""
        with self._file.opened() as database:
            database.execute("UPDATE changes SET status = ? WHERE place = ?", (status, place))

    def newest(self, limit: int = 100) -> list[AuditEntry]:
        """Return the newest changes, the newest first."""
        with self._file.opened() as database:
            rows = database.execute(
                "SELECT at, key_id, action, status FROM changes ORDER BY place DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [AuditEntry(datetime.fromisoformat(at), *rest) for at, *rest in rows]
