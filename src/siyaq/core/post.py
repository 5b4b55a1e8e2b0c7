"""A post and what hangs on it: author, facets, media."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from siyaq.core.clock import PlacedBy
from siyaq.core.ids import AuthorId, PostId, post_id
from siyaq.core.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who posted, as they were when we saw the post."""

    id: AuthorId
    handle: str = ""  # shown to people, without "@"; never a key
    name: str = ""
    followers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A part of the text that means something: a link, a mention, a tag."""

    span: Span
    kind: Literal["link", "mention", "tag"]
    target: str  # URL, AuthorId, or tag without "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, film, sound or link card that a post carries."""

    type: Literal["image", "video", "audio", "link"]
    url: str = ""
    alt: str = ""  # what its author says it shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public post or article, in one version.

    `reply_to`, `root`, `quote_of` and `repost_of` name posts by PostId, held here or not.
    """

    source: str  # chosen by the operator, without a colon: "bluesky", "ira"
    native_id: str  # the platform's own id, as a string always
    author: Author
    text: str
    witnessed_at: datetime
    placed_at: datetime
    placed_by: PlacedBy
    created_at: datetime | None = None
    title: str = ""  # articles only
    lang: str = ""  # BCP 47 primary tag; "" when nobody could tell
    url: str = ""  # the page people open, absolute http(s) or empty
    reply_to: PostId | None = None
    root: PostId | None = None
    quote_of: PostId | None = None
    repost_of: PostId | None = None
    is_repost: bool = False
    links: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    media: tuple[Media, ...] = ()
    license: str = ""
    extra: Mapping[str, object] = field(default_factory=dict[str, object])  # unknown JSON fields

    @property
    def captions(self) -> tuple[str, ...]:
        """What else it is found by: what its pictures show in its author's words, what it reviews.

        Claims are those of schema.org/ClaimReview, as `sources.claim_review` keeps them.
        """
        told = self.extra.get("claim_review")
        reviews = told if isinstance(told, list | tuple) else ()
        claims = (one.get("claim") for one in reviews if isinstance(one, Mapping))
        alts = (one.alt for one in self.media)
        return tuple(one for one in (*alts, *claims) if isinstance(one, str) and one)

    @property
    def id(self) -> PostId:
        """The name of this post outside its source."""
        return post_id(self.source, self.native_id)
