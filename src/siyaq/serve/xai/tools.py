"""Search tools of a request: xAI's, and OpenAI's web search, which is one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from siyaq.serve.errors import BadField, BadTime
from siyaq.serve.xai.limits import Kind, Limits, day, domain

SENTENCES = {"low": 3, "medium": 5, "high": 10}
"""How many sentences an answer may have, by `search_context_size`."""

_Handles = Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=20)]
_Names = Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=100)]


class SearchTool(BaseModel):
    """One search tool with its filters. What concerns images and places is read and not used."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(max_length=64)]
    allowed_x_handles: _Handles = ()
    excluded_x_handles: _Handles = ()
    from_date: str | None = None
    to_date: str | None = None
    allowed_domains: _Names = ()
    excluded_domains: _Names = ()
    filters: dict[str, Any] | None = None
    search_context_size: Literal["low", "medium", "high"] | None = None
    collection_ids: _Names = ()
    vector_store_ids: _Names = ()
    limit: Annotated[int | None, Field(ge=1, le=50)] = None
    max_num_results: Annotated[int | None, Field(ge=1, le=50)] = None

    @property
    def kind(self) -> str:
        """What it searches: "x", "web" or "collections"; "" for a tool that searches nothing."""
        if self.type == "x_search":
            return "x"
        if self.type.startswith("web_search"):
            return "web"
        return "collections" if self.type in ("file_search", "collections_search") else ""

    def limits(self) -> Limits:
        """Return what it may find. Raises BadField or BadTime."""
        if self.kind == "x":
            return self._x()
        if self.kind == "web":
            return self._web()
        most = self.limit or self.max_num_results
        return Limits(sources=self.collection_ids or self.vector_store_ids, most=most)

    def _x(self) -> Limits:
        if self.excluded_x_handles:
            raise BadField(
                "excluded_x_handles cannot be searched by", hint="name those in allowed_x_handles"
            )
        since, until = day(self.from_date, "from_date"), day(self.to_date, "to_date", after=True)
        if since and until and since >= until:
            raise BadTime("from_date must not be after to_date")
        authors = tuple(name.removeprefix("@").lower() for name in self.allowed_x_handles)
        return Limits(frozenset({"social"}), authors=authors, since=since, until=until)

    def _web(self) -> Limits:
        given = self.filters or {}
        allowed = self.allowed_domains or _names(given.get("allowed_domains"))
        excluded = self.excluded_domains or _names(
            given.get("excluded_domains") or given.get("blocked_domains")
        )
        if allowed and excluded:
            raise BadField("give allowed_domains or excluded_domains, not both")
        kinds: frozenset[Kind] = frozenset({"web"}) if allowed or excluded else frozenset()
        return Limits(
            kinds,
            hosts=tuple(map(domain, allowed)),
            not_hosts=tuple(map(domain, excluded)),
            most=SENTENCES[self.search_context_size] if self.search_context_size else None,
        )


def limits_of(tools: Sequence[SearchTool]) -> Limits:
    """Return what several tools may find together.

    Alone, each limits what is searched. Together they open what either may find, by their kinds;
    filters that only one of them has cannot be told apart then, and are refused.
    """
    each = [tool.limits() for tool in tools if tool.kind]
    if not each:
        return Limits()
    if len(each) == 1:
        return each[0]
    if any(one.authors or one.hosts or one.not_hosts or one.sources for one in each):
        raise BadField(
            "filters of one search tool cannot be kept apart from those of another",
            hint="send one search tool with filters, or several without",
        )
    return Limits(
        since=min((one.since for one in each if one.since), default=None),
        until=max((one.until for one in each if one.until), default=None),
        most=max((one.most for one in each if one.most), default=None),
    )


def _names(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadField("domains must be a list of names")
    return tuple(str(one)[:300] for one in value[:100])
