"""Asking for posts, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.core.span import Span, TimeRange

Shows = Callable[[str], bool]
"""Whether posts of a source, by its name, may be seen at all: a part of the log as a whole of its
own, where `Filters` are what somebody asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which posts may be found at all. Empty means no restriction.

    `authors` hold ids or handles without "@"; they and `langs` are compared in lower case.
    """

    placed: TimeRange = TimeRange()
    langs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    only: frozenset[PostId] | None = None  # search inside these posts alone

    def admits(self, post: Post) -> bool:
        """Say whether `post` may be found."""
        author = {post.author.id.lower(), post.author.handle.lower()}
        return (
            post.placed_at in self.placed
            and (not self.langs or post.lang.lower() in map(str.lower, self.langs))
            and (not self.sources or post.source in self.sources)
            and (not self.authors or not author.isdisjoint(map(str.lower, self.authors)))
            and (self.only is None or post.id in self.only)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One information need. `as_of` hides everything placed after it."""

    text: str
    k: int = 20
    filters: Filters = Filters()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """One line of one retriever's list. Scores of different retrievers do not compare."""

    seq: Seq
    score: float
    span: Span | None = None  # the passage that matched; None for the whole text


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line of the final ranking."""

    rank: int  # 1-based
    score: float  # non-increasing with rank
    seq: Seq
    post: Post
    span: Span | None = None  # the best passage, where the text is long
    copies: tuple[PostId, ...] = ()  # near-identical posts folded into this hit, in rank order
    parts: Mapping[str, float] = field(default_factory=dict[str, float])  # for debugging

    @property
    def copy_count(self) -> int:
        """How many posts this hit stands for, itself included."""
        return 1 + len(self.copies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The answer to a Query: hits in order, and how the query was read."""

    hits: tuple[Hit, ...]
    understood: Understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """How a question was read: what it looks for, where, and whether it wants the newest."""

    text: str  # without its operators
    lang: str
    filters: Filters
    wants: Literal["relevant", "latest"] = "relevant"
