"""What sources yield and the log keeps: changes, positions, gaps, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.post import Post


class Op(StrEnum):
    """What happened to a post, in atproto's words."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEvent:
    """One change of one post.

    `rev` orders the versions of one post: text that sorts, empty where the platform has none;
    then the later arrival is the later version. `post` is None exactly when `op` is DELETE.

    `alias` is another name of the post, by which its platform may speak of it later: on a network
    of many servers, each has a number of its own for a post. It is remembered with the post. A
    delete that knows only such a name bears it as `post_id` and as `alias`.
    """

    op: Op
    post_id: PostId
    post: Post | None
    witnessed_at: datetime
    rev: str = ""
    alias: PostId | None = None

    def __post_init__(self) -> None:
        if (self.post is None) != (self.op is Op.DELETE):
            raise ValueError(f"{self.op} of {self.post_id!r} and its post do not go together")


class AccountStatus(StrEnum):
    """What a platform says of an account."""

    ACTIVE = "active"
    HIDDEN = "hidden"  # suspended, deactivated, protected: may come back
    DELETED = "deleted"  # gone for good: everything it wrote is erased


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent:
    """A change of an author's account, which touches every post they wrote."""

    source: str
    author_id: AuthorId
    status: AccountStatus
    witnessed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityEvent:
    """An author goes by another handle from now on."""

    source: str
    author_id: AuthorId
    handle: str
    witnessed_at: datetime


Event = PostEvent | AccountEvent | IdentityEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where to resume inside one partition of one source.

    `position` is the upstream's own opaque token: a Jetstream seq, a byte offset, an ETag.
    """

    source: str
    partition: str
    position: str


GapReason = Literal["cursor_too_old", "disconnected", "upstream"]
"""Why we did not hear: upstream no longer had what we missed, we were away, or it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of witness time [since, until) in which we were not listening."""

    source: str
    since: datetime
    until: datetime
    reason: GapReason


class RejectReason(StrEnum):
    """Why a piece of upstream input was not taken."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    NO_ID = "no_id"
    NO_TEXT = "no_text"
    BAD_FIELD = "bad_field"
    BAD_TIME = "bad_time"
    BAD_TEXT = "bad_text"  # lone surrogates, NUL
    NOT_PUBLIC = "not_public"  # shown to followers or to some people only
    NO_CONSENT = "no_consent"  # public, but its author does not want to be searched
    UNSUPPORTED = "unsupported"
    NOT_YOURS = "not_yours"  # of a source that whoever brings it may not see


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Upstream input we refuse. A value, not an exception: counted, never fatal."""

    reason: RejectReason
    detail: str  # at most 200 characters, without the post's text
    line: int | None = None  # 1-based, where the input has lines
    source: str = ""  # that it names for itself, and is counted for; else that of the input


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One place in the log.

    `post` is None for a delete, and for a version whose text has been erased since because the
    post was edited, deleted, or its author left. `replaces` is the entry this one supersedes.
    """

    seq: Seq
    op: Op
    post_id: PostId
    post: Post | None
    replaces: Seq | None = None
