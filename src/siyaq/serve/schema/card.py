"""Context cards: first seen, copies, thread, claims, story, pictures, notes."""

from __future__ import annotations

from typing_extensions import TypedDict

from siyaq.serve.schema.answer import CoverageJson, EvidenceJson, SentenceJson, UsageJson


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
    author_id: str
    handle: str
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
    """A claim, and the ids of the evidence for, against and around it.

    `asked`: the post does not claim it, it asks whether it is so.
    """

    text: str
    supports: list[str]
    refutes: list[str]
    mentions: list[str]
    fact_checks: list[str]
    asked: bool


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
    author_id: str
    handle: str
    name: str
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
    `phraser` is the model that phrases them at `…/context/phrased` for whoever asks; null: none.
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
    phraser: str | None
    version: int
    as_of: str
    usage: UsageJson
