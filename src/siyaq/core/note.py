"""Readers' notes on posts, and how helpful other readers find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Helpfulness = Literal["helpful", "somewhat_helpful", "not_helpful"]
HELPFULNESS: Mapping[Helpfulness, float] = {
    "helpful": 1.0,
    "somewhat_helpful": 0.5,
    "not_helpful": 0.0,
}
"""What a reader says of a note, and as a number."""

NoteStatus = Literal["helpful", "not_helpful", "needs_more_ratings"]

Classification = Literal["misinformed_or_potentially_misleading", "not_misleading"]

MisleadingTag = Literal[
    "disputed_claim_as_fact",
    "factual_error",
    "manipulated_media",
    "misinterpreted_satire",
    "missing_important_context",
    "outdated_information",
    "other",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDraft:
    """What a reader proposes to say of a post: the fields of Community Notes' own API."""

    text: str
    author: str  # an opaque name that the caller vouches for; never shown
    classification: Classification
    misleading_tags: tuple[MisleadingTag, ...] = ()
    trustworthy_sources: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteScore:
    """How helpful readers find it: `intercept`, agreement across camps; `factor`, which camp."""

    status: NoteStatus
    ratings: int
    intercept: float
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A reader's note on a post. Words of a reader, not of the record."""

    id: str
    text: str
    classification: Classification
    misleading_tags: tuple[MisleadingTag, ...]
    trustworthy_sources: bool
    at: datetime
    score: NoteScore
