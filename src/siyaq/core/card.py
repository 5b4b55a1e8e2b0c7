"""The context card: what is behind one post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from siyaq.core.answer import Coverage, Evidence, Reason, Sentence, Usage
from siyaq.core.clock import PlacedBy
from siyaq.core.ids import PostId

Sameness = Literal["exact", "normalized", "near"]
"""How alike two texts are: the same, the same after normalization, or nearly the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierClaim:
    """A post whose client claims a time before the first we witnessed. Listed, not believed."""

    post_id: PostId
    claimed_at: datetime
    witnessed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSeen:
    """The earliest post in our record that says the same thing."""

    post_id: PostId
    at: datetime
    clock: PlacedBy
    sameness: Sameness
    window: Coverage  # when we were listening
    confidence: Literal["high", "medium", "low"]
    earlier_claims: tuple[EarlierClaim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One post of a cluster of copies."""

    post_id: PostId
    author_id: str
    handle: str
    at: datetime
    sameness: Sameness


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many copies appeared from `t` until the next bar."""

    t: datetime
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The cluster of a post: itself and every post that says the same."""

    count: int
    accounts: int
    histogram: tuple[Bar, ...]
    members: tuple[Member, ...]  # in time order, at most 100
    changed: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a near copy changed, word by word."""

    post_id: PostId
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPost:
    """One post of the conversation around a post."""

    post_id: PostId
    handle: str
    at: datetime
    text: str
    relation: Literal["ancestor", "self", "reply", "quote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The conversation around a post: what it answers, and what answers it."""

    posts: tuple[ThreadPost, ...]  # ancestors from the root down, the post, then replies by time
    missing: tuple[PostId, ...] = ()  # named by the thread, not in our record


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextCard:
    """The card of one post, at one moment.

    What could not be found out is named in `unknown`, so that a reader need not guess.
    """

    post_id: PostId
    status: Literal["shown", "not_needed", "abstained"]
    reason: Reason | None
    points: tuple[Sentence, ...]
    first_seen: FirstSeen | None
    copied_from: PostId | None
    copies: Copies
    thread: Thread | None
    unknown: tuple[str, ...]  # closed set of codes, translated where they are shown
    references: tuple[Evidence, ...]
    version: int
    as_of: datetime
    usage: Usage
