"""A feed document as plain values. Runs inside the sandbox: feedparser lets exceptions escape."""

from __future__ import annotations

import calendar
import codecs
import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from xml.sax import SAXException

import feedparser
import msgspec

from siyaq.sources.articles.encoding import decoded
from siyaq.sources.claim_review import read_data_feed
from siyaq.sources.limits import MEDIA
from siyaq.sources.markup import html_to_text
from siyaq.sources.rss.front_page import is_page, read_front_page
from siyaq.sources.rss.json_feed import is_json_feed, read_json_feed
from siyaq.sources.rss.sitemap import is_sitemap, read_sitemap
from siyaq.sources.rss.values import TAGS, ParsedEntry, ParsedFeed, is_cut_off, parts, text

ENTRIES = 500
SITEMAP_ENTRIES = 1_000
UNPACKED_BYTES = 50 * 2**20  # the sitemap protocol's own limit
_HEAD_BYTES = 4_096
_GZIP = b"\x1f\x8b"
_AUTO_WBITS = 47
_NOTHING = "no feed was found in it"
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})""")
_SKIPPED = re.compile(rb"<skip(Hours|Days)>(.{0,2000}?)</skip\1>", re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
_DAY = re.compile(rb"<day>\s*([A-Za-z]{6,9})\s*</day>")


def parse_feed(document: bytes) -> ParsedFeed:
    """Return what any feed or sitemap says. May raise anything."""
    if document.startswith(_GZIP):
        document = _unpacked(document)
    start = document.lstrip()[:_HEAD_BYTES]
    if start[:1] in (b"{", b"["):
        return _json(document)
    if is_sitemap(start):
        return read_sitemap(document, entries_at_most=SITEMAP_ENTRIES)
    if is_page(start):
        return read_front_page(document, problem=_NOTHING)
    parsed = feedparser.parse(BytesIO(_in_utf8(document)))
    damaged = _is_damaged(parsed)
    told = parsed.entries[:-1] if damaged and is_cut_off(document) else parsed.entries
    entries = [_entry(entry) for entry in told[:ENTRIES]]
    links = reversed(parts(parsed.feed, "links"))  # so that the first of a kind stays
    address = {text(link, "rel"): text(link, "href") for link in links}
    return ParsedFeed(
        title=html_to_text(text(parsed.feed, "title")),
        lang=text(parsed.feed, "language"),
        ttl_seconds=_ttl_seconds(parsed.feed),
        skip_hours=[int(hour) for part in _skipped(document) for hour in _HOUR.findall(part)],
        skip_days=[day.decode() for part in _skipped(document) for day in _DAY.findall(part)],
        hub=address.get("hub", ""),
        topic=address.get("self", ""),
        problem="" if entries or (parsed.version and not damaged) else _NOTHING,
        damaged=damaged,
        entries=entries,
    )


def _unpacked(document: bytes) -> bytes:
    """Return what a gzip file holds. Raises ValueError for one that grows beyond the limit."""
    stream = zlib.decompressobj(_AUTO_WBITS)
    unpacked = stream.decompress(document, UNPACKED_BYTES + 1)
    if len(unpacked) > UNPACKED_BYTES:
        raise ValueError(f"it grows beyond {UNPACKED_BYTES} bytes")
    return unpacked


def _is_damaged(parsed: feedparser.FeedParserDict) -> bool:
    """Say whether a document is not well-formed, which it is not where it was cut off."""
    trouble = parsed.get("bozo_exception")
    return isinstance(trouble, SAXException)


def _in_utf8(document: bytes) -> bytes:
    """Mend a document that says it is UTF-8, or says nothing, and is not.

    feedparser would read every such one as western European, Arabic ones too.
    """
    told = _ENCODING.search(document[:200])
    if document.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return document
    if told is not None and told[1].lower() not in (b"utf-8", b"utf8"):
        return document
    try:
        document.decode()
    except UnicodeDecodeError:
        return decoded(document).encode()
    return document


def _skipped(document: bytes) -> list[bytes]:
    """Return what stands in skipHours and skipDays, of which feedparser keeps nothing."""
    return [match[2] for match in _SKIPPED.finditer(document)][:2]


def _json(document: bytes) -> ParsedFeed:
    try:
        told = msgspec.json.decode(document)
    except (ValueError, RecursionError) as error:
        return ParsedFeed(problem=f"it is not JSON: {str(error)[:80]}")
    if is_json_feed(told):
        return read_json_feed(told, entries_at_most=ENTRIES)
    entries = [_review_entry(body) for body in read_data_feed(document)]
    return ParsedFeed(entries=entries, problem="" if entries else _NOTHING)


def _review_entry(body: Mapping[str, object]) -> ParsedEntry:
    author = body["author"]
    return {
        "id": text(body, "id"),
        "link": text(body, "url"),
        "title": text(body, "title"),
        "text": text(body, "text"),
        "published": text(body, "created_at"),
        "author": text(author, "name") if isinstance(author, dict) else "",
        "lang": text(body, "lang"),
        "license": "",
        "media": [],
        "tags": [],
        "claim_review": list(parts(body, "claim_review")),
    }


def _entry(entry: Mapping[str, object]) -> ParsedEntry:
    bodies = [part for part in parts(entry, "content") if text(part, "value")]
    summary = parts(entry, "summary_detail")
    texts = [_readable(part) for part in (*bodies, *summary)]
    enclosures = [part for part in parts(entry, "links") if text(part, "rel") == "enclosure"]
    return {
        "id": text(entry, "id"),
        "link": text(entry, "link"),
        "title": html_to_text(text(entry, "title")),
        "text": max(texts, key=len, default=""),
        "published": _moment(entry, "published_parsed") or _moment(entry, "updated_parsed"),
        "author": html_to_text(text(entry, "author")),
        "lang": next((text(part, "language") for part in (*bodies, *summary)), ""),
        "license": text(entry, "license"),
        "media": [_medium(part) for part in enclosures[:MEDIA]],
        "tags": [text(part, "term") for part in parts(entry, "tags")[:TAGS]],
    }


def _readable(part: Mapping[str, object]) -> str:
    value = text(part, "value")
    return value.strip() if text(part, "type") == "text/plain" else html_to_text(value)


def _medium(part: Mapping[str, object]) -> dict[str, str]:
    return {"type": text(part, "type").partition("/")[0], "url": text(part, "href")}


def _ttl_seconds(feed: Mapping[str, object]) -> int:
    """Return how long the feed asks to be left alone; 0 where it does not say."""
    minutes = text(feed, "ttl")
    if minutes.isdecimal() and len(minutes) < 7:
        return int(minutes) * 60
    hours = {"hourly": 1, "daily": 24, "weekly": 168}.get(text(feed, "sy_updateperiod").strip())
    times = text(feed, "sy_updatefrequency")
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
