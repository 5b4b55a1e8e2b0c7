"""A post as siyaq writes it for others: the documented Post format.

The same object, written as one line of JSON, can be read again by `siyaq ingest`. `post_id`,
`placed_at` and `placed_by` are told, not asked: a reader decides them anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from siyaq.core.post import Author, Facet, Media, Post

FIELDS = frozenset(
    {
        "op",
        "id",
        "source",
        "post_id",
        "author",
        "text",
        "created_at",
        "witnessed_at",
        "placed_at",
        "placed_by",
        "lang",
        "url",
        "reply_to",
        "root",
        "quote_of",
        "repost_of",
        "is_repost",
        "links",
        "media",
        "facets",
        "title",
        "license",
    }
)
"""Every field that the format gives a meaning; all others are kept as they came."""


def to_wire(post: Post) -> dict[str, object]:
    """Return `post` in the Post format, ready for any JSON encoder.

    Times are RFC 3339 in UTC with "Z"; facet offsets are code points, end exclusive; posts are
    named by post id. Fields without a value are left out. Unknown fields of the post's origin
    follow the known ones and never override one.
    """
    known: dict[str, object] = {
        "id": post.native_id,
        "source": post.source,
        "post_id": post.id,
        "author": _author(post.author),
        "text": post.text,
        "created_at": rfc3339_if(post.created_at),
        "witnessed_at": rfc3339(post.witnessed_at),
        "placed_at": rfc3339(post.placed_at),
        "placed_by": str(post.placed_by),
        "lang": post.lang,
        "url": post.url,
        "reply_to": post.reply_to,
        "root": post.root,
        "quote_of": post.quote_of,
        "repost_of": post.repost_of,
        "is_repost": post.is_repost,
        "links": list(post.links),
        "media": [_media(item) for item in post.media],
        "facets": [_facet(item) for item in post.facets],
        "title": post.title,
        "license": post.license,
    }
    wire = {name: value for name, value in known.items() if _says_something(value)}
    wire.setdefault("text", "")
    return wire | {name: value for name, value in post.extra.items() if name not in FIELDS}


def rfc3339(moment: datetime) -> str:
    """Write an aware datetime in UTC with a "Z", to the microsecond where it has them."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def rfc3339_if(moment: datetime | None) -> str | None:
    """Write a moment as `rfc3339` does, None where there is none."""
    return None if moment is None else rfc3339(moment)


def _says_something(value: object) -> bool:
    return value is not None and value is not False and value != "" and value != []


def _author(author: Author) -> Mapping[str, object]:
    wire: dict[str, object] = {"id": author.id}
    optional = {"handle": author.handle, "name": author.name, "followers": author.followers}
    return wire | {name: value for name, value in optional.items() if value not in ("", None)}


def _media(media: Media) -> Mapping[str, object]:
    wire = {"type": media.type, "url": media.url, "alt": media.alt}
    return {name: value for name, value in wire.items() if value}


def _facet(facet: Facet) -> Mapping[str, object]:
    return {
        "start": facet.span.start,
        "end": facet.span.end,
        "kind": facet.kind,
        "target": facet.target,
    }
