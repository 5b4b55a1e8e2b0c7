"""JSON Feed 1.0 and 1.1 (jsonfeed.org) as plain values. Runs inside the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from siyaq.sources.limits import MEDIA
from siyaq.sources.markup import html_to_text
from siyaq.sources.rss.values import TAGS, ParsedEntry, ParsedFeed, parts, text

_VERSIONS = ("https://jsonfeed.org/version/", "http://jsonfeed.org/version/")


def is_json_feed(document: object) -> bool:
    """Say whether a decoded document calls itself a JSON Feed."""
    return isinstance(document, dict) and text(document, "version").startswith(_VERSIONS)


def read_json_feed(document: Mapping[str, object], *, entries_at_most: int) -> ParsedFeed:
    """Return the feed. Items without an id are named by their address, as readers do."""
    items = parts(document, "items")[:entries_at_most]
    hubs = [hub for hub in parts(document, "hubs") if text(hub, "type").lower() == "websub"]
    return ParsedFeed(
        title=text(document, "title"),
        lang=text(document, "language"),
        entries=[_entry(item, document) for item in items],
        hub=next((text(hub, "url") for hub in hubs), ""),
        topic=text(document, "feed_url"),
    )


def _entry(item: Mapping[str, object], feed: Mapping[str, object]) -> ParsedEntry:
    html = text(item, "content_html")
    bodies = (html_to_text(html) if html else "", text(item, "content_text"), text(item, "summary"))
    return {
        "id": _name(item),
        "link": text(item, "url") or text(item, "external_url"),
        "title": text(item, "title"),
        "text": max((body.strip() for body in bodies), key=len),
        "published": _moment(item, "date_published") or _moment(item, "date_modified"),
        "author": _author(item) or _author(feed),
        "lang": text(item, "language"),
        "license": "",
        "media": [
            {"type": text(one, "mime_type").partition("/")[0], "url": text(one, "url")}
            for one in parts(item, "attachments")[:MEDIA]
        ],
        "tags": _tags(item.get("tags")),
    }


def _name(item: Mapping[str, object]) -> str:
    """Return the id: text, though readers must take a number too."""
    told = item.get("id")
    if isinstance(told, int | float) and not isinstance(told, bool):
        return str(told)
    return text(item, "id")


def _author(values: Mapping[str, object]) -> str:
    """Return the names of the authors; version 1.0 knew only one."""
    authors = parts(values, "authors") or parts(values, "author")
    return ", ".join(filter(None, (text(one, "name") for one in authors[:5])))


def _tags(told: object) -> list[str]:
    return [tag for tag in told if isinstance(tag, str)][:TAGS] if isinstance(told, list) else []


def _moment(item: Mapping[str, object], field: str) -> str:
    """Return a date of RFC 3339 in UTC, "" for none or nonsense."""
    try:
        moment = datetime.fromisoformat(text(item, field).upper().replace("Z", "+00:00"))
        return moment.astimezone(UTC).isoformat() if moment.tzinfo else ""
    except (ValueError, OverflowError):
        return ""
