"""What tools and parameters come to: which posts may be found, and how many are used.

"X" stands for every network whose posts are followed, "web" for feeds and articles, and a
collection is one of the settings, or a source, by its name. Sites are those of the feeds: a feed's
host stands for what it hands over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC as UTC
from datetime import date, datetime, time, timedelta
from typing import Literal
from urllib.parse import urlsplit

from siyaq.core.query import Filters
from siyaq.core.reports import SourceStatus
from siyaq.core.span import TimeRange
from siyaq.serve.errors import BadTime

Kind = Literal["social", "web"]
NOTHING = "\N{EMPTY SET}"
"""The name of no source: what is limited to it finds nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Which posts may be found: by one search tool, or by all of a request together."""

    kinds: frozenset[Kind] = frozenset()  # empty: of any kind
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    not_hosts: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    most: int | None = None  # sources that an answer may use

    def filters(self, followed: Sequence[SourceStatus]) -> Filters:
        """Return them as the product takes them, over the sources that there are."""
        return Filters(
            placed=TimeRange(self.since, self.until),
            sources=self._sources(followed),
            authors=self.authors,
        )

    def _sources(self, followed: Sequence[SourceStatus]) -> tuple[str, ...]:
        if not (self.kinds or self.sources or self.hosts or self.not_hosts):
            return ()
        named = {one.source for one in followed if self._admits(one)}
        if self.sources:
            known = {name for one in followed for name in (one.source, *one.collections)}
            named |= set(self.sources) - known
        if named >= {one.source for one in followed} and not self.sources:
            return ()
        return tuple(sorted(named)) or (NOTHING,)

    def _admits(self, source: SourceStatus) -> bool:
        if self.sources and {source.source, *source.collections}.isdisjoint(self.sources):
            return False
        kind = kind_of(source.url)
        if self.kinds and kind is not None and kind not in self.kinds:
            return False
        host = (urlsplit(source.url).hostname or "").lower()
        if kind == "social":
            return True
        return (not self.hosts or within(host, self.hosts)) and not within(host, self.not_hosts)


def kind_of(url: str) -> Kind | None:
    """Return what a source is by its address; None for what was brought in by hand."""
    scheme = urlsplit(url).scheme.lower()
    if not scheme or scheme == "file":
        return None
    return "web" if scheme.startswith(("rss", "http", "atom")) else "social"


def within(host: str, domains: Iterable[str]) -> bool:
    """Say whether a host is one of some domains or below it."""
    return any(host == one or host.endswith(f".{one}") for one in domains)


def domain(text: str) -> str:
    """Return a domain as people write it, without scheme, path and "www."."""
    name = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    return name.lower().removeprefix("www.")


def day(text: str | None, name: str, *, after: bool = False) -> datetime | None:
    """Return the start of a day in UTC, or of the day `after` it. Raises BadTime."""
    if not text:
        return None
    try:
        found = date.fromisoformat(text[:10])
        start = datetime.combine(found, time(), UTC)
        return start + timedelta(days=1) if after else start
    except (ValueError, OverflowError) as error:
        raise BadTime(f"{name} must be a day like 2026-11-21") from error
