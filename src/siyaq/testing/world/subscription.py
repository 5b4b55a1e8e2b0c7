"""What a client of Jetstream asks for, in either dialect: filters, and where to start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import msgspec

from siyaq.testing.world.event import WorldEvent
from siyaq.testing.world.faults import Dialect
from siyaq.testing.world.wire import METHOD

PATHS: dict[str, Dialect] = {f"/xrpc/{METHOD}": "v2", "/subscribe": "v1"}
TIME_CURSOR = 10**15
"""A cursor of at least this is unix microseconds, a smaller one a seq."""

_KINDS = frozenset({"commit", "identity", "account", "sync"})
_MOST_COLLECTIONS = 100
_MOST_DIDS = 10_000
_V2_PARAMETERS = frozenset(
    {"cursor", "kinds", "dids", "collections", "maxMessageSizeBytes", "zstdDictionary"}
)


class Refused(Exception):
    """The request cannot be served; answered with 400 before the upgrade."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A client's wishes. Empty filters let everything through."""

    dialect: Dialect
    cursor: int | None = None
    kinds: frozenset[str] = frozenset()
    collections: tuple[str, ...] = ()
    dids: frozenset[str] = frozenset()
    most_bytes: int = 0  # 0 is no limit
    says_hello: bool = False  # v1: wait for the first options_update
    dictionary: int | None = None  # v2: compress with this one
    compress: bool = False  # v1: compress with the one there is

    def wants(self, event: WorldEvent) -> bool:
        """Say whether an event passes the filters. Collections restrict commits alone."""
        if self.kinds and event.kind not in self.kinds:
            return False
        if self.dids and event.did not in self.dids:
            return False
        if event.kind != "commit" or not self.collections:
            return True
        return any(_matches(event.collection, wanted) for wanted in self.collections)

    def fits(self, message: bytes) -> bool:
        """Say whether a message is within the size the client takes."""
        return not self.most_bytes or len(message) <= self.most_bytes

    def updated(self, message: str | bytes) -> Subscription:
        """Return the subscription after an `options_update` of v1. Raises Refused."""
        if self.dialect == "v2":
            raise Refused("InvalidRequest", "clients send no data")
        try:
            update = msgspec.json.decode(message, type=_Update)
        except ValueError as error:
            raise Refused("InvalidRequest", f"not an options_update: {error}") from error
        return replace(
            self,
            collections=_collections(update.payload.wantedCollections),
            dids=_dids(update.payload.wantedDids),
            most_bytes=max(0, update.payload.maxMessageSizeBytes),
            says_hello=False,
        )


def parse(target: str) -> Subscription:
    """Read the target of a handshake. Raises Refused, or LookupError for another path."""
    parts = urlsplit(target)
    dialect = PATHS[parts.path]
    query = parse_qs(parts.query, keep_blank_values=True)
    unknown = sorted(query.keys() - _V2_PARAMETERS)
    if unknown and dialect == "v2":  # the first version passes over what it does not know
        raise Refused("InvalidRequest", f"unknown parameter {unknown[0]!r}")
    return _read(dialect, query)


def _read(dialect: Dialect, query: Mapping[str, Sequence[str]]) -> Subscription:
    names = ("collections", "dids") if dialect == "v2" else ("wantedCollections", "wantedDids")
    kinds = frozenset(query.get("kinds", ()))
    if not kinds <= _KINDS:
        raise Refused("InvalidRequest", f"unknown kind {sorted(kinds - _KINDS)[0]!r}")
    return Subscription(
        dialect=dialect,
        cursor=_integer(query["cursor"][-1]) if "cursor" in query else None,
        kinds=kinds,
        collections=_collections(query.get(names[0], ())),
        dids=_dids(query.get(names[1], ())),
        most_bytes=_integer(query.get("maxMessageSizeBytes", ["0"])[-1]),
        says_hello=query.get("requireHello", ["false"])[-1] == "true",
        dictionary=_integer(query["zstdDictionary"][-1]) if "zstdDictionary" in query else None,
        compress=query.get("compress", ["false"])[-1] == "true",
    )


def _collections(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) > _MOST_COLLECTIONS:
        raise Refused("InvalidRequest", f"{len(names)} collections, at most {_MOST_COLLECTIONS}")
    return tuple(names)


def _dids(names: Sequence[str]) -> frozenset[str]:
    if len(names) > _MOST_DIDS:
        raise Refused("InvalidRequest", f"{len(names)} dids, at most {_MOST_DIDS}")
    return frozenset(names)


def _integer(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Refused("InvalidRequest", f"not a whole number: {text[:40]!r}")
    return int(text)


def _matches(collection: str, wanted: str) -> bool:
    if wanted.endswith(".*"):
        return collection.startswith(wanted[:-1])
    return collection == wanted


class _Options(msgspec.Struct):
    wantedCollections: list[str] = []  # noqa: N815 (the wire's own spelling)
    wantedDids: list[str] = []  # noqa: N815
    maxMessageSizeBytes: int = 0  # noqa: N815


class _Update(msgspec.Struct, tag="options_update", tag_field="type"):
    payload: _Options
