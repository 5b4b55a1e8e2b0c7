"""An answer, and the evidence under each of its sentences."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from siyaq.core.event import Gap
from siyaq.core.ids import PostId
from siyaq.core.post import Author
from siyaq.core.query import Filters

Rating = Literal["true", "mixed", "false", "unrated"]
"""What a published fact-check says of a claim, from its rating's place between worst and best, or
from its words; "unrated" where neither tells."""


Unphrased = Literal["failed", "refused"]
"""Why a model phrased nothing that is shown: it could not be reached, fell silent or took too long,
or all that it wrote was refused by the checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCheck:
    """A published review of a claim, as its publisher marked it up (schema.org/ClaimReview)."""

    claim: str  # what was reviewed, in the reviewer's words
    rating: Rating
    label: str  # the rating in the reviewer's words: "Mostly false"
    publisher: str
    url: str


class Stance(StrEnum):
    """What a piece of evidence says to the claim it is cited for."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    MENTIONS = "mentions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """How many stand behind a piece of evidence, of the posts that were found for a question.

    Accounts that copy one another are one source, and so are, together, all that have posted
    nothing else: names cost nothing to make.
    """

    posts: int
    accounts: int
    sources: int


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
    fact_check: FactCheck | None = None  # the review that this post publishes
    voices: Voices | None = None  # who says so; None where nobody counted


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Posts that say one thing, with the evidence that is quoted for them.

    `independent` counts those who copy one another once; `post_ids` lists the posts, MOST_OPENED
    at most, so that the count can be looked through.
    """

    evidence_id: str
    posts: int
    accounts: int
    independent: int
    post_ids: tuple[PostId, ...]


MOST_OPENED = 50
"""How many posts of a group are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many say something about a matter: counted, never taken from what a post claims."""

    about: str
    posts: int
    accounts: int
    independent: int
    complete: bool  # False where there may be more than were looked at
    groups: tuple[Group, ...]  # those quoted, the most independent voices first


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
    NOT_NEEDED = "not_needed"  # of a card: it claims nothing, and nobody asks
    CONFLICTING_EVIDENCE = "conflicting_evidence"
    EVIDENCE_WITHDRAWN = "evidence_withdrawn"  # an answer opened again, whose posts changed since


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The window of placed time that the posts searched span, and the gaps inside it."""

    since: datetime | None = None
    until: datetime | None = None
    gaps: tuple[Gap, ...] = ()


TICKS_PER_USD = 10_000_000_000
"""xAI's API counts money in ten-billionths of a dollar (`cost_in_usd_ticks`)."""


def usd_ticks(usd: float) -> int:
    """Return dollars in xAI's ticks, rounded to the nearest."""
    return round(usd * TICKS_PER_USD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What making a result cost. Money is in US dollars, None where no price was set."""

    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0  # wall time
    cpu_seconds: float = 0.0
    gpu_seconds: float = 0.0
    energy_joules: float | None = None  # None where nothing meters it
    energy_source: str = "none"  # "rapl", "mqtt", "estimate", with "+nvml" where cards count
    bytes: int = 0  # of stored posts and of other machines' replies, read for it
    feed_usd: float = 0.0  # what platforms charged for it
    cost_usd: float | None = None  # all of it, by the configured prices

    @property
    def cost_in_usd_ticks(self) -> int:
        """The cost in xAI's unit; 0 where it is not known."""
        return usd_ticks(self.cost_usd or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A post that an earlier answer cited and this one does not.

    `deleted` and `edited` are things its author did (or its platform: a hidden account's posts
    count as deleted); `replaced` means that it still stands and other posts answer better now.
    """

    post_id: PostId
    why: Literal["deleted", "edited", "replaced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is different from an earlier answer to the same question.

    A `before` is None also where the earlier words stood in a post that is gone: they are not
    kept.
    """

    answer_id: str  # the earlier answer
    since: datetime  # its `as_of`
    added: tuple[str, ...] = ()  # evidence ids that are new
    gone: tuple[Gone, ...] = ()
    status_before: AnswerStatus = AnswerStatus.ANSWERED
    short_answer_before: str | None = None
    short_answer_post: PostId | None = None  # that those words stand in


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
    previous: str = ""  # id of the answer that this goes on from, in place of its history
    as_of: datetime | None = None
    filters: Filters = Filters()
    model: str = ""  # "" is the extractive answer
    limit: int = 5  # sentences at most
    answer_id: str = ""  # the id that its answer gets; "" leaves the choice to us


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
    previous: str = ""  # the answer that this one goes on from
    counts: Tally | None = None  # where the question asks how many say it, or what they say
    changed: Changes | None = None  # where the same was asked before
    unphrased: Unphrased | None = None  # why a model that was asked phrased none of it


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


async def finished(events: AsyncGenerator[AnswerEvent, None]) -> Answer:
    """Return the answer that a stream ends with. Whoever stops waiting stops the work behind it."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                return event.answer
    raise AssertionError("an answer ends with Finished")
