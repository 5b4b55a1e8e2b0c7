"""Where a feed is and how it is followed: `rss+https://HOST[:PORT]/path[?every=5m&pages=1]`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from siyaq.core.errors import ConfigError
from siyaq.core.hosts import is_loopback
from siyaq.sources.option import duration
from siyaq.sources.rss.rhythm import CEILING_SECONDS as RHYTHM_CEILING_SECONDS

DEFAULT_SECONDS = 300.0
PUBLIC_FLOOR_SECONDS = 30.0
LOOPBACK_FLOOR_SECONDS = 1.0
CEILING_SECONDS = 86_400.0
SINCE = timedelta(days=2)

_OPTIONS = ("every", "pages", "since", "websub")
_KINDS = ("rss+", "sitemap+", "site+")


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """An http(s) URL, its host, and what the operator wants of it.

    `pages`: the articles behind the entries are read too. `front`: it is the front page of a site.
    `since`: how far back the pages of a sitemap are read at first. `websub`: the address at which
    hubs reach this server, "" for none.
    """

    url: str
    host: str
    every_seconds: float | None = None
    pages: bool = False
    since: timedelta = SINCE
    websub: str = ""
    front: bool = False

    @classmethod
    def parse(cls, url: str) -> FeedAddress:
        """Read a URL of one of these kinds. Raises ConfigError, naming what is wrong with it."""
        kind = next((kind for kind in _KINDS if url.startswith(kind)), "")
        parts = urlsplit(url.removeprefix(kind))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            form = kind or _KINDS[0]
            raise ConfigError(f"{url!r} is not of the form '{form}https://HOST/path'")
        query = parse_qsl(parts.query, keep_blank_values=True)
        told = {name: value for name, value in query if name in _OPTIONS}
        if told:
            rest = urlencode([(name, value) for name, value in query if name not in _OPTIONS])
            parts = parts._replace(query=rest)
        return cls(
            parts.geturl(),
            parts.hostname or "",
            every_seconds=_every(told["every"], parts) if "every" in told else None,
            front=kind == "site+",
            pages=kind in ("sitemap+", "site+") or _switch(told.get("pages", "0"), "pages"),
            since=duration(told["since"], "since") if "since" in told else SINCE,
            websub=_callback_base(told.get("websub", "")),
        )

    def interval_seconds(self, *, asked_for: float, usual: float | None = None) -> float:
        """Return how long to wait between polls.

        The operator's word counts before all. Else it is the `usual` time of the feed where that
        is known, but never less than what the feed or its server asks for (0: nothing).
        """
        if self.every_seconds is not None:
            return self.every_seconds
        if usual is None:
            wanted = asked_for or DEFAULT_SECONDS
        else:
            wanted = max(asked_for, min(usual, RHYTHM_CEILING_SECONDS))
        return min(CEILING_SECONDS, max(PUBLIC_FLOOR_SECONDS, wanted))


def _every(text: str, parts: SplitResult) -> float:
    seconds = duration(text, "every").total_seconds()
    loopback = is_loopback(parts.hostname or "")
    floor = LOOPBACK_FLOOR_SECONDS if loopback else PUBLIC_FLOOR_SECONDS
    if not floor <= seconds <= CEILING_SECONDS:
        raise ConfigError(f"'every' must be {floor:g} to {CEILING_SECONDS:g} seconds, got {text!r}")
    return seconds


def _switch(text: str, option: str) -> bool:
    if text not in ("0", "1"):
        raise ConfigError(f"{option!r} must be 0 or 1, got {text!r}")
    return text == "1"


def _callback_base(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ConfigError(
            f"'websub' must be the http(s) address of this server as hubs see it, got {text!r}"
        )
    return text.rstrip("/")
