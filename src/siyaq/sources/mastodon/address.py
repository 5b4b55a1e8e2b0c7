"""Which server, and which of its streams: `mastodon://SERVER[/stream][?…]`.

The path names one stream: `public` (where none is named), `public/local`, `public/remote`,
`hashtag/TAG`, `hashtag/local/TAG`, `list/ID`, `user`. `?stream=…` names more, with the same
words; all of them share one WebSocket. Other options: `since=10m` (how much history the very
first connection asks for), `transport=ws|sse`, `consent=indexable|discoverable|public` (whose
posts are taken), `token_file=PATH`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from siyaq.core.errors import ConfigError
from siyaq.core.hosts import is_loopback
from siyaq.sources.option import duration

Transport = Literal["ws", "sse"]
Consent = Literal["indexable", "discoverable", "public"]

MOST_STREAMS = 20

_OPTIONS = frozenset({"stream", "since", "transport", "consent", "token_file"})
_PLAIN = frozenset({"public", "public:local", "public:remote", "user"})
_NAMED = re.compile(r"(hashtag|hashtag:local|list)[:/]([^/:\s?#&]{1,100})")
_LOCAL = timedelta(seconds=5)
_FEDERATED = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a server. `argument` is the tag or the list, where there is one."""

    name: str  # as the WebSocket calls it: "public:local", "hashtag"
    argument: str = ""

    @classmethod
    def parse(cls, words: str) -> Stream:
        """Read "public/local" or "hashtag:news". Raises ConfigError."""
        name = words.strip("/").replace("/", ":")
        if name in _PLAIN:
            return cls(name)
        match = _NAMED.fullmatch(name)
        if match is None:
            raise ConfigError(
                f"no stream is called {words!r}",
                hint="one of: public, public/local, public/remote, hashtag/TAG,"
                " hashtag/local/TAG, list/ID, user",
            )
        return cls(match[1], unquote(match[2]).removeprefix("#"))

    @property
    def key(self) -> str:
        """Its name in cursors and messages."""
        return f"{self.name}:{self.argument}" if self.argument else self.name

    @property
    def event_path(self) -> str:
        """Where it is streamed as server-sent events, after `/api/v1/streaming`."""
        path = f"/{self.name.replace(':', '/')}"
        return f"{path}?{urlencode(self._arguments)}" if self.argument else path

    @property
    def wish(self) -> dict[str, str]:
        """What a WebSocket is told to subscribe to it."""
        return {"type": "subscribe", "stream": self.name, **self._arguments}

    @property
    def timeline(self) -> tuple[str, dict[str, str]]:
        """Its REST path and parameters, for what was missed."""
        kind, _, part = self.name.partition(":")
        only = {part: "true"} if part else {}
        match kind:
            case "hashtag":
                return f"/api/v1/timelines/tag/{self.argument}", only
            case "list":
                return f"/api/v1/timelines/list/{self.argument}", {}
            case "user":
                return "/api/v1/timelines/home", {}
        return "/api/v1/timelines/public", only

    @property
    def rewind(self) -> timedelta:
        """How far behind the last post to begin when filling a gap.

        Ids follow the time at which a post was written. One that was written elsewhere may
        arrive after younger ones, so that its id is less than what we have already.
        """
        return _LOCAL if self.name.endswith(":local") else _FEDERATED

    @property
    def _arguments(self) -> dict[str, str]:
        if not self.argument:
            return {}
        return {"list" if self.name == "list" else "tag": self.argument}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server, and what is wanted of it."""

    base: str  # "https://mastodon.example", without a path
    server: str  # "mastodon.example", with the port where there is one
    streams: tuple[Stream, ...]
    since: timedelta | None
    transports: tuple[Transport, ...]  # in the order in which they are tried
    consent: Consent
    token_file: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a `mastodon` URL. Raises ConfigError, naming what is wrong with it."""
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        unknown = sorted(options.keys() - _OPTIONS)
        if not parts.hostname:
            raise ConfigError(f"{url!r} names no server")
        if parts.username is not None:
            raise ConfigError("a mastodon URL holds no password", hint="use ?token_file=PATH")
        if unknown:
            allowed = ", ".join(sorted(_OPTIONS))
            raise ConfigError(
                f"unknown option {unknown[0]!r} in {url!r}", hint=f"one of: {allowed}"
            )
        named = [parts.path] if parts.path.strip("/") else []
        named += options.get("stream", [])
        streams = tuple(dict.fromkeys(Stream.parse(name) for name in named or ["public"]))
        if len(streams) > MOST_STREAMS:
            raise ConfigError(f"{len(streams)} streams in {url!r}, at most {MOST_STREAMS}")
        plain = parts.scheme == "mastodon+http" or (
            parts.scheme == "mastodon" and is_loopback(parts.hostname)
        )
        return cls(
            base=f"{'http' if plain else 'https'}://{parts.netloc}",
            server=parts.netloc.lower(),
            streams=streams,
            since=duration(options["since"][-1], "since") if "since" in options else None,
            transports=_transports(options.get("transport", [""])[-1]),
            consent=_consent(options.get("consent", ["indexable"])[-1]),
            token_file=options.get("token_file", [""])[-1],
        )

    def partition(self, stream: Stream) -> str:
        """Name the sequence that a cursor counts."""
        return f"{self.server}/{stream.key}"


def _transports(option: str) -> tuple[Transport, ...]:
    match option:
        case "":
            return ("ws", "sse")
        case "ws" | "sse":
            return (option,)
    raise ConfigError(f"transport must be 'ws' or 'sse', got {option!r}")


def _consent(option: str) -> Consent:
    match option:
        case "indexable" | "discoverable" | "public":
            return option
    raise ConfigError(
        f"consent must be 'indexable', 'discoverable' or 'public', got {option!r}",
        hint="'indexable' takes posts of accounts that want to be searched",
    )
