"""A post as X's API v2 tells of it, in either spelling of its fields, turned into changes.

An edited post has a new id on X, and a list of all it has had. The first of them names it here,
and every later one is an alias; the newest id is the revision.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import datetime

from siyaq.core.clock import Trust, from_microseconds, place
from siyaq.core.event import Op, PostEvent, RejectReason
from siyaq.core.ids import AuthorId, PostId, post_id
from siyaq.core.post import Author, Facet, Media, Post
from siyaq.core.span import Span
from siyaq.sources import fields, limits
from siyaq.sources.admit import extra_fields
from siyaq.sources.refusal import Refusal
from siyaq.text.language import identify

Json = Mapping[str, object]

GONE_REV = "~"
_EPOCH_MS = 1_288_834_974_657
_ID_BITS = 22
_REV_DIGITS = 20
_LISTED = 200
_MEDIA = {"photo": "image", "video": "video", "animated_gif": "video"}
_KEPT = ("public_metrics", "possibly_sensitive", "in_reply_to_user_id", "reply_settings")


def read_posts(message: Json, *, source: str, now: datetime) -> list[PostEvent]:
    """Return the changes that a message stands for: posts it refers to first, then its own.

    Raises Refusal where its own post cannot be used; a referenced one that cannot is left out.
    """
    includes = fields.record(message.get("includes"))
    users = {str(user.get("id")): user for user in fields.records(includes.get("users"), _LISTED)}
    media = {
        str(one.get("media_key")): one for one in fields.records(includes.get("media"), _LISTED)
    }
    others = {
        str(one.get("id")): one
        for one in fields.records(includes.get("tweets") or includes.get("posts"), _LISTED)
    }
    found: list[PostEvent] = []
    for other in others.values():
        try:
            found.append(_read(other, {}, users, media, {}, source, now))
        except Refusal:
            continue
    data = fields.mapping(message.get("data"), "data")
    if isinstance(data.get("payload"), dict):  # of the activity stream
        data = fields.mapping(data.get("payload"), "payload")
    found.append(_read(data, message, users, media, others, source, now))
    return found


def deletion(native_id: object, *, source: str, now: datetime, rev: str = GONE_REV) -> PostEvent:
    """Return the deletion of a post, by any id that it has had. Raises Refusal."""
    number = fields.identifier(native_id, "id")
    if not number:
        raise Refusal(RejectReason.NO_ID, "a deletion without an id")
    name = post_id(source, number)
    return PostEvent(op=Op.DELETE, post_id=name, post=None, witnessed_at=now, rev=rev, alias=name)


def rev_of(number: str) -> str:
    """Return an id as text that sorts by number."""
    return number.rjust(_REV_DIGITS, "0")


def _read(
    data: Json,
    message: Json,
    users: Mapping[str, Json],
    media: Mapping[str, Json],
    others: Mapping[str, Json],
    source: str,
    now: datetime,
) -> PostEvent:
    number = fields.identifier(data.get("id"), "id")
    if not number:
        raise Refusal(RejectReason.NO_ID, "a post without 'id'")
    if fields.record(data.get("withheld")):
        raise Refusal(RejectReason.NOT_PUBLIC, "'withheld' somewhere")
    history = data.get("edit_history_tweet_ids") or data.get("edit_history_post_ids")
    ids = [str(one) for one in history] if isinstance(history, list) and history else [number]
    native_id = fields.identifier(ids[0], "edit_history")
    post = _post(data, message, native_id, number, users, media, others, source, now)
    return PostEvent(
        op=Op.UPDATE if number != native_id else Op.CREATE,
        post_id=post.id,
        post=post,
        witnessed_at=now,
        rev=rev_of(number),
        alias=post_id(source, number) if number != native_id else None,
    )


def _post(
    data: Json,
    message: Json,
    native_id: str,
    number: str,
    users: Mapping[str, Json],
    media: Mapping[str, Json],
    others: Mapping[str, Json],
    source: str,
    now: datetime,
) -> Post:
    author_id = fields.identifier(data.get("author_id"), "author_id")
    author = users.get(author_id, {})
    references = _references(data)
    retweeted = references.get("retweeted")
    text = _text(others.get(retweeted or "", data))
    shown = tuple(_media(data, media))[: limits.MEDIA]
    if not text and not shown:
        raise Refusal(RejectReason.NO_TEXT, "neither text nor media")
    facets = tuple(_facets(fields.record(others.get(retweeted or "", data).get("entities")), text))
    # The first id tells when a post was made; an edit is told with the time of the edit.
    created_at = made_at(native_id) or fields.moment(data.get("created_at"), "created_at")
    placed_at, placed_by = place(created_at, now, Trust.PLATFORM)
    username = fields.label(author.get("username"), "username", limits.NAME_CHARS)
    kept = {name: data[name] for name in _KEPT if data.get(name) not in (None, "", False)}
    if message.get("matching_rules"):
        kept["matching_rules"] = message["matching_rules"]
    replied = references.get("replied_to")
    conversation = fields.identifier(data.get("conversation_id"), "conversation_id")
    return Post(
        source=source,
        native_id=native_id,
        author=Author(
            id=AuthorId(author_id),
            handle=username,
            name=fields.label(author.get("name"), "name", limits.NAME_CHARS),
            followers=fields.count(
                fields.record(author.get("public_metrics")).get("followers_count")
            ),
        ),
        text=text,
        witnessed_at=now,
        placed_at=placed_at,
        placed_by=placed_by,
        created_at=created_at,
        lang=identify(text, fields.primary_tag(data.get("lang"))),
        url=f"https://x.com/{username or 'i/web'}/status/{number}",
        reply_to=_named(source, replied),
        root=_named(source, conversation) if replied and conversation else None,
        quote_of=_named(source, references.get("quoted")),
        repost_of=_named(source, retweeted),
        is_repost=retweeted is not None,
        links=tuple(dict.fromkeys(f.target for f in facets if f.kind == "link"))[: limits.LINKS],
        facets=facets[: limits.FACETS],
        media=shown,
        extra=extra_fields(kept, known=frozenset()),
    )


def _text(data: Json) -> str:
    """Return the whole text: a long post has it in a field of its own. Entities are undone."""
    note = fields.record(data.get("note_tweet")) or fields.record(data.get("note_post"))
    whole = note.get("text") or data.get("text")
    return html.unescape(fields.body_text(whole, "text", limits.TEXT_CHARS)).strip()


def _references(data: Json) -> dict[str, str]:
    told = data.get("referenced_tweets") or data.get("referenced_posts")
    found: dict[str, str] = {}
    for one in fields.records(told, _LISTED):
        kind = str(one.get("type")).replace("reposted", "retweeted")
        number = fields.identifier(one.get("id"), "referenced.id")
        if number:
            found.setdefault(kind, number)
    return found


def _named(source: str, number: str | None) -> PostId | None:
    return post_id(source, number) if number else None


def made_at(number: str) -> datetime | None:
    """Return the time that an id tells, to the millisecond; ids before November 2010 tell none."""
    milliseconds = int(number) >> _ID_BITS if number.isdecimal() and len(number) < 20 else 0
    if milliseconds < 1 << 30:  # 12 days after the epoch: older ids are mere counts
        return None
    return from_microseconds((milliseconds + _EPOCH_MS) * 1000)


def _media(data: Json, media: Mapping[str, Json]) -> Iterator[Media]:
    keys = fields.record(data.get("attachments")).get("media_keys")
    for key in keys if isinstance(keys, list) else []:
        one = media.get(str(key), {})
        kind = _MEDIA.get(str(one.get("type")))
        if kind is not None:
            url = fields.web_url(one.get("url")) or fields.web_url(one.get("preview_image_url"))
            alt = fields.label(one.get("alt_text"), "alt_text", limits.ALT_CHARS)
            yield Media(type=kind, url=url, alt=alt)  # type: ignore[arg-type]  # as the table says


def _facets(entities: Json, text: str) -> Iterator[Facet]:
    """Yield what entities mean, found again by their own words.

    Their offsets count what X counts, in a text that has not been unescaped; their words do not.
    """
    for url in fields.records(entities.get("urls"), limits.FACETS):
        target = fields.web_url(url.get("unwound_url")) or fields.web_url(url.get("expanded_url"))
        yield from _found(text, str(url.get("url") or ""), "link", target)
    for one in fields.records(entities.get("mentions"), limits.FACETS):
        yield from _found(text, f"@{one.get('username')}", "mention", str(one.get("id") or ""))
    for one in fields.records(entities.get("hashtags"), limits.FACETS):
        yield from _found(text, f"#{one.get('tag')}", "tag", str(one.get("tag") or ""))


def _found(text: str, words: str, kind: str, target: str) -> Iterator[Facet]:
    start = text.lower().find(words.lower()) if len(words) > 1 else -1
    if start >= 0 and len(text.lower()) == len(text) and 0 < len(target) <= limits.URL_CHARS:
        span = Span(start, start + len(words))
        yield Facet(span=span, kind=kind, target=target)  # type: ignore[arg-type]  # callers' own
