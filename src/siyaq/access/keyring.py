"""The keys of a data directory: made, shown once, known again, revoked."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from siyaq.access import secret, store
from siyaq.access.collections import PUBLIC
from siyaq.access.limits import NO_LIMITS, Limits
from siyaq.access.roles import Role
from siyaq.core.clock import utc_now
from siyaq.core.errors import NotFound, UsageError
from siyaq.sqlite import Connection, Database

MAX_NAME_CHARS = 100
MAX_ORIGINS = 50
_NO_DIGEST = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a key. `origins` are the sites that may use a card-only one."""

    id: str
    name: str
    role: Role
    origins: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    limits: Limits = NO_LIMITS
    collections: tuple[str, ...] = (PUBLIC,)  # whose posts it sees
    digest: bytes = field(repr=False)

    def stands(self, now: datetime) -> bool:
        """Say whether it opens anything at a moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class KeyRing:
    """Knows the keys of one data directory. Safe to use from several threads and processes.

    What is read is kept in memory until the database says that another connection has changed
    it (SQLite's `data_version`), which is asked at every look: a key that was revoked anywhere is
    refused from the next request on.
    """

    def __init__(self, directory: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        """Open the keys, making their folder if need be. Raises StorageError."""
        self._file = store.keys(directory)
        self._reading = Database(self._file)
        self._reading.open()
        self._pepper = store.pepper(directory)
        self._now = now
        self._version = -1
        self._held: Mapping[str, Key] = {}

    def close(self) -> None:
        """Close the database."""
        self._reading.close()

    def create(
        self,
        role: Role,
        *,
        name: str = "",
        origins: Iterable[str] = (),
        expires_at: datetime | None = None,
        limits: Limits = NO_LIMITS,
        collections: Iterable[str] = (PUBLIC,),
    ) -> tuple[Key, str]:
        """Make a key; return what is kept of it, and the key itself, which is not kept.

        `collections` are names that `Collections.checked` has let pass. Raises UsageError for a
        name, origins or an expiry that cannot be.
        """
        bound = tuple(dict.fromkeys(map(_origin, origins)))
        if (role is Role.CARD_ONLY) != bool(bound):
            raise UsageError(
                "a card-only key is bound to the origins of the pages that use it"
                if role is Role.CARD_ONLY
                else f"a key of a {role} is not bound to origins: it must not stand in a page",
                hint="give --origin https://example.org with --role card-only",
            )
        if len(bound) > MAX_ORIGINS or len(name) > MAX_NAME_CHARS or not name.isprintable():
            raise UsageError(
                f"a key has a printable name of at most {MAX_NAME_CHARS} characters"
                f" and at most {MAX_ORIGINS} origins"
            )
        made_at = self._now()
        if expires_at is not None and expires_at <= made_at:
            raise UsageError("a key cannot expire before it is made")
        minted = secret.mint()
        key = Key(
            id=minted.id,
            name=name,
            role=role,
            origins=bound,
            created_at=made_at,
            expires_at=expires_at,
            limits=limits,
            collections=tuple(collections),
            digest=self._digest(minted.key),
        )
        with self._file.changed() as database:
            database.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                (
                    key.id,
                    name,
                    role.value,
                    " ".join(bound),
                    key.digest,
                    made_at.isoformat(),
                    expires_at.isoformat() if expires_at else None,
                ),
            )
            _limit(database, key.id, limits)
            database.execute(
                "INSERT INTO key_collections VALUES (?, ?)", (key.id, " ".join(key.collections))
            )
        return key, minted.key

    def limit(self, key_id: str, limits: Limits) -> None:
        """Give a key limits in place of those it has. Raises NotFound for one that is not there."""
        with self._file.changed() as database:
            if database.execute("SELECT 1 FROM keys WHERE id = ?", (key_id,)).fetchone() is None:
                raise _unknown(key_id)
            _limit(database, key_id, limits)

    def assign(self, key_id: str, role: Role, name: str) -> Key:
        """Give a key of somebody who signs in another role and name. Raises NotFound."""
        held = self.held(key_id)
        if held is None:
            raise _unknown(key_id)
        if (held.role, held.name) == (role, name):
            return held
        with self._file.opened() as database:
            database.execute(
                "UPDATE keys SET role = ?, name = ? WHERE id = ?", (role.value, name, key_id)
            )
        return replace(held, role=role, name=name)

    def revoke(self, key_id: str) -> None:
        """Revoke a key, for ever. Raises NotFound for one that is not there."""
        with self._file.opened() as database:
            done = database.execute(
                "UPDATE keys SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ?",
                (self._now().isoformat(), key_id),
            )
            if not done.rowcount:
                raise _unknown(key_id)

    def listed(self) -> list[Key]:
        """Return every key that was ever made, the oldest first."""
        return list(self._current().values())

    def opens(self) -> bool:
        """Say whether any key stands."""
        now = self._now()
        return any(key.stands(now) for key in self._current().values())

    def find(self, offered: str) -> Key | None:
        """Return the key that was offered, None where it is not one of ours that stands."""
        key_id = secret.id_of(offered)
        if key_id is None:
            return None
        held = self._current().get(key_id)
        digest = self._digest(offered)
        same = hmac.compare_digest(digest, held.digest if held else _NO_DIGEST)
        return held if same and held is not None and held.stands(self._now()) else None

    def held(self, key_id: str) -> Key | None:
        """Return what is kept of a key, also of one that was revoked; None for no key of ours."""
        return self._current().get(key_id)

    def stands(self, key_id: str) -> bool:
        """Say whether a key that was known a moment ago still is."""
        held = self._current().get(key_id)
        return held is not None and held.stands(self._now())

    def used_by_pages_of(self, origin: str) -> bool:
        """Say whether a card-only key that stands is bound to an origin."""
        now = self._now()
        return any(origin in key.origins and key.stands(now) for key in self._current().values())

    def _digest(self, key: str) -> bytes:
        return hmac.digest(self._pepper, key.encode("ascii"), sha256)

    def _current(self) -> Mapping[str, Key]:
        with self._reading.lent() as database:
            (version,) = database.execute("PRAGMA data_version").fetchone()
            if version != self._version:
                rows = database.execute(
                    "SELECT id, name, role, origins, created_at, expires_at, revoked_at,"
                    " digest, requests, tokens, seconds, COALESCE(weight, 1), names"
                    " FROM keys LEFT JOIN limits ON limits.key_id = id"
                    " LEFT JOIN key_collections held ON held.key_id = id"
                    " ORDER BY created_at, id"
                ).fetchall()
                self._held = {key.id: key for key in map(_key, rows)}
                self._version = version
            return self._held


def _unknown(key_id: str) -> NotFound:
    return NotFound(f"no key {key_id[:20]!r}", hint="'siyaq keys list' shows the ids")


def _limit(database: Connection, key_id: str, limits: Limits) -> None:
    database.execute(
        "INSERT OR REPLACE INTO limits VALUES (?, ?, ?, ?, ?)",
        (key_id, limits.requests, limits.tokens, limits.seconds, limits.weight),
    )


_Row = tuple[
    str,
    str,
    str,
    str,
    str,
    str | None,
    str | None,
    bytes,
    int | None,
    int | None,
    int | None,
    int,
    str | None,
]


def _key(row: _Row) -> Key:
    key_id, name, role, origins, created_at, expires_at, revoked_at, digest = row[:8]
    requests, tokens, seconds, weight, collections = row[8:]
    return Key(
        id=key_id,
        name=name,
        role=Role(role),
        origins=tuple(origins.split()),
        created_at=datetime.fromisoformat(created_at),
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        revoked_at=datetime.fromisoformat(revoked_at) if revoked_at else None,
        limits=Limits(requests=requests, tokens=tokens, seconds=seconds, weight=weight or 1),
        collections=(PUBLIC,) if collections is None else tuple(collections.split()),
        digest=digest,
    )


def _origin(text: str) -> str:
    """Return an origin as browsers send it. Raises UsageError."""
    try:
        parts = urlsplit(text.strip().lower())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    whole = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("https", "http") or not parts.hostname or not whole:
        raise UsageError(
            f"{text[:100]!r} is not an origin", hint="an origin is like https://example.org"
        )
    if port == {"https": ":443", "http": ":80"}[parts.scheme]:
        port = ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if not host.isascii() or not all(c.isalnum() or c in ".-:[]" for c in host):
        raise UsageError(f"{text[:100]!r} is not an origin", hint="write the name in Punycode")
    return f"{parts.scheme}://{host}{port}"
