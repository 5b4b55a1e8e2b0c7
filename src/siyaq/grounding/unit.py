"""What may be quoted, and what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.core.query import Hit
from siyaq.core.span import Span


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a post that may be quoted."""

    hit: Hit
    span: Span
    place: int  # among the units of its post

    @property
    def text(self) -> str:
        """The words quoted."""
        return self.span.of(self.hit.post.text)


@dataclass(frozen=True, slots=True)
class Unit(Quote):
    """A quote, and what speaks for it as an answer. Shares are 0..1, of the question's terms."""

    covered: float  # in the unit; rare terms weigh more
    covered_by_sentence: float  # in the whole sentence it was cut from
    covered_around: float  # with the units beside it and the title
    covered_by_post: float
    passage: float  # cosine of the embedded passage that holds most of it
    cosine: float  # of its own words; guessed from the passage where there was no time
    grams: float
    names: float
    titled: float  # share of its title's words that stand in the question; 0 without a title
    headed: bool  # whether its title is a headline, and no name
    holds_asked: bool  # something of the kind asked for that the question does not hold
    around: Span  # of its post: the unit and the units beside it
    days: float  # how much older its post is than the newest found
    lately: bool  # whether the question is about these days
