"""The front page of a news site that has neither feed nor sitemap. Runs inside the sandbox.

Which of its links lead to articles, nobody says; `links` decides that outside, where the address
of the page is known.
"""

from __future__ import annotations

from lxml import html

from siyaq.sources.rss.values import ParsedFeed

LINKS = 1_000
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_NO_PLACE = frozenset({"nav", "footer", "header", "form"})
"""What links in here lead to is the site, not its news."""

_HREF_CHARS = 2_000
_OTHER = (b"<rss", b"<feed", b"<rdf:rdf")


def is_page(head: bytes) -> bool:
    """Say whether a document begins like a page of HTML."""
    head = head.lower()
    begins = head.startswith(b"<!doctype html") or b"<html" in head
    return begins and not any(one in head for one in _OTHER)


def read_front_page(document: bytes, *, problem: str) -> ParsedFeed:
    """Return a page's links, in its order, and the feeds it offers. May raise anything."""
    parser = html.HTMLParser(
        no_network=True, recover=True, huge_tree=False, encoding=_encoding(document)
    )
    root = html.document_fromstring(document, parser=parser)
    links: dict[str, None] = {}
    for anchor in root.iter("a"):
        href = (anchor.get("href") or "").strip()
        if 0 < len(href) <= _HREF_CHARS and not _NO_PLACE & {
            one.tag for one in anchor.iterancestors()
        }:
            links[href.replace("\0", "")] = None
            if len(links) >= LINKS:
                break
    offered = [
        link.get("href") or ""
        for link in root.iter("link")
        if link.get("type") in _FEEDS and "alternate" in (link.get("rel") or "").split()
    ]
    base = root.find(".//base")
    return ParsedFeed(
        title=(root.findtext(".//title") or "").strip()[:500],
        lang=(root.get("lang") or "")[:35],
        problem=problem,
        base="" if base is None else (base.get("href") or "")[:_HREF_CHARS],
        links=list(links),
        offers=[one[:_HREF_CHARS] for one in offered if one][:10],
    )


def _encoding(document: bytes) -> str | None:
    """Return UTF-8 for what is; else None, and the page's own word for it counts.

    Many pages say it in a header alone, and addresses in Arabic would be read as something else.
    """
    try:
        document.decode()
    except UnicodeDecodeError:
        return None
    return "utf-8"
