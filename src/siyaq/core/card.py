"""The context card: what is behind one post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from siyaq.core.answer import Coverage, Evidence, Reason, Sentence, Usage
from siyaq.core.clock import PlacedBy
from siyaq.core.ids import PostId
from siyaq.core.note import Note

Sameness = Literal["exact", "normalized", "near", "opening"]
"""How alike two texts are: the same, the same after normalization, nearly the same, or the same
in how they begin, one of them cut short or with another ending."""

Retelling = Literal["translated", "paraphrased"]
"""How a post says what another says without being a copy: in another language, or in words of its
own. Both are estimates."""

SharedKind = Literal["text", "link", "media", "quote", "repost"]

CardStatus = Literal["shown", "not_needed", "abstained"]

CopiedHow = Literal["repost", "quote", "reply", "credit", "wording"]
"""What shows whom a post took its text from: its platform says so, it names the author of an
earlier post, or, weakest, it repeats an earlier post to the letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierClaim:
    """A post whose client claims a time before the first we witnessed. Listed, not believed."""

    post_id: PostId
    claimed_at: datetime
    witnessed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSeen:
    """The earliest post in our record that says the same thing."""

    post_id: PostId
    at: datetime
    clock: PlacedBy
    sameness: Sameness
    window: Coverage  # when we were listening
    confidence: Literal["high", "medium", "low"]
    earlier_alike: PostId | None = None  # says it in nearly the same words, and was there before
    earlier_retold: PostId | None = None  # likely says it in another language or other words
    earlier_claims: tuple[EarlierClaim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One post of a cluster of copies."""

    post_id: PostId
    author_id: str
    handle: str
    at: datetime
    sameness: Sameness
    url: str = ""  # the page people open


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """A post that likely says what the post says in another language, or in words of its own."""

    post_id: PostId
    author_id: str
    handle: str
    at: datetime
    how: Retelling
    url: str = ""  # the page people open


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many copies appeared from `t` until the next bar."""

    t: datetime
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The cluster of a post: itself and every post that says the same.

    `retold` is not counted: that these say the same is likely, not certain.
    """

    count: int
    accounts: int
    histogram: tuple[Bar, ...]
    members: tuple[Member, ...]  # in time order, at most 100
    changed: tuple[Change, ...] = ()
    retold: tuple[Retold, ...] = ()  # in time order, at most 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a near copy changed, word by word.

    One that moved the text to another place is counted among no copies: it tells of another event.
    """

    post_id: PostId
    author_id: str
    handle: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharer:
    """One of the accounts that shared the same at once."""

    author_id: str
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Two accounts that shared the same things within `seconds` of each other, `times` times.

    It says when they posted what, and nothing of why. `chance`: how likely that many meetings are
    when each account's times are shuffled among its posts.
    """

    kind: SharedKind
    accounts: tuple[Sharer, Sharer]
    times: int
    seconds: int
    chance: float
    evidence: tuple[PostId, ...]  # some of the posts, at most 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPost:
    """One post of the conversation around a post."""

    post_id: PostId
    handle: str
    at: datetime
    text: str
    relation: Literal["ancestor", "self", "reply", "quote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The conversation around a post: what it answers, and what answers it."""

    posts: tuple[ThreadPost, ...]  # ancestors from the root down, the post, then replies by time
    missing: tuple[PostId, ...] = ()  # named by the thread, not in our record


Turning = Literal["first_report", "official", "dispute", "correction", "retraction", "fact_check"]
"""What makes a moment of a story one at which it turned."""

OfficialBy = Literal["domain", "name"]
"""Why an account is taken for an office: its handle is a domain that only governments can have,
or it merely calls itself one."""

DemandKind = Literal["accuracy", "context", "provenance"]
"""What readers of a post ask for: whether it is so, what is left out, or where it comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One post of the story, in the order of time. `turning` is None for one among others."""

    at: datetime
    post_id: PostId
    evidence_id: str
    turning: Turning | None
    official: OfficialBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How many accounts answered or quoted the post asking for one thing, and where."""

    kind: DemandKind
    accounts: int
    evidence: tuple[PostId, ...]  # some of the posts, at most 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence of the post that states a fact, and the ids of the evidence that bears on it.

    Earliest first, one post of each account and of each wording. Copies of the post are none.
    `asked`: the post asks whether it is so; what refutes it answers the post and disputes nobody.
    """

    text: str
    supports: tuple[str, ...] = ()
    refutes: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    fact_checks: tuple[str, ...] = ()  # published reviews of the same claim
    asked: bool = False


ChangeKind = Literal["new", "same", "updated", "corrected", "reversed"]
"""How a card differs from the last one of its post."""

ChangedPart = Literal[
    "first_seen",
    "copied_from",
    "copies",
    "supports",
    "refutes",
    "fact_checks",
    "timeline",
    "demand",
    "status",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardChange:
    """What changed since the card of a post was last built, at `since`.

    `reversed`: the evidence turned to the other side; `corrected`: something it said no longer
    holds, or was taken back; `updated`: more is known; `new`: it was never built before.
    """

    kind: ChangeKind
    revision: int  # counts the versions of one card that differ, from 1
    since: datetime | None
    parts: tuple[ChangedPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CardVersion:
    """One kept version of a card: when it was built, and what it rested on, by post id."""

    built_at: datetime
    change: CardChange
    first: str | None
    copies: int
    accounts: int
    supports: tuple[str, ...]
    refutes: tuple[str, ...]
    fact_checks: tuple[str, ...]
    turns: tuple[tuple[str, str], ...]  # what it is to the story, post


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierPicture:
    """An earlier post that carried the same picture; hashes differ by `distance` of 256 bits."""

    post_id: PostId
    author_id: str
    handle: str
    name: str  # what the author calls itself, "" where that is not known
    at: datetime
    distance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureCard:
    """A picture of the post, and the earlier posts that carried it, by time.

    `checked` is False where its bytes were never looked at.
    """

    url: str
    alt: str
    checked: bool
    earlier: tuple[EarlierPicture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextCard:
    """The card of one post, at one moment.

    What could not be found out is named in `unknown`, so that a reader need not guess.
    """

    post_id: PostId | None  # None for a text that no post of ours holds
    status: CardStatus
    reason: Reason | None
    points: tuple[Sentence, ...]
    first_seen: FirstSeen | None
    copied_from: PostId | None
    copied_how: CopiedHow | None
    copies: Copies
    coordination: tuple[Together, ...]
    claims: tuple[Claim, ...] = ()
    thread: Thread | None
    timeline: tuple[Moment, ...] = ()
    media: tuple[PictureCard, ...] = ()
    demand: tuple[Demand, ...] = ()  # what most ask for first
    unknown: tuple[str, ...]  # closed set of codes, translated where they are shown
    references: tuple[Evidence, ...]
    notes: tuple[Note, ...] = ()  # that readers who usually disagree both find helpful
    change: CardChange | None = None  # None where no versions are kept
    model: str = "extractive"  # who phrased the points; so called, they are quotations
    version: int
    as_of: datetime
    usage: Usage

    @property
    def asks(self) -> bool:
        """Whether its post claims nothing, and asks whether something is so."""
        return bool(self.claims) and all(one.asked for one in self.claims)

    @property
    def can_be_phrased(self) -> bool:
        """Whether others say something of it that a model could put in words of its own."""
        weighed = (c.supports or c.refutes or c.fact_checks for c in self.claims)
        return bool(self.points) or any(weighed)
