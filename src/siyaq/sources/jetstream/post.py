"""A record of `app.bsky.feed.post`, as its author's client wrote it, turned into a Post.

Decorations that do not fit (a facet that cuts a character, a reference that is no post) are left
out; the post stays. `createdAt` is the client's word: a malformed one is no claim at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from siyaq.core.clock import Trust, place
from siyaq.core.event import RejectReason
from siyaq.core.ids import AuthorId, PostId, post_id
from siyaq.core.post import Author, Facet, Media, Post
from siyaq.sources import fields, limits
from siyaq.sources.admit import believable, extra_fields
from siyaq.sources.refusal import Refusal
from siyaq.text.language import identify
from siyaq.text.offsets import from_utf8

TEXT_CHARS = 10_000
"""The network's own limit is 3,000 bytes; servers are not all strict about it."""

_POST_URI = re.compile(
    r"at://did:[a-z]+:[A-Za-z0-9._:%-]+/app\.bsky\.feed\.post/[A-Za-z0-9._:~-]+", re.ASCII
)
_READ = frozenset({"$type", "text", "createdAt", "facets", "reply", "embed"})
"""Fields of the record that have a place of their own in Post. The others are kept as extra."""


def read_post(
    record: Mapping[str, object], *, source: str, did: str, rkey: str, witnessed_at: datetime
) -> Post:
    """Turn one record into a Post. Raises Refusal where there is nothing to read in it."""
    text = fields.body_text(record.get("text"), "text", TEXT_CHARS)
    embed = fields.record(record.get("embed"))
    if not embed and (not text or text.isspace()):
        raise Refusal(RejectReason.NO_TEXT, "neither text nor an embed")
    created_at = _claim(record.get("createdAt"))
    placed_at, placed_by = place(believable(created_at), witnessed_at, Trust.CLIENT)
    reply = fields.record(record.get("reply"))
    facets = tuple(_facets(record.get("facets"), text))[: limits.FACETS]
    media = tuple(_media(embed))[: limits.MEDIA]
    return Post(
        source=source,
        native_id=f"at://{did}/app.bsky.feed.post/{rkey}",
        author=Author(id=AuthorId(did)),
        text=text,
        witnessed_at=witnessed_at,
        placed_at=placed_at,
        placed_by=placed_by,
        created_at=created_at,
        lang=identify(text, _language(record.get("langs"))),
        url=f"https://bsky.app/profile/{did}/post/{rkey}",
        reply_to=_reference(reply.get("parent"), source),
        root=_reference(reply.get("root"), source),
        quote_of=_quoted(embed, source),
        links=_links(facets, media),
        facets=facets,
        media=media,
        extra=extra_fields(record, known=_READ),
    )


def _claim(value: object) -> datetime | None:
    try:
        return fields.moment(value, "createdAt")
    except Refusal:
        return None


def _language(langs: object) -> str:
    return fields.primary_tag(langs[0]) if isinstance(langs, list) and langs else ""


def _reference(value: object, source: str) -> PostId | None:
    """Return the post that a strong reference (uri and cid) names, if it names a post."""
    uri = fields.record(value).get("uri")
    if not isinstance(uri, str) or len(uri) > limits.ID_CHARS or not _POST_URI.fullmatch(uri):
        return None
    return post_id(source, uri)


def _quoted(embed: Mapping[str, object], source: str) -> PostId | None:
    """Find the quoted post: in `embed.record`, one level deeper beside media."""
    if embed.get("$type") == "app.bsky.embed.recordWithMedia":
        embed = fields.record(embed.get("record"))
    return _reference(embed.get("record"), source)


def _media(embed: Mapping[str, object]) -> Iterator[Media]:
    """Yield what an embed shows. Blobs have no address of their own, so only cards have URLs."""
    match embed.get("$type"):
        case "app.bsky.embed.recordWithMedia":
            inner = fields.record(embed.get("media"))
            if inner.get("$type") != "app.bsky.embed.recordWithMedia":
                yield from _media(inner)
        case "app.bsky.embed.images":
            for image in fields.records(embed.get("images"), limits.MEDIA):
                yield Media(type="image", alt=_alt(image.get("alt")))
        case "app.bsky.embed.gallery":
            for item in fields.records(embed.get("items"), limits.MEDIA):
                yield Media(type="image", alt=_alt(item.get("alt")))
        case "app.bsky.embed.video":
            yield Media(type="video", alt=_alt(embed.get("alt")))
        case "app.bsky.embed.external":
            card = fields.record(embed.get("external"))
            told = (_alt(card.get("title")), _alt(card.get("description")))
            url = fields.web_url(card.get("uri"))
            yield Media(type="link", url=url, alt="\n".join(filter(None, told)))


def _facets(value: object, text: str) -> Iterator[Facet]:
    """Yield the facets that lie inside the text, their UTF-8 byte offsets made code points."""
    for item in fields.records(value, limits.FACETS):
        index = fields.record(item.get("index"))
        start, end = index.get("byteStart"), index.get("byteEnd")
        if type(start) is not int or type(end) is not int or start >= end:
            continue
        try:
            span = from_utf8(text, start, end)
        except ValueError:
            continue
        for feature in fields.records(item.get("features"), limit=4):
            match feature:
                case {"$type": "app.bsky.richtext.facet#link", "uri": uri} if fields.web_url(uri):
                    yield Facet(span=span, kind="link", target=str(uri))
                case {"$type": "app.bsky.richtext.facet#mention", "did": str(did)} if _fits(did):
                    yield Facet(span=span, kind="mention", target=did)
                case {"$type": "app.bsky.richtext.facet#tag", "tag": str(tag)} if _fits(tag):
                    yield Facet(span=span, kind="tag", target=tag.removeprefix("#"))


def _links(facets: tuple[Facet, ...], media: tuple[Media, ...]) -> tuple[str, ...]:
    linked = [facet.target for facet in facets if facet.kind == "link"]
    carried = [item.url for item in media if item.url]
    return tuple(dict.fromkeys(linked + carried))[: limits.LINKS]


def _fits(target: str) -> bool:
    return 0 < len(target) <= limits.ID_CHARS and target.isprintable()


def _alt(value: object) -> str:
    return value[: limits.ALT_CHARS].replace("\0", "") if isinstance(value, str) else ""
