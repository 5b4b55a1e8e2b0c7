"""An answer, and the evidence under each of its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from siyaq.core.event import Gap
from siyaq.core.ids import PostId
from siyaq.core.post import Author
from siyaq.core.query import Filters


class Stance(StrEnum):
    """What a piece of evidence says to the claim it is cited for."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    MENTIONS = "mentions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A passage of a stored post, frozen as it was read. `text` is an exact substring of it."""

    id: str  # "e1", "e2": stable inside one answer or card
    marker: int  # the [1] a reader sees
    post_id: PostId
    author: Author
    created_at: datetime | None
    witnessed_at: datetime
    placed_at: datetime
    url: str
    text: str
    stance: Stance = Stance.SUPPORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Ties a sentence to one evidence. `quote` is a non-empty exact substring of its text."""

    marker: int
    evidence_id: str
    quote: str
    support: float  # 0..1, from the check


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence that may be shown. There is none without a citation."""

    text: str
    citations: tuple[Citation, ...]

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError("a sentence without a citation must not be shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictSide:
    """One of the values that sources give for the same thing."""

    value: str
    evidence_ids: tuple[str, ...]
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Sources that disagree about one thing, every side shown."""

    about: str
    sides: tuple[ConflictSide, ...]


class AnswerStatus(StrEnum):
    """How far an answer goes. Abstaining is a result, not an error."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"


class Reason(StrEnum):
    """Why an answer is partial or abstained."""

    NO_EVIDENCE = "no_evidence"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    FEED_GAP = "feed_gap"
    OUT_OF_SCOPE = "out_of_scope"
    CONFLICTING_EVIDENCE = "conflicting_evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The window of placed time that the posts searched span, and the gaps inside it."""

    since: datetime | None = None
    until: datetime | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What making a result cost."""

    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    energy_joules: float | None = None  # None until a meter is fitted
    energy_source: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person asks, with what was said before and what may be searched."""

    text: str
    history: tuple[Turn, ...] = ()
    as_of: datetime | None = None
    filters: Filters = Filters()
    model: str = ""  # "" is the extractive answer
    limit: int = 5  # sentences at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The reply to a Question. Every sentence is cited; `reason` says what is missing."""

    id: str
    status: AnswerStatus
    reason: Reason | None
    sentences: tuple[Sentence, ...]
    references: tuple[Evidence, ...]
    short_answer: str | None  # shortest exact span that answers, when there is one
    conflicts: tuple[Conflict, ...]
    as_of: datetime
    covered: Coverage
    usage: Usage
    model: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A streamed answer has reached a step: "searching", "reading", "checking"."""

    step: Literal["searching", "reading", "checking"]


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """The passages an answer will be made from, before any sentence is shown."""

    references: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """One sentence that has passed its check and may be shown."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole answer; nothing follows."""

    answer: Answer


AnswerEvent = Progress | EvidenceFound | SentenceChecked | Finished
