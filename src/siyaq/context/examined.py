"""What was found on one claim of a post: each post that bears on it, and what that says."""

from __future__ import annotations

from dataclasses import dataclass, field

from siyaq.core.answer import FactCheck, Stance
from siyaq.core.card import Retelling
from siyaq.core.post import Post
from siyaq.core.span import Span


@dataclass(frozen=True, slots=True)
class Bearing:
    """A sentence of a post, and what it says to a claim.

    `retells`: it says the same, in the other language or in other words.
    """

    post: Post
    span: Span
    stance: Stance
    retells: Retelling | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A post that publishes a review of a claim, and what the review says to it."""

    post: Post
    check: FactCheck
    stance: Stance


@dataclass(slots=True)
class Examined:
    """One claim of the post and every post found that bears on it, earliest first.

    `asked`: the post does not claim it, it asks whether it is so.
    `found` are the posts that were looked at, `reviews` those that publish a review of the claim,
    `retold` every post that says the same in other words, be it by the post's own author.
    """

    claim: Span
    bearings: list[Bearing] = field(default_factory=list[Bearing])
    retold: list[Bearing] = field(default_factory=list[Bearing])
    found: list[Post] = field(default_factory=list[Post])
    reviews: list[Reviewed] = field(default_factory=list["Reviewed"])
    asked: bool = False

    @property
    def fact_checks(self) -> list[Post]:
        """The posts that publish a review of the claim."""
        return [one.post for one in self.reviews]
