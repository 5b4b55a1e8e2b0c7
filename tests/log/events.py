"""Short ways to write the changes that tests append."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from siyaq.core.clock import PlacedBy
from siyaq.core.event import (
    AccountEvent,
    AccountStatus,
    Cursor,
    Event,
    IdentityEvent,
    Op,
    PostEvent,
)
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.ports import Batch
from siyaq.core.post import Author, Post
from siyaq.log import Appended, LogReader, LogWriter

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCE = "bluesky"


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def post(
    native_id: str,
    text: str = "rain in Riyadh",
    *,
    author: str = "did:a",
    minutes: float = 0,
    created_at: datetime | None = None,
    source: str = SOURCE,
    links: tuple[str, ...] = (),
    extra: Mapping[str, object] | None = None,
) -> Post:
    return Post(
        source=source,
        native_id=native_id,
        author=Author(id=AuthorId(author), handle=f"{author[-1]}.example"),
        text=text,
        witnessed_at=at(minutes),
        placed_at=at(minutes),
        placed_by=PlacedBy.WITNESSED,
        created_at=created_at,
        links=links,
        extra=extra or {},
    )


def put(post: Post, rev: str = "", op: Op = Op.CREATE) -> PostEvent:
    return PostEvent(op=op, post_id=post.id, post=post, witnessed_at=post.witnessed_at, rev=rev)


def delete(native_id: str, rev: str = "", *, minutes: float = 0) -> PostEvent:
    name = PostId(f"{SOURCE}:{native_id}")
    return PostEvent(op=Op.DELETE, post_id=name, post=None, witnessed_at=at(minutes), rev=rev)


def account(author: str, status: AccountStatus, *, minutes: float = 1) -> AccountEvent:
    return AccountEvent(
        source=SOURCE, author_id=AuthorId(author), status=status, witnessed_at=at(minutes)
    )


def identity(author: str, handle: str, *, minutes: float = 1) -> IdentityEvent:
    return IdentityEvent(
        source=SOURCE, author_id=AuthorId(author), handle=handle, witnessed_at=at(minutes)
    )


def cursor(position: int | str, partition: str = "") -> Cursor:
    return Cursor(source=SOURCE, partition=partition, position=str(position))


def append(writer: LogWriter, *events: Event) -> Appended:
    (appended,) = writer.append([Batch(events=events)])
    return appended


def outcome(appended: Appended) -> dict[str, int]:
    """Return what is not zero of an append, by name."""
    names = ("created", "updated", "deleted", "unchanged", "stale")
    return {name: count for name in names if (count := getattr(appended, name))}


def texts(reader: LogReader) -> dict[str, str]:
    """Return what a reader can see: text by native id, through every way of asking."""
    entries = reader.entries(Seq(0), 100_000)
    posts = reader.posts(entry.seq for entry in entries)
    found = reader.find({entry.post_id for entry in entries})
    assert {entry.seq: entry.post for entry in found.values()} == posts
    return {one.native_id: one.text for one in posts.values()}
