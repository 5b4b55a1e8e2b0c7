"""What is true of the world at one moment: the answer key for everything that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from siyaq.testing.world.question import Forms, Question
from siyaq.testing.world.story import Campaign
from siyaq.testing.world.words import Lang

PostState = Literal["live", "deleted", "hidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFacet:
    """A facet that is in range, in UTF-8 bytes, end-exclusive."""

    start_byte: int
    end_byte: int
    kind: str  # "link", "tag" or "mention"
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TruePost:
    """A post as a faithful reader should hold it. A deleted one keeps no text."""

    uri: str
    did: str
    handle: str  # as last announced; "" if never
    state: PostState
    text: str
    langs: tuple[str, ...]  # as declared
    lang: Lang | None  # as really written
    created_at: str  # as claimed
    witnessed_at: datetime  # when the network saw the first version
    changed_at: datetime  # when it saw this one
    placed_at: datetime  # where the post stands in time, by the rule of three clocks
    versions: int
    edited: bool
    reply_to: str
    root: str
    quote_of: str
    facets: tuple[TrueFacet, ...]
    story: str
    states: tuple[str, ...]
    refusable: bool  # absent is right too


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueArticle:
    """The latest version of an article."""

    guid: str
    paper: Lang
    title: str
    text: str
    published_at: datetime
    updated_at: datetime
    story: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueStory:
    """What is known of a story so far."""

    id: str
    kind: str
    headline: bool
    started_at: datetime
    names: Forms
    facts: Mapping[str, Forms]  # those that some live post or article states
    posts: tuple[str, ...]  # at-URIs of live posts
    articles: tuple[str, ...]  # guids
    campaign: Campaign | None  # with the live members only
    same_picture: tuple[str, ...]  # at-URIs of live posts with one picture, by time


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything a faithful reader holds at `at`."""

    at: datetime
    posts: Mapping[str, TruePost]
    articles: Mapping[str, TrueArticle]
    handles: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]  # every handle that each account went by, in order
    stories: tuple[TrueStory, ...]
    questions: tuple[Question, ...]
    edited: tuple[str, ...]
    deleted: tuple[str, ...]
    hidden: tuple[str, ...]

    @property
    def live(self) -> dict[str, TruePost]:
        """The posts that may be shown."""
        return {uri: post for uri, post in self.posts.items() if post.state == "live"}
