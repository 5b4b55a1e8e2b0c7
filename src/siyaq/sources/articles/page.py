"""An article out of a web page: its text, and what its markup says of it.

Runs inside the sandbox. The main text is trafilatura's; titles, dates and addresses are read
from the markup that pages carry for search engines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.html
import msgspec
import trafilatura

from siyaq.sources.articles.encoding import decoded
from siyaq.sources.claim_review import REVIEWS_AT_MOST, is_review

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)
_HEAD_BYTES = 4096
_JSON_LD_BLOCKS = 20
_JSON_LD_ITEMS = 200

_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "date",
    "dc.date.issued",
    "dcterms.created",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
)


def read_page(raw: bytes) -> dict[str, object]:
    """Return the parts of an article: text, title, published, url, author, lang and more.

    May raise anything.

    Every part is text, "" where the page does not have it; `claim_review` is a list of the
    fact-checks that its markup publishes, as they came.
    """
    charset = _CHARSET.search(raw[:_HEAD_BYTES])
    html = decoded(raw, declared=charset[1].decode() if charset else "")
    tree = lxml.html.document_fromstring(
        html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8")
    )
    meta = dict(_meta(tree))
    linked = list(_json_ld(tree))
    text = trafilatura.extract(html, include_comments=False, include_tables=True) or ""
    return {
        "text": text.replace("\0", ""),
        "title": _title(tree, meta, linked),
        "published": _published(tree, meta, linked),
        "url": _first(tree, "//link[@rel='canonical']/@href") or meta.get("og:url", ""),
        "author": meta.get("author") or meta.get("article:author") or "",
        "lang": _first(tree, "/html/@lang"),
        "claim_review": [item for item in linked if is_review(item)][:REVIEWS_AT_MOST],
    }


def _meta(tree: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield the meta elements, the last of a name first, so that in a dict the first one wins."""
    for element in reversed(tree.xpath("//meta[@content]")):
        for attribute in ("property", "name", "itemprop"):
            if name := element.get(attribute):
                yield name.strip().lower(), element.get("content").strip()


def _json_ld(tree: lxml.html.HtmlElement) -> Iterator[dict[str, object]]:
    """Yield the objects of the page's JSON-LD, those that hold others first."""
    blocks = tree.xpath("//script[@type='application/ld+json']/text()")[:_JSON_LD_BLOCKS]
    waiting: list[object] = []
    for block in blocks:
        try:
            waiting.append(msgspec.json.decode(block.encode()))
        except (ValueError, RecursionError):
            continue
    for _ in range(_JSON_LD_ITEMS):
        if not waiting:
            return
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            yield item
            waiting.extend(value for value in item.values() if isinstance(value, dict | list))


def _title(
    tree: lxml.html.HtmlElement, meta: dict[str, str], linked: list[dict[str, object]]
) -> str:
    headlines = (str(item["headline"]) for item in linked if isinstance(item.get("headline"), str))
    headings = (" ".join(heading.text_content().split()) for heading in tree.xpath("//h1"))
    candidates = (meta.get("og:title"), *headlines, *headings, _first(tree, "//title/text()"))
    return next((title.strip() for title in candidates if title and title.strip()), "")


def _published(
    tree: lxml.html.HtmlElement, meta: dict[str, str], linked: list[dict[str, object]]
) -> str:
    told = (item.get("datePublished") for item in linked)
    candidates: tuple[object, ...] = (
        *(meta.get(name) for name in _PUBLISHED[:1]),
        *told,
        *(meta.get(name) for name in _PUBLISHED[1:]),
        _first(tree, "//time/@datetime"),
    )
    return next((date for date in candidates if isinstance(date, str) and date), "")


def _first(tree: lxml.html.HtmlElement, path: str) -> str:
    found = tree.xpath(path)
    return str(found[0]).strip() if found else ""
