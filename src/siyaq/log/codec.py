"""A post as bytes, and back; the checksum that tells our bytes from damaged ones.

The body of an entry is JSON: fields at their default are left out, names are those of `Post`.
So a new optional field needs no migration, a log can be read with any SQLite shell, and
integers of any size in unknown fields survive. Times are exact to the microsecond.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zlib import crc32

import msgspec

from siyaq.core.clock import PlacedBy
from siyaq.core.errors import CorruptionError
from siyaq.core.ids import PostId
from siyaq.core.post import Author, Facet, Media, Post


class _Body(msgspec.Struct, omit_defaults=True, frozen=True, gc=False):
    """The fields of `Post` in its order; exists because only a Struct can leave out defaults."""

    source: str
    native_id: str
    author: Author
    text: str
    witnessed_at: datetime
    placed_at: datetime
    placed_by: PlacedBy
    created_at: datetime | None = None
    title: str = ""
    lang: str = ""
    url: str = ""
    reply_to: PostId | None = None
    root: PostId | None = None
    quote_of: PostId | None = None
    repost_of: PostId | None = None
    is_repost: bool = False
    links: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    media: tuple[Media, ...] = ()
    license: str = ""
    extra: Mapping[str, object] = {}


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Post).decode


def encode(post: Post) -> bytes:
    """Return the body of `post`. Raises ValueError for text that UTF-8 cannot hold."""
    return _encode(
        _Body(
            post.source,
            post.native_id,
            post.author,
            post.text,
            post.witnessed_at,
            post.placed_at,
            post.placed_by,
            post.created_at,
            post.title,
            post.lang,
            post.url,
            post.reply_to,
            post.root,
            post.quote_of,
            post.repost_of,
            post.is_repost,
            post.links,
            post.facets,
            post.media,
            post.license,
            post.extra,
        )
    )


def decode(body: bytes, seq: int) -> Post:
    """Return the post in `body`. Raises CorruptionError naming `seq` where it is not one."""
    try:
        return _decode(body)
    except (ValueError, TypeError, RecursionError) as error:
        raise CorruptionError(f"entry {seq} of the log does not hold a post") from error


def checksum(
    seq: int, op: int, replaces: int | None, post_id: str, rev: str, body: bytes | None
) -> int:
    """Return the CRC-32 of one entry: of what it is, and of its body where it has one."""
    head = crc32(f"{seq} {op} {replaces} {len(post_id)} {post_id} {rev}".encode())
    return head if body is None else crc32(body, head)


def cursor_checksum(position: str) -> int:
    """Return the CRC-32 of a cursor's position."""
    return crc32(position.encode())
