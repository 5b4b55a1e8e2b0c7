"""What a change means, given what we hold: the rules of versions and tombstones.

Revisions order the versions of a post where both sides have one. Where one has none, the later
arrival is the later version, a repetition changes nothing, and a tombstone stands for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from operator import attrgetter

from siyaq.core.event import PostEvent
from siyaq.core.post import Post
from siyaq.log.row import post_of


class Verdict(Enum):
    """What becomes of one change."""

    CREATED = auto()
    UPDATED = auto()
    DELETED = auto()
    UNCHANGED = auto()
    STALE = auto()


@dataclass(slots=True)
class Head:
    """The current row of a post id. `body` is None for a tombstone."""

    seq: int
    op: int
    replaces: int | None
    rev: str
    post_id: str
    checksum: int
    body: bytes | None

    @property
    def post(self) -> Post:
        """The live version. Raises CorruptionError where its bytes are damaged."""
        row = self.seq, self.op, self.replaces, self.rev, self.post_id, self.checksum, self.body
        post = post_of(row)
        assert post is not None, "a tombstone has no post"
        return post


_content = attrgetter(
    *("text", "title", "author.id", "created_at", "url", "reply_to", "root", "quote_of"),
    *("repost_of", "is_repost", "links", "media", "license"),
)
"""What makes a version another one. Follower counts, names, a guessed language and fields that
we do not know differ between two captures of one version."""


def resolve(event: PostEvent, head: Head | None, *, barred: bool) -> Verdict:
    """Decide what `event` does to a post whose current row is `head`.

    `barred`: its author's account was deleted, so nothing it wrote may be stored.
    """
    if event.post is None:
        return _resolve_delete(event, head)
    if barred:
        return Verdict.STALE
    if head is None:
        return Verdict.CREATED
    ordered = bool(event.rev and head.rev)
    if head.body is None:
        return Verdict.CREATED if ordered and event.rev > head.rev else Verdict.STALE
    if ordered and event.rev != head.rev:
        return Verdict.UPDATED if event.rev > head.rev else Verdict.STALE
    if ordered or _content(event.post) == _content(head.post):
        return Verdict.UNCHANGED
    return Verdict.UPDATED


def _resolve_delete(event: PostEvent, head: Head | None) -> Verdict:
    if head is None:
        return Verdict.DELETED  # the tombstone must be there before its create arrives
    ordered = bool(event.rev and head.rev)
    if head.body is None:
        return Verdict.DELETED if ordered and event.rev > head.rev else Verdict.UNCHANGED
    return Verdict.STALE if ordered and event.rev < head.rev else Verdict.DELETED


def next_version(post: Post, before: Post) -> Post:
    """Return `post` placed in time as the version that follows `before`.

    An edit does not move a post: it stays where its first version stood, unless the source gives
    the new version another `created_at`. `witnessed_at` is that of the new text, so that nobody
    can pass off today's words as last year's.
    """
    if post.created_at not in (None, before.created_at):
        return post
    return replace(
        post,
        created_at=before.created_at,
        placed_at=before.placed_at,
        placed_by=before.placed_by,
    )
