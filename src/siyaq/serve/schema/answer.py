"""Answers: sentences, their evidence, what disagrees, what was covered."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from siyaq.serve.schema.post import AuthorJson


class FactCheckJson(TypedDict):
    """A published review of a claim. `rating` is true, mixed, false or unrated."""

    claim: str
    rating: str
    label: str
    publisher: str
    url: str


class VoicesJson(TypedDict):
    """How many stand behind a passage, of the posts found for the question.

    Accounts that copy one another are one source; so are all that posted nothing else, together.
    """

    posts: int
    accounts: int
    sources: int


class EvidenceJson(TypedDict):
    """A passage of a stored post. `text` is an exact substring of it.

    `fact_check` is there where the post publishes a review of the claim it is evidence for;
    `voices`, where it was counted who says the same.
    """

    id: str
    marker: int
    post_id: str
    author: AuthorJson
    created_at: str | None
    witnessed_at: str
    placed_at: str
    url: str
    text: str
    stance: str
    fact_check: NotRequired[FactCheckJson]
    voices: NotRequired[VoicesJson]


class CitationJson(TypedDict):
    """`quote` is an exact, non-empty substring of the evidence's text."""

    marker: int
    evidence_id: str
    quote: str
    support: float


class SentenceJson(TypedDict):
    """One checked sentence."""

    text: str
    citations: list[CitationJson]


class ConflictSideJson(TypedDict):
    """One of the values that sources give."""

    value: str
    evidence_ids: list[str]
    created_at: str | None


class ConflictJson(TypedDict):
    """What sources disagree about, every side."""

    about: str
    sides: list[ConflictSideJson]


class GapJson(TypedDict):
    """When nobody was listening to a source."""

    source: str
    since: str
    until: str
    reason: str


class CoverageJson(TypedDict):
    """The window searched, and its gaps."""

    since: str | None
    until: str | None
    gaps: list[GapJson]


class UsageJson(TypedDict):
    """What it cost. `energy_joules` is null where nothing meters it, `cost_usd` without prices."""

    input_tokens: int
    output_tokens: int
    seconds: float
    cpu_seconds: float
    gpu_seconds: float
    energy_joules: float | None
    energy_source: str
    bytes: int
    feed_usd: float
    cost_usd: float | None
    cost_in_usd_ticks: int


class GroupJson(TypedDict):
    """Posts that say one thing, with the evidence quoted for them; some of them by name."""

    evidence_id: str
    posts: int
    accounts: int
    independent: int
    post_ids: list[str]


class TallyJson(TypedDict):
    """How many say something of a matter. Who copies another counts with them in `independent`.

    `complete` is false where there may be more than were looked at.
    """

    about: str
    posts: int
    accounts: int
    independent: int
    complete: bool
    groups: list[GroupJson]


class GoneJson(TypedDict):
    """A post that an earlier answer cited. `why` is deleted, edited or replaced."""

    post_id: str
    why: str


class ChangesJson(TypedDict):
    """What is different from an earlier answer to the same question."""

    answer_id: str
    since: str
    added: list[str]
    gone: list[GoneJson]
    status_before: str
    short_answer_before: str | None
    short_answer_post_id: str | None


class AnswerJson(TypedDict):
    """The reply to a question. `status` is answered, partial or abstained.

    `counts` is null unless the question asks how many say something, or what people say.
    `previous_response_id` names the answer it goes on from; `changed` is null unless the same was
    asked before, or a kept answer is opened again. `unphrased` says why a model that was asked
    phrased none of it: it "failed", or the checks "refused" what it wrote.
    """

    id: str
    status: str
    reason: str | None
    sentences: list[SentenceJson]
    references: list[EvidenceJson]
    short_answer: str | None
    conflicts: list[ConflictJson]
    as_of: str
    covered: CoverageJson
    usage: UsageJson
    model: str
    counts: TallyJson | None
    previous_response_id: str | None
    unphrased: Literal["failed", "refused"] | None
    changed: ChangesJson | None
