"""Sitemaps (sitemaps.org 0.9) and news sitemaps as plain values. Runs inside the sandbox.

A sitemap has no text, only addresses: an entry is a page to look at, and `changed` says when to
look again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from siyaq.sources.articles.date import machine_date
from siyaq.sources.rss.values import ParsedEntry, ParsedFeed, is_cut_off

CHILDREN = 1_000
_ADDRESSES = 50_000  # the protocol's own limit of one file
_NEVER = datetime.min.replace(tzinfo=UTC)


def is_sitemap(head: bytes) -> bool:
    """Say whether a document begins like a sitemap or an index of them."""
    return b"<urlset" in head or b"<sitemapindex" in head


def read_sitemap(document: bytes, *, entries_at_most: int) -> ParsedFeed:
    """Return the newest addresses of a sitemap, or the children of an index. May raise anything."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(document, parser)
    if root is None:
        return ParsedFeed(problem="no feed was found in it")
    children = [
        (_child(one, "loc"), _child(one, "lastmod")) for one in _named(root, "sitemap", CHILDREN)
    ]
    damaged = len(parser.error_log) > 0
    entries = [_entry(one) for one in _named(root, "url", _ADDRESSES)]
    if damaged and is_cut_off(document):
        entries, children = entries[:-1], children[:-1]
    entries = [entry for entry in entries if entry["link"]]
    # stable: what has no date stays in the order in which it is listed, after what has one
    entries.sort(key=lambda entry: machine_date(entry.get("changed", "")) or _NEVER, reverse=True)
    return ParsedFeed(
        sitemap=True,
        damaged=damaged,
        entries=entries[:entries_at_most],
        children=[child for child in children if child[0]],
    )


def _entry(url: etree._Element) -> ParsedEntry:
    news = next(_named(url, "news", 1), None)
    paper = None if news is None else next(_named(news, "publication", 1), None)
    published = "" if news is None else _child(news, "publication_date")
    moment = machine_date(published)
    return {
        "id": _child(url, "loc"),
        "link": _child(url, "loc"),
        "title": "" if news is None else _child(news, "title"),
        "text": "",
        "published": "" if moment is None else moment.isoformat(),
        "author": "",
        "lang": "" if paper is None else _child(paper, "language"),
        "license": "",
        "media": [],
        "tags": [],
        "changed": _child(url, "lastmod") or published,
    }


def _named(element: etree._Element, name: str, at_most: int) -> Iterator[etree._Element]:
    """Yield the child elements of a local name, whatever their namespace."""
    for child in element:
        if at_most <= 0:
            return
        if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == name:
            at_most -= 1
            yield child


def _child(element: etree._Element, name: str) -> str:
    found = next(_named(element, name, 1), None)
    return "" if found is None else (found.text or "").strip().replace("\0", "")
