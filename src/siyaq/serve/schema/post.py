"""Posts, what a search finds, and how posts that were sent in fared."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class AuthorJson(TypedDict):
    """Who posted, as they were then."""

    id: str
    handle: str
    name: str
    followers: int | None


class MediaJson(TypedDict):
    """What a post carries besides text."""

    type: str
    url: NotRequired[str]
    alt: NotRequired[str]


class PostJson(TypedDict):
    """The Post format, with `post_id` and the place in time that siyaq gives it.

    Fields without a value are left out; fields that siyaq does not know are kept as they came.
    """

    id: str
    source: str
    author: AuthorJson
    text: str
    created_at: NotRequired[str]
    witnessed_at: str
    lang: NotRequired[str]
    url: NotRequired[str]
    reply_to: NotRequired[str]
    root: NotRequired[str]
    quote_of: NotRequired[str]
    repost_of: NotRequired[str]
    is_repost: NotRequired[bool]
    links: NotRequired[list[str]]
    media: NotRequired[list[MediaJson]]
    facets: NotRequired[list[dict[str, object]]]
    title: NotRequired[str]
    license: NotRequired[str]
    post_id: str
    placed_at: str
    placed_by: str


class SpanJson(TypedDict):
    """[start, end) in code points of a post's text."""

    start: int
    end: int


class HitJson(TypedDict):
    """One line of the ranking. `copies` are near-identical posts folded into it."""

    rank: int
    score: float
    post: PostJson
    span: SpanJson | None
    copies: list[str]
    copy_count: int


class FiltersJson(TypedDict):
    """Which posts could be found."""

    since: str | None
    until: str | None
    lang: list[str]
    source: list[str]
    author: list[str]


class UnderstoodJson(TypedDict):
    """How the query was read."""

    text: str
    lang: str
    wants: str
    filters: FiltersJson


class SearchJson(TypedDict):
    """The ranking of a query."""

    hits: list[HitJson]
    understood: UnderstoodJson


class IngestReportJson(TypedDict):
    """What became of an ingest. Everything counted is durable."""

    created: int
    updated: int
    deleted: int
    unchanged: int
    stale: int
    posts: int
    refused: dict[str, int]
    refused_examples: list[str]


class DeliveredJson(TypedDict):
    """What became of a delivery to a webhook. All of it is durable."""

    taken: int
    refused: dict[str, int]
    repeated: bool
