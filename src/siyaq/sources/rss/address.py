"""Where a feed is and how often it is asked: `rss+https://HOST[:PORT]/path[?every=5m]`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from siyaq.core.errors import ConfigError
from siyaq.core.hosts import is_loopback
from siyaq.sources.option import duration

DEFAULT_SECONDS = 300.0
PUBLIC_FLOOR_SECONDS = 30.0
LOOPBACK_FLOOR_SECONDS = 1.0
CEILING_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """An http(s) URL, its host, and the interval that the operator wants, if any."""

    url: str
    host: str
    every_seconds: float | None

    @classmethod
    def parse(cls, url: str) -> FeedAddress:
        """Read an `rss+http(s)` URL. Raises ConfigError, naming what is wrong with it."""
        parts = urlsplit(url.removeprefix("rss+"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"{url!r} is not of the form 'rss+https://HOST/path'")
        query = parse_qsl(parts.query, keep_blank_values=True)
        every = [value for name, value in query if name == "every"]
        if not every:
            return cls(parts.geturl(), parts.hostname, None)
        seconds = duration(every[-1], "every").total_seconds()
        floor = LOOPBACK_FLOOR_SECONDS if is_loopback(parts.hostname) else PUBLIC_FLOOR_SECONDS
        if not floor <= seconds <= CEILING_SECONDS:
            raise ConfigError(
                f"'every' must be {floor:g} to {CEILING_SECONDS:g} seconds, got {every[-1]!r}"
            )
        rest = urlencode([(name, value) for name, value in query if name != "every"])
        return cls(parts._replace(query=rest).geturl(), parts.hostname, seconds)

    def interval_seconds(self, *, asked_for: float) -> float:
        """Return how long to wait between polls of a feed that asks for `asked_for` (0: nothing).

        The operator's word counts before the feed's.
        """
        if self.every_seconds is not None:
            return self.every_seconds
        return min(CEILING_SECONDS, max(PUBLIC_FLOOR_SECONDS, asked_for or DEFAULT_SECONDS))
