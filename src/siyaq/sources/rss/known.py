"""What earlier polls of a feed brought, small enough to be its cursor.

Entries are kept as fingerprints: of their name, and of what they said. So a restart neither
takes them again nor asks for their pages again, and can tell whether anything was missed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from siyaq.sources.rss.values import ParsedEntry

ENTRIES_AT_MOST = 4_000
STALE = timedelta(minutes=10)
"""How much older than the truth the time of the last poll may be after a restart."""

_NAME_BYTES = 6
_SAID_BYTES = 6


class _Position(msgspec.Struct, omit_defaults=True):
    validators: dict[str, str] = {}
    polled_at: datetime | None = None
    entries: dict[str, str] = {}
    children: dict[str, str] = {}


@dataclass(slots=True)
class Known:
    """The feed's validators, a fingerprint of each entry of the last poll, and when that was.

    `children` are the sitemaps of an index, each with when it changed, as told.
    """

    validators: dict[str, str] = field(default_factory=dict[str, str])
    polled_at: datetime | None = None
    entries: dict[str, str] = field(default_factory=dict[str, str])
    children: dict[str, str] = field(default_factory=dict[str, str])
    _told_at: datetime | None = None  # as the last position says

    @classmethod
    def read(cls, position: str) -> Known:
        """Read a cursor; one that cannot be read knows nothing, which costs a poll in full."""
        try:
            told = msgspec.json.decode(position or "{}", type=_Position)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return cls()
        if told.polled_at is not None and told.polled_at.tzinfo is None:
            return cls()
        return cls(told.validators, told.polled_at, told.entries, told.children, told.polled_at)

    def position(self) -> str:
        """Return all of it as the position of a cursor."""
        self._told_at = self.polled_at
        told = _Position(self.validators, self.polled_at, self.entries, self.children)
        return msgspec.json.encode(told).decode()

    def stale(self, now: datetime) -> bool:
        """Say whether a restart would think that we have been away for longer than we were."""
        return self._told_at is not None and now - self._told_at > STALE

    def has(self, name: str, entry: ParsedEntry) -> bool:
        """Say whether the entry was there, and said the same."""
        return self.entries.get(_named(name)) == _said(entry)

    def knows_any(self, names: Iterable[str]) -> bool:
        """Say whether any entry of these names was there."""
        return any(_named(name) in self.entries for name in names)

    def knows_all(self, names: Iterable[str]) -> bool:
        """Say whether every entry of these names was there."""
        return all(_named(name) in self.entries for name in names)

    def take(self, name: str, entry: ParsedEntry) -> None:
        """Note that an entry has been taken as it is."""
        self.entries.pop(_named(name), None)  # the one taken last stands last
        self.entries[_named(name)] = _said(entry)

    def settle(self, seen: Iterable[str], *, whole: bool, children: Mapping[str, str]) -> None:
        """End a poll that showed the entries `seen`: the rest is forgotten where that was `whole`.

        Otherwise the oldest are, beyond ENTRIES_AT_MOST.
        """
        self.children = dict(children)
        if whole:
            kept = {_named(name) for name in seen}
            self.entries = {name: said for name, said in self.entries.items() if name in kept}
        surplus = len(self.entries) - ENTRIES_AT_MOST
        for name in list(self.entries)[: max(0, surplus)]:
            del self.entries[name]


def _named(name: str) -> str:
    return _short(name.encode(errors="replace"), _NAME_BYTES)


def _said(entry: ParsedEntry) -> str:
    return _short(msgspec.msgpack.encode(entry), _SAID_BYTES)


def _short(told: bytes, size: int) -> str:
    return base64.b64encode(hashlib.blake2b(told, digest_size=size).digest()).decode()
