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
    asked before, or a kept answer is opened again.
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
    changed: ChangesJson | None


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
    earlier_alike: str | None
    earlier_retold: str | None
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
    url: str


class ChangeJson(TypedDict):
    """Words that a copy left out and put in."""

    post_id: str
    removed: list[str]
    added: list[str]


class OembedJson(TypedDict):
    """What oEmbed 1.0 asks for of a `rich` answer."""

    version: str
    type: str
    title: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    cache_age: int


class RetoldJson(TypedDict):
    """A post that likely says the same in another language ("translated") or in other words."""

    post_id: str
    author_id: str
    handle: str
    at: str
    how: str
    url: str


class CopiesJson(TypedDict):
    """The post and every post that says the same; those `retold` are not counted."""

    count: int
    accounts: int
    histogram: list[BarJson]
    members: list[MemberJson]
    changed: list[ChangeJson]
    retold: list[RetoldJson]


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


class MomentJson(TypedDict):
    """One post of the story, in order of time.

    `turning` is first_report, official, dispute, correction, retraction, fact_check, or null;
    `official` is domain or name where an office speaks.
    """

    at: str
    post_id: str
    evidence_id: str
    turning: str | None
    official: str | None


class DemandJson(TypedDict):
    """How many accounts ask for one thing: accuracy, context or provenance."""

    kind: str
    accounts: int
    evidence: list[str]


class SharerJson(TypedDict):
    """One of the accounts that shared the same at once."""

    author_id: str
    handle: str


class TogetherJson(TypedDict):
    """Accounts that shared the same `kind` of thing within `seconds` of each other, `times` times.

    `chance` is how likely so many are when their times are shuffled; `evidence` some of the posts.
    """

    kind: str
    accounts: list[SharerJson]
    times: int
    seconds: int
    chance: float
    evidence: list[str]


class CardChangeJson(TypedDict):
    """How a card differs from the last one: new, same, updated, corrected or reversed.

    `parts` names what differs. `revision` counts the versions that differed.
    """

    kind: str
    revision: int
    since: str | None
    parts: list[str]


class TurnJson(TypedDict):
    """What a post is to the story."""

    turning: str
    post_id: str


class CardVersionJson(TypedDict):
    """One kept version of a card: when it was built, and the posts that it rested on."""

    built_at: str
    change: CardChangeJson
    first: str | None
    copies: int
    accounts: int
    supports: list[str]
    refutes: list[str]
    fact_checks: list[str]
    turns: list[TurnJson]


class CardVersionsJson(TypedDict):
    """The kept versions of a card, the newest first."""

    versions: list[CardVersionJson]


class EarlierPictureJson(TypedDict):
    """An earlier post with the same picture; hashes differ by `distance` of 256 bits."""

    post_id: str
    handle: str
    at: str
    distance: int


class PictureJson(TypedDict):
    """A picture of the post. `checked` is false where its bytes were never looked at."""

    url: str
    alt: str
    checked: bool
    earlier: list[EarlierPictureJson]


class NoteScoreJson(TypedDict):
    """How helpful readers find it. `status`: helpful, not_helpful or needs_more_ratings.

    `intercept` is agreement across camps, `factor` the camp it speaks to; 0 below five ratings.
    """

    status: str
    ratings: int
    intercept: float
    factor: float


class NoteJson(TypedDict):
    """A reader's note on a post, in a reader's words."""

    id: str
    text: str
    classification: str
    misleading_tags: list[str]
    trustworthy_sources: bool
    at: str
    score: NoteScoreJson


class NotesJson(TypedDict):
    """How readers find a card, and their notes, the most helpful first."""

    card: NoteScoreJson
    notes: list[NoteJson]


class CardJson(TypedDict):
    """What is behind one post. `unknown` names what could not be found out.

    `post_id` is null on the card of a text. `copied_how` is the evidence for `copied_from`:
    repost, quote, reply, credit or wording. `model` phrased the points; "extractive" quotes.
    """

    post_id: str | None
    status: str
    reason: str | None
    points: list[SentenceJson]
    first_seen: FirstSeenJson | None
    copied_from: str | None
    copied_how: str | None
    copies: CopiesJson
    coordination: list[TogetherJson]
    claims: list[ClaimJson]
    thread: ThreadJson | None
    timeline: list[MomentJson]
    demand: list[DemandJson]
    media: list[PictureJson]
    unknown: list[str]
    references: list[EvidenceJson]
    notes: list[NoteJson]
    change: CardChangeJson | None
    model: str
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


class DeliveredJson(TypedDict):
    """What became of a delivery to a webhook. All of it is durable."""

    taken: int
    refused: dict[str, int]
    repeated: bool


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


class TotalsJson(TypedDict):
    """What the calls of one kind have cost since the data directory was made."""

    calls: int
    seconds: float
    cpu_seconds: float
    gpu_seconds: float
    joules: float
    input_tokens: int
    output_tokens: int
    bytes: int
    feed_usd: float
    usd: float


class StatusJson(TypedDict):
    """How siyaq is doing. `bill` is by kind of call: search, ask, reopen, context, ingest."""

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
    energy_source: str
    bill: dict[str, TotalsJson]


class HealthJson(TypedDict):
    """`status` is ok (alive) or ready (answering)."""

    status: str


class KeyJson(TypedDict):
    """What is kept of a key. `role` is admin, writer, reader or card-only."""

    id: str
    name: str
    role: str
    origins: list[str]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    limits: LimitsJson


class LimitsJson(TypedDict):
    """What a key may use within a window; null is as the settings say, 0 no limit."""

    requests: int | None
    tokens: int | None
    seconds: int | None
    weight: int


class UsedJson(TypedDict):
    """What was used of a limit; null is no limit."""

    used: float
    limit: float | None


class QuotaJson(TypedDict):
    """What a key has used within the window that is past, calls under way with all they may use."""

    window_seconds: int | None
    requests: UsedJson
    tokens: UsedJson
    seconds: UsedJson
    weight: int


class KeysJson(TypedDict):
    """Every key that was ever made."""

    keys: list[KeyJson]


class NewKeyJson(KeyJson):
    """A new key, the only time that it is shown."""

    key: str


class AuditEntryJson(TypedDict):
    """One thing that was done with a key. `status` is null where nobody lived to say."""

    at: str
    key_id: str
    action: str
    status: int | None


class AuditJson(TypedDict):
    """What keys have changed, the newest first."""

    entries: list[AuditEntryJson]


class ScenarioJson(TypedDict):
    """A scenario in the box: its name, and what it is about, by language."""

    name: str
    title: dict[str, str]
    about: dict[str, str]


class ScenariosJson(TypedDict):
    """What may be planned, and the models and hardware that may be chosen for it."""

    scenarios: list[ScenarioJson]
    models: list[str]
    hardware: list[str]
