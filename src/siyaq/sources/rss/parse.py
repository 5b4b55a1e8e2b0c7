"""A feed document as plain values. Runs inside the sandbox: feedparser lets exceptions escape."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import NotRequired, TypedDict

import feedparser

from siyaq.sources.claim_review import read_data_feed
from siyaq.sources.limits import MEDIA
from siyaq.sources.markup import html_to_text

ENTRIES = 500
_TAGS = 20


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
    claim_review: NotRequired[list[object]]


def parse_feed(document: bytes) -> dict[str, object]:
    """Return title, lang, ttl_seconds, problem and entries of any feed. May raise anything.

    `problem` says what is wrong with a document in which no feed could be found.
    """
    if document.lstrip()[:1] in (b"{", b"["):
        return _data_feed(document)
    parsed = feedparser.parse(BytesIO(document))
    entries = [_entry(entry) for entry in parsed.entries[:ENTRIES]]
    return {
        "title": html_to_text(_text(parsed.feed, "title")),
        "lang": _text(parsed.feed, "language"),
        "ttl_seconds": _ttl_seconds(parsed.feed),
        "problem": "" if entries or parsed.version else "no feed was found in it",
        "entries": entries,
    }


def _data_feed(document: bytes) -> dict[str, object]:
    """Return the reviews of a JSON-LD data feed as entries."""
    entries = [_review_entry(body) for body in read_data_feed(document)]
    return {
        "title": "",
        "lang": "",
        "ttl_seconds": 0,
        "problem": "" if entries else "no feed was found in it",
        "entries": entries,
    }


def _review_entry(body: Mapping[str, object]) -> ParsedEntry:
    author = body["author"]
    return {
        "id": _text(body, "id"),
        "link": _text(body, "url"),
        "title": _text(body, "title"),
        "text": _text(body, "text"),
        "published": _text(body, "created_at"),
        "author": _text(author, "name") if isinstance(author, dict) else "",
        "lang": _text(body, "lang"),
        "license": "",
        "media": [],
        "tags": [],
        "claim_review": list(_parts(body, "claim_review")),
    }


def _entry(entry: Mapping[str, object]) -> ParsedEntry:
    bodies = [part for part in _parts(entry, "content") if _text(part, "value")]
    summary = _parts(entry, "summary_detail")
    texts = [_readable(part) for part in (*bodies, *summary)]
    enclosures = [part for part in _parts(entry, "links") if _text(part, "rel") == "enclosure"]
    return {
        "id": _text(entry, "id"),
        "link": _text(entry, "link"),
        "title": html_to_text(_text(entry, "title")),
        "text": max(texts, key=len, default=""),
        "published": _moment(entry, "published_parsed") or _moment(entry, "updated_parsed"),
        "author": html_to_text(_text(entry, "author")),
        "lang": next((_text(part, "language") for part in (*bodies, *summary)), ""),
        "license": _text(entry, "license"),
        "media": [_medium(part) for part in enclosures[:MEDIA]],
        "tags": [_text(part, "term") for part in _parts(entry, "tags")[:_TAGS]],
    }


def _readable(part: Mapping[str, object]) -> str:
    value = _text(part, "value")
    return value.strip() if _text(part, "type") == "text/plain" else html_to_text(value)


def _medium(part: Mapping[str, object]) -> dict[str, str]:
    return {"type": _text(part, "type").partition("/")[0], "url": _text(part, "href")}


def _ttl_seconds(feed: Mapping[str, object]) -> int:
    """Return how long the feed asks to be left alone; 0 where it does not say."""
    minutes = _text(feed, "ttl")
    if minutes.isdecimal() and len(minutes) < 7:
        return int(minutes) * 60
    hours = {"hourly": 1, "daily": 24, "weekly": 168}.get(_text(feed, "sy_updateperiod").strip())
    times = _text(feed, "sy_updatefrequency")
    if hours is None:
        return 0
    return hours * 3600 // (int(times) or 1 if times.isdecimal() and len(times) < 5 else 1)


def _moment(entry: Mapping[str, object], field: str) -> str:
    """Read a struct_time, which feedparser gives in UTC, or "" for none or nonsense."""
    # dict.get, because feedparser's own would answer for one date with another
    value = dict.get(entry, field) if isinstance(entry, dict) else None
    if not isinstance(value, tuple):
        return ""
    try:
        moment = datetime.fromtimestamp(calendar.timegm(value), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return ""
    return moment.isoformat()


def _text(values: Mapping[str, object], field: str) -> str:
    value = dict.get(values, field) if isinstance(values, dict) else None
    return str(value).replace("\0", "") if isinstance(value, str) else ""


def _parts(values: Mapping[str, object], field: str) -> list[Mapping[str, object]]:
    found = dict.get(values, field) if isinstance(values, dict) else None
    if isinstance(found, dict):
        return [found]
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []
