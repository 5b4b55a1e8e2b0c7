"""The JSON that siyaq sends, field by field, as types that are checked and documented.

Times are RFC 3339 in UTC with a Z. Offsets count Unicode code points, ends excluded.
"""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class ProblemJson(TypedDict):
    """RFC 9457. `code` is stable, `trace_id` finds the failure in the server's log."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    trace_id: str
    hint: NotRequired[str]


class AuthorJson(TypedDict):
    """Who posted, as they were then."""

    id: str
    handle: str
    name: str
    followers: int | None


class EvidenceJson(TypedDict):
    """A passage of a stored post. `text` is an exact substring of it."""

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
    """What it cost. `energy_joules` is null where nothing meters it."""

    input_tokens: int
    output_tokens: int
    seconds: float
    energy_joules: float | None
    energy_source: str


class AnswerJson(TypedDict):
    """The reply to a question. `status` is answered, partial or abstained."""

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


class EarlierClaimJson(TypedDict):
    """A claim of an earlier time, listed and not believed."""

    post_id: str
    claimed_at: str
    witnessed_at: str


class FirstSeenJson(TypedDict):
    """The earliest post in our record that says the same, and the clock this rests on."""

    post_id: str
    at: str
    clock: str
    sameness: str
    window: CoverageJson
    confidence: str
    earlier_claims: list[EarlierClaimJson]


class BarJson(TypedDict):
    """How many copies appeared from `t` until the next bar."""

    t: str
    n: int


class MemberJson(TypedDict):
    """One of the copies."""

    post_id: str
    author_id: str
    handle: str
    at: str
    sameness: str


class ChangeJson(TypedDict):
    """Words that a copy left out and put in."""

    post_id: str
    removed: list[str]
    added: list[str]


class CopiesJson(TypedDict):
    """The post and every post that says the same."""

    count: int
    accounts: int
    histogram: list[BarJson]
    members: list[MemberJson]
    changed: list[ChangeJson]


class ThreadPostJson(TypedDict):
    """One post of a conversation."""

    post_id: str
    handle: str
    at: str
    text: str
    relation: str


class ThreadJson(TypedDict):
    """The conversation around a post. `missing` are named by it and not held here."""

    posts: list[ThreadPostJson]
    missing: list[str]


class ClaimJson(TypedDict):
    """A claim, and the ids of the evidence for, against and around it."""

    text: str
    supports: list[str]
    refutes: list[str]
    mentions: list[str]
    fact_checks: list[str]


class CardJson(TypedDict):
    """What is behind one post. `unknown` names what could not be found out."""

    post_id: str
    status: str
    reason: str | None
    points: list[SentenceJson]
    first_seen: FirstSeenJson | None
    copied_from: str | None
    copies: CopiesJson
    coordination: list[object]
    claims: list[ClaimJson]
    thread: ThreadJson | None
    timeline: list[object]
    media: list[object]
    unknown: list[str]
    references: list[EvidenceJson]
    version: int
    as_of: str
    usage: UsageJson


class MediaJson(TypedDict):
    """What a post carries besides text."""

    type: str
    url: NotRequired[str]
    alt: NotRequired[str]


class PostJson(TypedDict):
    """The Post format, with `post_id` and the place in time that siyaq gives it.

    Fields without a value are left out; fields that siyaq does not know are kept as they came.
    """

    id: str
    source: str
    author: AuthorJson
    text: str
    created_at: NotRequired[str]
    witnessed_at: str
    lang: NotRequired[str]
    url: NotRequired[str]
    reply_to: NotRequired[str]
    root: NotRequired[str]
    quote_of: NotRequired[str]
    repost_of: NotRequired[str]
    is_repost: NotRequired[bool]
    links: NotRequired[list[str]]
    media: NotRequired[list[MediaJson]]
    facets: NotRequired[list[dict[str, object]]]
    title: NotRequired[str]
    license: NotRequired[str]
    post_id: str
    placed_at: str
    placed_by: str


class SpanJson(TypedDict):
    """[start, end) in code points of a post's text."""

    start: int
    end: int


class HitJson(TypedDict):
    """One line of the ranking. `copies` are near-identical posts folded into it."""

    rank: int
    score: float
    post: PostJson
    span: SpanJson | None
    copies: list[str]
    copy_count: int


class FiltersJson(TypedDict):
    """Which posts could be found."""

    since: str | None
    until: str | None
    lang: list[str]
    source: list[str]
    author: list[str]


class UnderstoodJson(TypedDict):
    """How the query was read."""

    text: str
    lang: str
    wants: str
    filters: FiltersJson


class SearchJson(TypedDict):
    """The ranking of a query."""

    hits: list[HitJson]
    understood: UnderstoodJson


class IngestReportJson(TypedDict):
    """What became of an ingest. Everything counted is durable."""

    created: int
    updated: int
    deleted: int
    unchanged: int
    stale: int
    posts: int
    refused: dict[str, int]
    refused_examples: list[str]


class SourceStatusJson(TypedDict):
    """How one source is doing."""

    source: str
    url: str
    state: str
    posts: int
    posts_per_second: float
    lag_seconds: float | None
    last_event_at: str | None
    refused: dict[str, int]
    gaps: list[GapJson]
    problem: str


class StatusJson(TypedDict):
    """How siyaq is doing."""

    version: str
    posts: int
    deleted: int
    log_seq: int
    indexed_seq: int
    embedded_seq: int
    covered: CoverageJson
    sources: list[SourceStatusJson]
    embedder: str
    writing: bool
    disk_bytes: int


class HealthJson(TypedDict):
    """`status` is ok (alive) or ready (answering)."""

    status: str
