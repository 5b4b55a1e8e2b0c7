"""`search_parameters`: xAI's Live Search, which xAI has withdrawn and old programs still send."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from siyaq.serve.errors import BadField, BadTime
from siyaq.serve.xai.limits import Kind, Limits, day, domain

_Names = Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=20)]


class SearchSource(BaseModel):
    """Where to search. "x" is every network that is followed, "web" and "news" are feeds."""

    model_config = ConfigDict(extra="allow")

    type: Literal["web", "news", "x", "rss", "bluesky", "mastodon", "posts"]
    allowed_websites: _Names = ()
    excluded_websites: _Names = ()
    included_x_handles: _Names = ()
    x_handles: _Names = ()
    excluded_x_handles: _Names = ()
    links: _Names = ()


class SearchParameters(BaseModel):
    """The withdrawn parameters, as limits of a question. siyaq always searches."""

    model_config = ConfigDict(extra="allow")

    mode: Literal["off", "auto", "on"] = "auto"
    return_citations: bool = True
    from_date: str | None = None
    to_date: str | None = None
    max_search_results: Annotated[int, Field(ge=1, le=50)] = 15
    sources: Annotated[tuple[SearchSource, ...], Field(max_length=20)] = ()

    def limits(self) -> Limits:
        """Return what may be found. Raises BadField or BadTime."""
        if self.mode == "off":
            raise BadField(
                "siyaq answers from posts alone: search cannot be off", hint="leave mode out"
            )
        if any(one.excluded_x_handles for one in self.sources):
            raise BadField(
                "excluded_x_handles cannot be searched by", hint="name those in included_x_handles"
            )
        since, until = day(self.from_date, "from_date"), day(self.to_date, "to_date", after=True)
        if since and until and since >= until:
            raise BadTime("from_date must not be after to_date")
        handles = [
            name for one in self.sources for name in (*one.included_x_handles, *one.x_handles)
        ]
        allowed = [name for one in self.sources for name in (*one.allowed_websites, *one.links)]
        excluded = [name for one in self.sources for name in one.excluded_websites]
        return Limits(
            self._kinds(),
            sources=tuple(one.type for one in self.sources if one.type in ("bluesky", "mastodon")),
            authors=tuple(name.removeprefix("@").lower() for name in handles),
            hosts=tuple(map(domain, allowed)),
            not_hosts=tuple(map(domain, excluded)),
            since=since,
            until=until,
            most=self.max_search_results,
        )

    def _kinds(self) -> frozenset[Kind]:
        kinds: set[Kind] = set()
        for one in self.sources:
            kinds.add("web" if one.type in ("web", "news", "rss") else "social")
        return frozenset(kinds) if len(kinds) == 1 else frozenset()
