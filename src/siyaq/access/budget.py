"""What each key has used: reserved before a call, settled after it, in a database.

The window slides: what was used counts for `window_seconds` from the moment it was reserved, in
steps of a sixtieth of it. A call reserves the most that it may come to, and gives back the rest
when it ends. A call that nobody lived to settle counts with all that it reserved until it leaves
the window: a crash gives nothing away, and holds nothing back for ever.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from siyaq.access import store
from siyaq.access.limits import Amount, Limits, Resource
from siyaq.core.errors import QuotaExhausted
from siyaq.sqlite import Connection, Database, File, Layout

LEASE_SECONDS = 900
"""How long a reservation may be waited for to be settled: no call lasts longer."""

SOON_SECONDS = 2
"""When to ask again where calls under way hold what is asked for."""

_STEPS = 60

_TABLES = """
    CREATE TABLE IF NOT EXISTS spent (
        key_id TEXT, until INTEGER, requests INTEGER, tokens INTEGER, millis INTEGER,
        PRIMARY KEY (key_id, until)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS reserved (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key_id TEXT, until INTEGER, lease INTEGER,
        requests INTEGER, tokens INTEGER, millis INTEGER
    );
    CREATE INDEX IF NOT EXISTS reserved_by ON reserved (key_id);
"""
# a power cut may lose the last calls from the book, a kill loses none
_LAYOUT = Layout((_TABLES,), synchronous="NORMAL")
_HELD = """
    SELECT MIN(until, ?2), requests, tokens, millis, 0 FROM spent WHERE key_id = ?1
    UNION ALL
    SELECT MIN(until, ?2), requests, tokens, millis, lease > ?3 FROM reserved WHERE key_id = ?1
    ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A place in the book of one call that is under way."""

    id: int
    key_id: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class _Held:
    """Something that counts until a moment; `open`: a call under way may give some of it back."""

    until: int
    amounts: Mapping[Resource, float]
    open: bool


class Budget:
    """The book of one data directory. Safe to use from several threads and processes.

    `defaults` are the limits of keys that have none of their own.
    """

    def __init__(
        self,
        directory: Path,
        *,
        defaults: Limits,
        window_seconds: int = 3600,
        now: Callable[[], float] = time.time,
        outcome: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open it, making its folder if need be. Raises StorageError.

        `outcome` is told of each call that limits apply to: "admitted", or the resource for whose
        sake it was refused.
        """
        self._outcome = outcome
        self._database = Database(
            File(store.folder(directory) / "spending.sqlite", _LAYOUT, "what keys have used")
        )
        self._database.open()
        self.defaults = defaults
        self.window_seconds = window_seconds
        self._step = max(1, window_seconds // _STEPS)
        self._now = now

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def reserve(self, key_id: str, limits: Limits, most: Amount) -> Reservation | None:
        """Reserve what a call may come to; None where nothing limits it.

        What is asked for is cut to the limits, so that an empty book never refuses. Raises
        QuotaExhausted, which says when to ask again, and StorageError.
        """
        allowed = limits.over(self.defaults).most()
        if not allowed:
            return None
        cut = Amount(
            requests=most.requests,
            tokens=int(min(most.tokens, allowed.get("tokens", math.inf))),
            seconds=min(most.seconds, allowed.get("seconds", math.inf)),
        )
        now = self._now()
        with self._database.changing() as database:
            database.execute("DELETE FROM spent WHERE until <= ?", (now,))
            database.execute("DELETE FROM reserved WHERE until <= ?", (now,))
            self._refuse_beyond(allowed, cut, self._held(database, key_id, now), now)
            row = (key_id, self._until(now), int(now) + LEASE_SECONDS, *_columns(cut))
            place = database.execute(
                "INSERT INTO reserved (key_id, until, lease, requests, tokens, millis)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            ).lastrowid
        assert place is not None
        self._outcome("admitted")
        return Reservation(place, key_id, cut)

    def settle(self, reservation: Reservation, used: Amount) -> None:
        """Put what a call has used in the place of what it reserved. Raises StorageError."""
        with self._database.changing() as database:
            found = database.execute(
                "DELETE FROM reserved WHERE id = ? RETURNING until", (reservation.id,)
            ).fetchall()
            if not found:  # it has left the window
                return
            database.execute(
                "INSERT INTO spent VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " requests = requests + excluded.requests, tokens = tokens + excluded.tokens,"
                " millis = millis + excluded.millis",
                (reservation.key_id, found[0][0], *_columns(used)),
            )

    def used(self, key_id: str) -> Amount:
        """Return what counts for a key now, reservations with it. Raises StorageError."""
        now = self._now()
        with self._database.lent() as database:
            held = [one for one in self._held(database, key_id, now) if one.until > now]
        return Amount(
            requests=int(sum(one.amounts["requests"] for one in held)),
            tokens=int(sum(one.amounts["tokens"] for one in held)),
            seconds=sum(one.amounts["seconds"] for one in held),
        )

    def _held(self, database: Connection, key_id: str, now: float) -> list[_Held]:
        # a clock that was set back may have left a row too far ahead
        rows = database.execute(_HELD, (key_id, self._until(now), int(now))).fetchall()
        return [
            _Held(
                until, {"requests": calls, "tokens": tokens, "seconds": millis / 1000}, bool(live)
            )
            for until, calls, tokens, millis, live in rows
        ]

    def _refuse_beyond(
        self, allowed: Mapping[Resource, float], most: Amount, held: list[_Held], now: float
    ) -> None:
        asked: dict[Resource, float] = {
            "requests": most.requests,
            "tokens": most.tokens,
            "seconds": most.seconds,
        }
        waits: dict[Resource, int] = {}
        for name, limit in allowed.items():
            over = sum(one.amounts[name] for one in held) + asked[name] - limit
            if over <= 0:
                continue
            given_back = sum(one.amounts[name] for one in held if one.open)
            waits[name] = SOON_SECONDS if over <= given_back else _wait(held, name, over, now)
        if waits:
            worst = max(waits, key=lambda name: waits[name])
            self._outcome(worst)
            raise QuotaExhausted(
                f"this key has used its {allowed[worst]:,.0f} {worst}"
                f" in {self.window_seconds / 60:g} minutes",
                resource=worst,
                retry_after=waits[worst],
            )

    def _until(self, now: float) -> int:
        return math.ceil((now + self.window_seconds) / self._step) * self._step


_ROUNDING = 1e-4
"""Less than the book knows of anything: sums of thousandths are not exact."""


def _wait(held: list[_Held], name: Resource, over: float, now: float) -> int:
    """Return the whole seconds until enough has left the window, the oldest first."""
    for one in held:
        over -= one.amounts[name]
        if over < _ROUNDING:
            return max(1, math.ceil(one.until - now))
    raise AssertionError("an empty book refuses nothing")


def _columns(amount: Amount) -> tuple[int, int, int]:
    return amount.requests, amount.tokens, math.ceil(1000 * amount.seconds)
