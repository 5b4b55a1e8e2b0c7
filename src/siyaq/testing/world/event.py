"""What happens in the world: changes of the network, and publications of its newspapers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from siyaq.testing.world.atproto import POST, at_uri
from siyaq.testing.world.words import Lang

Kind = Literal["commit", "identity", "account", "sync"]
Operation = Literal["create", "update", "delete"]
AccountState = Literal["", "deleted", "takendown", "suspended", "deactivated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldEvent:
    """One event of the network, in the order of `seq`; `at` is when the network saw it.

    The fields under the line are the world's own knowledge and never go on a wire.
    """

    at: datetime  # strictly increasing with seq, microseconds, UTC
    did: str
    kind: Kind
    seq: int = 0  # 0 until its place in the world is known
    rev: str = ""
    operation: Operation | None = None  # commits only
    collection: str = ""
    rkey: str = ""
    cid: str = ""
    record: Mapping[str, object] | None = None  # None on a delete
    handle: str = ""  # identity only
    status: AccountState = ""  # account only; "" is active
    # ----
    story: str = ""  # the story or incident it belongs to; "" is chatter
    lang: Lang | None = None  # what a post is really written in, whatever it declares
    states: frozenset[str] = frozenset()  # names of the story's facts that a post states
    refusable: bool = False  # so extreme that a careful reader may refuse it

    @property
    def uri(self) -> str:
        """The address of the record that a commit changes."""
        return at_uri(self.did, self.collection, self.rkey)

    @property
    def is_post(self) -> bool:
        """Whether this changes a post, rather than a like, a follow, a profile or an account."""
        return self.kind == "commit" and self.collection == POST


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One version of a newspaper's article. A correction is a later version of the same guid."""

    guid: str
    paper: Lang  # each language has one paper
    title: str
    paragraphs: tuple[str, ...]
    author: str
    published_at: datetime  # of the first version
    updated_at: datetime  # of this version; equal to published_at on the first
    story: str
    states: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The body, one paragraph a block."""
        return "\n\n".join(self.paragraphs)

    @property
    def slug(self) -> str:
        """Its name in the paper's addresses."""
        return self.guid.rpartition(":")[2]
