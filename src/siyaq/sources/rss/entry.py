"""One entry of a feed as a change of a post.

A feed is one publisher: its host is the author's id, whoever signs an entry. The headline leads
the text, since it is often what is worth citing. The published date is the publisher's word and
is believed, unless it lies in the future.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from siyaq.core.clock import Trust
from siyaq.core.event import PostEvent
from siyaq.sources.admit import admit_object
from siyaq.sources.limits import ID_CHARS, NAME_CHARS, TITLE_CHARS
from siyaq.sources.rss.values import ParsedEntry


def entry_id(entry: ParsedEntry) -> str:
    """Name an entry: by its own id, else its link, else what it says."""
    name = (entry["id"] or entry["link"]).strip()
    if name and len(name) <= ID_CHARS and name.isprintable():
        return name
    told = name or f"{entry['title']}\n{entry['text']}"
    return hashlib.sha256(told.encode(errors="replace")).hexdigest()[:32]


def read_entry(
    entry: ParsedEntry, *, source: str, host: str, feed_title: str, lang: str, now: datetime
) -> PostEvent:
    """Turn an entry into a change. Raises Refusal where it cannot be used."""
    title, text = entry["title"], entry["text"]
    if title and not text.startswith(title.rstrip(".… ")):
        text = f"{title}\n\n{text}".strip()
    body: dict[str, object] = {
        "id": entry_id(entry),
        "text": text,
        "title": title[:TITLE_CHARS],
        "url": entry["link"],
        "created_at": entry["published"] or None,
        "lang": entry["lang"] or lang,
        "author": {
            "id": host,
            "handle": host,
            "name": (entry["author"] or feed_title)[:NAME_CHARS],
        },
        "media": entry["media"],
        "license": entry["license"],
    }
    if entry["tags"]:
        body["tags"] = entry["tags"]
    if reviews := entry.get("claim_review"):
        body["claim_review"] = reviews
    return admit_object(body, source=source, trust=Trust.PLATFORM, now=now)
