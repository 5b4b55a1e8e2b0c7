"""What the sandbox tells of a feed: plain values, so that they can cross a pipe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NotRequired, TypedDict

import msgspec

TAGS = 20


_END = re.compile(
    rb"</(?:[\w.-]+:)?(?:rss|feed|RDF|urlset|sitemapindex)\s*>\s*(?:<!--.*-->\s*)?\Z", re.S
)
_END_BYTES = 1_000


def is_cut_off(document: bytes) -> bool:
    """Say whether a document of XML has no end, so that its last entry may not be whole."""
    return _END.search(document[-_END_BYTES:]) is None


class ParsedEntry(TypedDict):
    """One entry. Text is plain; "" stands for what the entry does not have."""

    id: str
    link: str
    title: str
    text: str
    published: str  # RFC 3339
    author: str
    lang: str
    license: str
    media: list[dict[str, str]]
    tags: list[str]
    changed: NotRequired[str]  # as told, of a sitemap: says only whether to look again
    claim_review: NotRequired[list[object]]


class ParsedFeed(msgspec.Struct):
    """A feed, newest entries first as a rule.

    `problem` says what is wrong with a document in which no feed could be found. `children` are
    the other sitemaps that a sitemap index names, each with when it changed, as told. `links`,
    `base` and `offers` are of a page of HTML: where it leads, from where, and the feeds it offers;
    `front` says that the entries were made of its links.
    """

    title: str = ""
    lang: str = ""
    ttl_seconds: int = 0
    skip_hours: list[int] = []
    skip_days: list[str] = []
    hub: str = ""
    topic: str = ""  # the feed's own address for itself
    problem: str = ""
    damaged: bool = False  # something of it may be missing
    sitemap: bool = False
    entries: list[ParsedEntry] = []
    children: list[tuple[str, str]] = []
    front: bool = False
    base: str = ""
    links: list[str] = []
    offers: list[str] = []


def text(values: Mapping[str, object], field: str) -> str:
    """Return a field that is text, without NULs; "" for anything else.

    By `dict.get`, because feedparser's own would answer for one field with another.
    """
    value = dict.get(values, field) if isinstance(values, dict) else None
    return str(value).replace("\0", "") if isinstance(value, str) else ""


def parts(values: Mapping[str, object], field: str) -> list[Mapping[str, object]]:
    """Return the objects of a field that holds one or a list of them."""
    found = dict.get(values, field) if isinstance(values, dict) else None
    if isinstance(found, dict):
        return [found]
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []
