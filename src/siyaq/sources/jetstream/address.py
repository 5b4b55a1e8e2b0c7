"""Where a Jetstream server is, and what it is asked for: `jetstream://HOST[:PORT][/path][?…]`.

Options: `dialect=v1|v2` (else tried in turn, newest first), `since=10m` (how much history the
very first connection asks for), `collections=…` and `dids=…` (repeatable), `zstd=fetch` (ask for
a compressed stream, with the dictionary that a v2 server offers) or `zstd=PATH` (with a dictionary
in a file: a v1 server has one that it does not offer).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from siyaq.core.errors import ConfigError
from siyaq.core.hosts import is_loopback
from siyaq.sources.option import duration

Dialect = Literal["v1", "v2"]

PATHS: dict[Dialect, str] = {
    "v2": "/xrpc/network.bsky.jetstream.subscribeEvents",
    "v1": "/subscribe",
}
POST_COLLECTION = "app.bsky.feed.post"
KINDS = ("commit", "account", "identity", "sync")
"""Asked for in v2. Without account and sync, deletions of whole accounts would be missed."""

_OPTIONS = frozenset({"dialect", "since", "collections", "dids", "zstd"})
_MOST_IN_URL = 100
"""More accounts than this do not fit into a URL; v1 takes them in a message instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A Jetstream endpoint. `path` is None where the dialect decides it."""

    scheme: Literal["ws", "wss"]
    netloc: str
    path: str | None
    dialects: tuple[Dialect, ...]  # in the order in which they are tried
    since: timedelta | None
    collections: tuple[str, ...]
    dids: tuple[str, ...]
    zstd: str  # "", "fetch", or the path of a dictionary

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a `jetstream` URL. Raises ConfigError, naming what is wrong with it."""
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        unknown = sorted(options.keys() - _OPTIONS)
        if not parts.hostname:
            raise ConfigError(f"{url!r} names no host")
        if unknown:
            allowed = ", ".join(sorted(_OPTIONS))
            raise ConfigError(
                f"unknown option {unknown[0]!r} in {url!r}", hint=f"one of: {allowed}"
            )
        path = parts.path if parts.path.strip("/") else None
        return cls(
            scheme=_scheme(parts.scheme, parts.hostname),
            netloc=parts.netloc.rpartition("@")[2],
            path=path,
            dialects=_dialects(options.get("dialect", [""])[-1], path),
            since=duration(options["since"][-1], "since") if "since" in options else None,
            collections=tuple(options.get("collections", [POST_COLLECTION])),
            dids=tuple(options.get("dids", [])),
            zstd=options.get("zstd", [""])[-1],
        )

    def partition(self, dialect: Dialect) -> str:
        """Name the sequence of events that a cursor counts: cursors mean nothing elsewhere."""
        return f"{self.netloc}{self.path or PATHS[dialect]}"

    def request(self, dialect: Dialect, cursor: int | None, dictionary: int | None = None) -> str:
        """Return the WebSocket URL that asks for events from `cursor` on.

        `dictionary` is the id of the zstd dictionary to compress with, None for plain messages.
        """
        names = ("collections", "dids") if dialect == "v2" else ("wantedCollections", "wantedDids")
        query: list[tuple[str, str]] = []
        if self.hello(dialect) is None:
            query += [(names[0], name) for name in self.collections]
            query += [(names[1], did) for did in self.dids]
        else:
            query.append(("requireHello", "true"))
        if dialect == "v2":
            query += [("kinds", kind) for kind in KINDS]
        if dictionary is not None:
            query.append(
                ("zstdDictionary", str(dictionary)) if dialect == "v2" else ("compress", "true")
            )
        if cursor is not None:
            query.append(("cursor", str(cursor)))
        return f"{self.scheme}://{self.partition(dialect)}?{urlencode(query)}"

    def hello(self, dialect: Dialect) -> dict[str, object] | None:
        """Return the message that tells a v1 server what is wanted, where a URL cannot."""
        if dialect == "v2" or len(self.dids) <= _MOST_IN_URL:
            return None
        wanted = {
            "wantedCollections": list(self.collections),
            "wantedDids": list(self.dids),
            "maxMessageSizeBytes": 0,
        }
        return {"type": "options_update", "payload": wanted}

    @property
    def dictionary_url(self) -> str:
        """Where a v2 server offers its dictionary."""
        scheme = "https" if self.scheme == "wss" else "http"
        return f"{scheme}://{self.netloc}/xrpc/network.bsky.jetstream.getZstdDictionary"


def _scheme(scheme: str, host: str) -> Literal["ws", "wss"]:
    if scheme == "jetstream+ws" or (scheme == "jetstream" and is_loopback(host)):
        return "ws"
    return "wss"


def _dialects(option: str, path: str | None) -> tuple[Dialect, ...]:
    for dialect in PATHS:
        if option == dialect:
            return (dialect,)
    if option:
        raise ConfigError(f"dialect must be 'v1' or 'v2', got {option!r}")
    if path is None:
        return ("v2", "v1")
    return ("v2",) if "/xrpc/" in path else ("v1",)
