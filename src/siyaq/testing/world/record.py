"""Bodies of atproto records, with facets in UTF-8 bytes as the lexicon wants them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from siyaq.testing.world.atproto import FOLLOW, LIKE, POST, PROFILE
from siyaq.testing.world.moment import to_milliseconds_text

_MARKED = re.compile(
    r"(?P<link>https?://[^\s<>'()]+)|(?<!\w)#(?P<tag>\w+)|(?<!\w)@(?P<mention>[a-z0-9.-]+)"
)
_FACET = "app.bsky.richtext.facet"


@dataclass(frozen=True, slots=True)
class Reference:
    """A strong reference to a record, and to the post at the root of its thread."""

    uri: str
    cid: str
    root_uri: str = ""
    root_cid: str = ""

    @property
    def root(self) -> Reference:
        """The first post of the thread: itself, where it starts one."""
        return Reference(self.root_uri, self.root_cid) if self.root_uri else self


def facets_of(text: str, dids: Mapping[str, str]) -> list[dict[str, object]]:
    """Return a facet for each link, tag, and mention of a known handle in `text`."""
    facets: list[dict[str, object]] = []
    for found in _MARKED.finditer(text):
        feature: dict[str, object]
        if found["link"]:
            feature = {"$type": f"{_FACET}#link", "uri": found["link"]}
        elif found["tag"]:
            feature = {"$type": f"{_FACET}#tag", "tag": found["tag"]}
        elif found["mention"] in dids:
            feature = {"$type": f"{_FACET}#mention", "did": dids[found["mention"]]}
        else:
            continue
        facets.append(facet(text, found.start(), found.end(), feature))
    return facets


def facet(text: str, start: int, end: int, feature: dict[str, object]) -> dict[str, object]:
    """Return a facet over text[start:end] in code points, converted to bytes."""
    byte_start = len(text[:start].encode())
    byte_end = byte_start + len(text[start:end].encode())
    return {"index": {"byteStart": byte_start, "byteEnd": byte_end}, "features": [feature]}


def post_record(
    text: str,
    created_at: datetime,
    *,
    langs: Sequence[str] = (),
    facets: Sequence[Mapping[str, object]] = (),
    reply_to: Reference | None = None,
    quote: Reference | None = None,
    image_alt: str | None = None,
    card_link: str = "",
) -> dict[str, object]:
    """Return an app.bsky.feed.post record."""
    record: dict[str, object] = {
        "$type": POST,
        "text": text,
        "createdAt": to_milliseconds_text(created_at),
    }
    if langs:
        record["langs"] = list(langs)
    if facets:
        record["facets"] = list(facets)
    if reply_to is not None:
        record["reply"] = {"root": _strong(reply_to.root), "parent": _strong(reply_to)}
    embed = _embed(quote, image_alt, card_link)
    if embed:
        record["embed"] = embed
    return record


def like_record(subject: Reference, created_at: datetime) -> dict[str, object]:
    """Return an app.bsky.feed.like record."""
    return {
        "$type": LIKE,
        "createdAt": to_milliseconds_text(created_at),
        "subject": _strong(subject),
    }


def follow_record(subject: str, created_at: datetime) -> dict[str, object]:
    """Return an app.bsky.graph.follow record."""
    return {"$type": FOLLOW, "createdAt": to_milliseconds_text(created_at), "subject": subject}


def profile_record(name: str, created_at: datetime) -> dict[str, object]:
    """Return an app.bsky.actor.profile record."""
    return {"$type": PROFILE, "displayName": name, "createdAt": to_milliseconds_text(created_at)}


def _strong(reference: Reference) -> dict[str, str]:
    return {"cid": reference.cid, "uri": reference.uri}


def _embed(quote: Reference | None, image_alt: str | None, card_link: str) -> dict[str, object]:
    media: dict[str, object] = {}
    if image_alt is not None:
        media = {
            "$type": "app.bsky.embed.images",
            "images": [{"alt": image_alt, "aspectRatio": {"height": 600, "width": 800}}],
        }
    elif card_link:
        media = {
            "$type": "app.bsky.embed.external",
            "external": {"uri": card_link, "title": "", "description": ""},
        }
    if quote is None:
        return media
    record: dict[str, object] = {"$type": "app.bsky.embed.record", "record": _strong(quote)}
    if not media:
        return record
    return {"$type": "app.bsky.embed.recordWithMedia", "record": record, "media": media}
