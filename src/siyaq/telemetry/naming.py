"""Which series a reading belongs to, and what stands there for the thing that was read."""

from __future__ import annotations

import hashlib
import hmac

from siyaq.core.observation import Observation, Thing
from siyaq.sqlite import Connection

_HASH_CHARS = 12


class Naming:
    """The numbers of series, each looked up once. For one connection at a time."""

    def __init__(self, most: int) -> None:
        """`most`: series there may be."""
        self._most = most
        self._key = b""
        self._ids: dict[tuple[str, ...], int] = {}

    def begin(self, database: Connection) -> None:
        """Begin with a connection that was just opened."""
        row = database.execute("SELECT value FROM secrets WHERE name = 'things'").fetchone()
        self._key = bytes(row[0])
        self._ids.clear()

    def forget(self) -> None:
        """Look every series up anew: some may be gone, or never have been committed."""
        self._ids.clear()

    def series_of(self, database: Connection, one: Observation) -> int | None:
        """Return the series of a reading, a new one where it is needed; None where none may be."""
        named = (
            one.source,
            one.thing.kind,
            self._stands_for(one.thing),
            one.property.name,
            one.property.unit,
        )
        shown = (one.thing.site, one.property.label, one.property.label_ar)
        held = self._ids.get((*named, *shown))
        if held is not None:
            return held
        known = database.execute(
            "SELECT 1 FROM series WHERE (source, kind, thing, property, unit) = (?, ?, ?, ?, ?)",
            named,
        ).fetchone()
        newest = database.execute("SELECT coalesce(max(id), 0) FROM series").fetchone()[0]
        if known is None and newest >= self._most:
            return None
        if len(self._ids) >= 2 * self._most:  # of one series, when its site changes
            self._ids.clear()
        row = database.execute(
            "INSERT INTO series (source, kind, thing, property, unit, site, label, label_ar)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " site = excluded.site, label = excluded.label, label_ar = excluded.label_ar"
            " RETURNING id",
            (*named, *shown),
        ).fetchone()
        self._ids[*named, *shown] = int(row[0])
        return int(row[0])

    def _stands_for(self, thing: Thing) -> str:
        """Return what is stored in place of an id: for a personal one, a hash under our own key."""
        if not thing.personal:
            return thing.id
        told = f"{thing.kind}:{thing.id}".encode()
        return hmac.digest(self._key, told, hashlib.sha256).hex()[:_HASH_CHARS]
