"""One line of the Post format in, one change of a post out; or the reason why not.

Pure and total: no input and output, and no content makes it raise. What is decided here:

* `id` may be text or a whole number. A source is named with A-Z a-z 0-9 . _ - only.
* `reply_to`, `root`, `quote_of` and `repost_of` name posts of the same source, by native id, or
  by post id: whatever begins with "<source>:" is a post id.
* An author without an `id` is known by their handle.
* A list is cut to its limit, and an item of a wrong shape is left out of it; a known field of
  the wrong type refuses the line.
* A `created_at` before 1990 or after its witness is kept as a claim and not believed.
* `witnessed_at` counts only in an archive, whose listener the operator vouches for.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from siyaq.core.clock import Trust, place
from siyaq.core.event import Op, PostEvent, Rejected, RejectReason
from siyaq.core.ids import AuthorId, PostId, post_id
from siyaq.core.post import Author, Facet, Media, Post
from siyaq.core.span import Span
from siyaq.core.wire import FIELDS
from siyaq.sources import claim_review, fields, limits
from siyaq.sources.decode import decode_object
from siyaq.sources.option import is_source_name
from siyaq.sources.refusal import Refusal
from siyaq.text.language import identify

_EPOCH = datetime(1990, 1, 1, tzinfo=UTC)
"""No network that siyaq reads is older; clients without a clock claim 1970."""

_SELDOM = frozenset(
    {
        "title",
        "url",
        "reply_to",
        "root",
        "quote_of",
        "repost_of",
        "links",
        "facets",
        "media",
        "license",
    }
)
"""Fields of a post that most posts do without."""

_MEDIA_TYPES: Mapping[object, Literal["image", "video", "audio", "link"]] = {
    "image": "image",
    "photo": "image",
    "video": "video",
    "gif": "video",
    "animated_gif": "video",
    "audio": "audio",
    "link": "link",
}


def admit_line(
    line: bytes, *, source: str, trust: Trust, now: datetime, number: int | None = None
) -> PostEvent | Rejected:
    """Turn one line of JSON into a change of a post, or into the reason it was refused.

    `source` is used where the line names none; `now` is when the line was received; `number` is
    its 1-based place in its file.
    """
    body: Mapping[str, object] = {}
    try:
        body = decode_object(line)
        return admit_object(body, source=source, trust=trust, now=now)
    except Refusal as refusal:
        told = body.get("source")
        named = told if isinstance(told, str) and is_source_name(told) else ""
        return refusal.rejected(number, source=named)


def admit_object(
    body: Mapping[str, object], *, source: str, trust: Trust, now: datetime
) -> PostEvent:
    """Turn a decoded Post object into a change of a post. Raises Refusal, and nothing else.

    A bare schema.org/ClaimReview object is a post too: the review is what was published.
    """
    if claim_review.is_review(body):
        body = claim_review.as_post(body)
    source = fields.source_name(body.get("source"), source)
    native_id = fields.identifier(body.get("id"), "id")
    if not native_id:
        raise Refusal(RejectReason.NO_ID, "'id' is missing or empty")
    op = _op(body.get("op"))
    witnessed_at = _witness(body, trust, now)
    name = post_id(source, native_id)
    if op is Op.DELETE:
        return PostEvent(op=op, post_id=name, post=None, witnessed_at=witnessed_at)
    post = _post(body, source, native_id, witnessed_at, trust)
    return PostEvent(op=op, post_id=name, post=post, witnessed_at=witnessed_at)


def believable(claim: datetime | None) -> datetime | None:
    """Return a claimed time that `place` may consider; None for one that no clock would tell."""
    return claim if claim is not None and claim >= _EPOCH else None


def extra_fields(body: Mapping[str, object], *, known: Set[str]) -> dict[str, object]:
    """Keep the unknown fields that fit, in order, and that can be written again."""
    if body.keys() <= known:
        return {}
    kept: dict[str, object] = {}
    room_bytes = limits.EXTRA_BYTES
    for name, value in body.items():
        if name in known:
            continue
        try:
            size_bytes = len(msgspec.msgpack.encode({name: value}))
        except (OverflowError, RecursionError):  # an integer that few readers of JSON can hold
            continue
        if size_bytes <= room_bytes:
            kept[name] = value
            room_bytes -= size_bytes
    return kept


def _extra(body: Mapping[str, object]) -> dict[str, object]:
    """Return the unknown fields, and published reviews of claims in the one form we read."""
    extra = extra_fields(body, known=FIELDS)
    if claim_review.FIELD in extra:
        reviews = claim_review.read_reviews(extra.pop(claim_review.FIELD))
        extra |= {claim_review.FIELD: reviews} if reviews else {}
    return extra


def _op(value: object) -> Op:
    if value is None:
        return Op.CREATE
    if value not in ("create", "update", "delete"):
        raise Refusal(RejectReason.UNSUPPORTED, "'op' must be create, update or delete")
    return Op(value)


def _witness(body: Mapping[str, object], trust: Trust, now: datetime) -> datetime:
    said = body.get("witnessed_at")
    if said is None or trust is not Trust.ARCHIVE:
        return now
    told = fields.moment(said, "witnessed_at")
    return told if told is not None and told <= now else now


def _post(
    body: Mapping[str, object],
    source: str,
    native_id: str,
    witnessed_at: datetime,
    trust: Trust,
) -> Post:
    text = fields.body_text(body.get("text"), "text", limits.TEXT_CHARS)
    if not text or text.isspace():
        raise Refusal(RejectReason.NO_TEXT, "'text' is missing or empty")
    created_at = fields.moment(body.get("created_at"), "created_at")
    placed_at, placed_by = place(believable(created_at), witnessed_at, trust)
    author = _author(fields.mapping(body.get("author"), "author"))
    seldom = {} if _SELDOM.isdisjoint(body) else _seldom(body, source, len(text))
    return Post(
        source=source,
        native_id=native_id,
        author=author,
        text=text,
        witnessed_at=witnessed_at,
        placed_at=placed_at,
        placed_by=placed_by,
        created_at=created_at,
        lang=identify(text, fields.primary_tag(body.get("lang"))),
        is_repost=body.get("is_repost") is True,
        extra=_extra(body),
        **seldom,
    )


def _seldom(body: Mapping[str, object], source: str, text_chars: int) -> dict[str, Any]:
    """Read the fields named in _SELDOM."""
    return {
        "title": fields.label(body.get("title"), "title", limits.TITLE_CHARS),
        "url": fields.web_url(body.get("url")),
        "reply_to": _reference(body.get("reply_to"), "reply_to", source),
        "root": _reference(body.get("root"), "root", source),
        "quote_of": _reference(body.get("quote_of"), "quote_of", source),
        "repost_of": _reference(body.get("repost_of"), "repost_of", source),
        "links": _links(body.get("links")),
        "facets": _facets(body.get("facets"), text_chars),
        "media": _media(body.get("media")),
        "license": fields.label(body.get("license"), "license", limits.NAME_CHARS),
    }


def _author(body: Mapping[str, object]) -> Author:
    handle = fields.label(body.get("handle"), "author.handle", limits.NAME_CHARS).removeprefix("@")
    author_id = fields.identifier(body.get("id"), "author.id")
    if "id" not in body:
        author_id = fields.identifier(handle, "author.handle")
    return Author(
        id=AuthorId(author_id),
        handle=handle,
        name=fields.label(body.get("name"), "author.name", limits.NAME_CHARS),
        followers=fields.count(body.get("followers")),
    )


def _reference(value: object, field: str, source: str) -> PostId | None:
    if value is None:
        return None
    name = fields.identifier(value, field).removeprefix(f"{source}:")
    return post_id(source, name) if name else None


def _links(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    urls = map(fields.web_url, fields.items(value, "links", limits.LINKS))
    return tuple(url for url in urls if url)


def _media(value: object) -> tuple[Media, ...]:
    kept: list[Media] = []
    for item in fields.items(value, "media", limits.MEDIA):
        if isinstance(item, dict) and isinstance(item.get("type"), str):
            kind = _MEDIA_TYPES.get(item["type"])
            alt = fields.label(item.get("alt"), "media.alt", limits.ALT_CHARS)
            if kind is not None:
                kept.append(Media(type=kind, url=fields.web_url(item.get("url")), alt=alt))
    return tuple(kept)


def _facets(value: object, text_chars: int) -> tuple[Facet, ...]:
    if value is None:
        return ()
    found = (_facet(item, text_chars) for item in fields.items(value, "facets", limits.FACETS))
    return tuple(facet for facet in found if facet is not None)


def _facet(item: object, text_chars: int) -> Facet | None:
    """Return one facet, or None when it is not a link, mention or tag inside the text."""
    if not isinstance(item, dict):
        return None
    start, end, kind, target = (item.get(name) for name in ("start", "end", "kind", "target"))
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= text_chars:
        return None
    if not isinstance(target, str) or not 0 < len(target) <= limits.URL_CHARS or "\0" in target:
        return None
    if kind not in ("link", "mention", "tag") or (kind == "link" and not fields.web_url(target)):
        return None
    return Facet(span=Span(start, end), kind=kind, target=target)
