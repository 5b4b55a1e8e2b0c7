"""A status of Mastodon, as a server tells of it, turned into changes of posts.

The same post has another `id` on each server, so its `uri` is its name, and the server's own id
an alias by which deletions and replies refer to it. Posts that are not public are refused, and
so are those of accounts that have not agreed to be searched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from siyaq.core.clock import Trust, place
from siyaq.core.event import Op, PostEvent, RejectReason
from siyaq.core.ids import AuthorId, PostId, post_id
from siyaq.core.post import Author, Facet, Media, Post
from siyaq.core.span import Span
from siyaq.sources import fields, limits
from siyaq.sources.admit import believable, extra_fields
from siyaq.sources.mastodon.address import Consent
from siyaq.sources.mastodon.content import Anchor, read_content
from siyaq.sources.refusal import Refusal
from siyaq.text.language import identify

GONE_REV = "~"
"""The revision of a deletion: it comes after every date, for Mastodon never brings a post back."""

_MEDIA = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}
_KEPT: tuple[str, ...] = (
    *("sensitive", "spoiler_text", "edited_at", "poll", "tags"),
    *("replies_count", "reblogs_count", "favourites_count", "quotes_count"),
)


class Reader:
    """Reads what one server says. `source` names the network, `server` is where we listen."""

    def __init__(self, source: str, server: str, consent: Consent) -> None:
        self._source = source
        self._server = server
        self._consent = consent

    def alias(self, status_id: str) -> PostId:
        """Return the name of a post by the number that this server has given it."""
        return post_id(self._source, f"{self._server}/{status_id}")

    def delete(self, status_id: str, now: datetime) -> PostEvent:
        """Return the deletion of a post by its number. Raises Refusal."""
        number = fields.identifier(status_id, "id")
        if not number:
            raise Refusal(RejectReason.NO_ID, "a deletion without an id")
        name = self.alias(number)
        return PostEvent(
            op=Op.DELETE, post_id=name, post=None, witnessed_at=now, rev=GONE_REV, alias=name
        )

    def read(self, status: Mapping[str, object], now: datetime, *, op: Op) -> list[PostEvent]:
        """Return the changes that a status stands for. Raises Refusal, and nothing else.

        A boost stands for two: the post that is boosted, and the boost. Where an author has
        taken consent back, an edit is a deletion of what we hold.
        """
        number = fields.identifier(status.get("id"), "id")
        uri = fields.identifier(status.get("uri"), "uri")
        if not number or not uri:
            raise Refusal(RejectReason.NO_ID, "a status without 'id' or 'uri'")
        created_at = fields.moment(status.get("created_at"), "created_at")
        edited_at = fields.moment(status.get("edited_at"), "edited_at")
        name, alias = post_id(self._source, uri), self.alias(number)
        rev = _rev(edited_at or created_at)
        try:
            self._require_consent(status)
        except Refusal:
            if op is not Op.UPDATE:
                raise
            withdrawn = PostEvent(
                op=Op.DELETE, post_id=name, post=None, witnessed_at=now, rev=rev, alias=alias
            )
            return [withdrawn]
        told = status.get("reblog")
        boosted: list[PostEvent] = []
        if isinstance(told, dict):
            boosted = self.read(told, now, op=Op.CREATE)
        post = self._post(status, uri, created_at, now, boosted[0].post if boosted else None)
        own = PostEvent(op=op, post_id=name, post=post, witnessed_at=now, rev=rev, alias=alias)
        return [*boosted, own]

    def _require_consent(self, status: Mapping[str, object]) -> None:
        if status.get("visibility") != "public":
            raise Refusal(RejectReason.NOT_PUBLIC, "'visibility' is not public")
        account = fields.mapping(status.get("account"), "account")
        if self._consent == "public":
            return
        if account.get("noindex") is True or account.get("discoverable") is False:
            raise Refusal(RejectReason.NO_CONSENT, "the account does not want to be found")
        if account.get(self._consent) is not True:
            raise Refusal(RejectReason.NO_CONSENT, f"the account has not said {self._consent!r}")

    def _post(
        self,
        status: Mapping[str, object],
        uri: str,
        created_at: datetime | None,
        now: datetime,
        boosted: Post | None,
    ) -> Post:
        account = fields.mapping(status.get("account"), "account")
        text, anchors = _text(status)
        media = _media(status.get("media_attachments"))
        if boosted is not None and not text:
            text, anchors = boosted.text, []
        if not text and not media:
            raise Refusal(RejectReason.NO_TEXT, "neither text nor media")
        facets = tuple(_facets(anchors, _mentioned(status.get("mentions"))))[: limits.FACETS]
        own_server = "@" not in str(account.get("acct")) and _host(uri) == self._server
        trust = Trust.PLATFORM if own_server else Trust.CLIENT
        placed_at, placed_by = place(believable(created_at), now, trust)
        answered = fields.identifier(status.get("in_reply_to_id"), "in_reply_to_id")
        return Post(
            source=self._source,
            native_id=uri,
            author=_author(account, self._server),
            text=text,
            witnessed_at=now,
            placed_at=placed_at,
            placed_by=placed_by,
            created_at=created_at,
            lang=identify(text, fields.primary_tag(status.get("language"))),
            url=fields.web_url(status.get("url")) or fields.web_url(uri),
            reply_to=self.alias(answered) if answered else None,
            quote_of=self._quoted(status.get("quote")),
            repost_of=None if boosted is None else boosted.id,
            is_repost=boosted is not None,
            links=_links(facets, media, status.get("card")),
            facets=facets,
            media=media,
            extra=extra_fields(
                {key: status[key] for key in _KEPT if status.get(key) not in (None, "", [], False)},
                known=frozenset(),
            ),
        )

    def _quoted(self, quote: object) -> PostId | None:
        status = quote.get("quoted_status") if isinstance(quote, dict) else None
        uri = status.get("uri") if isinstance(status, dict) else None
        if not isinstance(uri, str) or not 0 < len(uri) <= limits.ID_CHARS:
            return None
        return post_id(self._source, uri) if uri.isprintable() else None


def _rev(moment: datetime | None) -> str:
    """Return the time of a version as text that sorts; "" where it has none."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _text(status: Mapping[str, object]) -> tuple[str, list[Anchor]]:
    """Return the warning, the text, and the choices of a poll, a line each."""
    html = fields.body_text(status.get("content"), "content", limits.TEXT_CHARS)
    body, anchors = read_content(html)
    warning = fields.label(status.get("spoiler_text"), "spoiler_text", limits.TITLE_CHARS).strip()
    poll = status.get("poll")
    told = fields.items(poll.get("options"), "poll.options", 20) if isinstance(poll, dict) else []
    choices = [
        choice["title"][: limits.TITLE_CHARS].replace("\0", "")
        for choice in told
        if isinstance(choice, dict) and isinstance(choice.get("title"), str)
    ]
    if warning:
        shift = len(warning) + 1
        anchors = [one._replace(start=one.start + shift, end=one.end + shift) for one in anchors]
    return "\n".join(filter(None, (warning, body, *choices))), anchors


def _author(account: Mapping[str, object], server: str) -> Author:
    """Return who posted: by actor URI where it is told, else by the page of the account."""
    uri = fields.identifier(account.get("uri"), "account.uri")
    page = fields.identifier(account.get("url"), "account.url")
    handle = fields.label(account.get("acct"), "account.acct", limits.NAME_CHARS)
    if handle and "@" not in handle:
        handle = f"{handle}@{server}"
    if not (uri or page):
        raise Refusal(RejectReason.NO_ID, "an account without 'uri' or 'url'")
    return Author(
        id=AuthorId(uri or page),
        handle=handle,
        name=fields.label(account.get("display_name"), "account.display_name", limits.NAME_CHARS),
        followers=fields.count(account.get("followers_count")),
    )


def _mentioned(value: object) -> dict[str, str]:
    """Return the pages of mentioned accounts, each under its own name: `uri` where it is told."""
    found: dict[str, str] = {}
    for item in fields.items(value, "mentions", limits.FACETS):
        if isinstance(item, dict) and isinstance(item.get("url"), str):
            uri = item.get("uri")
            found[item["url"]] = uri if isinstance(uri, str) and uri else item["url"]
    return found


def _facets(anchors: list[Anchor], mentioned: Mapping[str, str]) -> list[Facet]:
    found: list[Facet] = []
    for anchor in anchors:
        span = Span(anchor.start, anchor.end)
        if "hashtag" in anchor.classes:
            tag = anchor.url.rstrip("/").rpartition("/")[2]
            if 0 < len(tag) <= limits.NAME_CHARS and tag.isprintable():
                found.append(Facet(span=span, kind="tag", target=tag))
        elif "mention" in anchor.classes and anchor.url in mentioned:
            target = mentioned[anchor.url]
            if len(target) <= limits.ID_CHARS and target.isprintable():
                found.append(Facet(span=span, kind="mention", target=target))
        elif fields.web_url(anchor.url):
            found.append(Facet(span=span, kind="link", target=anchor.url))
    return found


def _media(value: object) -> tuple[Media, ...]:
    kept: list[Media] = []
    for item in fields.items(value, "media_attachments", limits.MEDIA):
        kind = _MEDIA.get(str(item.get("type"))) if isinstance(item, dict) else None
        if isinstance(item, dict) and kind is not None:
            alt = fields.label(item.get("description"), "description", limits.ALT_CHARS)
            kept.append(
                Media(
                    type=kind,  # type: ignore[arg-type]  # the table's values are the literals
                    url=fields.web_url(item.get("url")) or fields.web_url(item.get("remote_url")),
                    alt=alt,
                )
            )
    return tuple(kept)


def _links(facets: tuple[Facet, ...], media: tuple[Media, ...], card: object) -> tuple[str, ...]:
    linked = [facet.target for facet in facets if facet.kind == "link"]
    carried = fields.web_url(card.get("url")) if isinstance(card, dict) else ""
    return tuple(dict.fromkeys(filter(None, (*linked, carried))))[: limits.LINKS]


def _host(uri: str) -> str:
    try:
        return urlsplit(uri).netloc.lower()
    except ValueError:
        return ""
