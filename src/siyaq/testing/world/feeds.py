"""The newspapers as RSS 2.0, Atom and JSON Feed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from siyaq.testing.world.event import Article
from siyaq.testing.world.papers import Paper

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_TEASER_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What a document is made of: articles, the newest first, served under `base`.

    `teasers`: only the beginning of each article is told. `hub` tells readers of news about
    `topic`, the document's own address.
    """

    paper: Paper
    articles: Sequence[Article]
    base: str
    started: datetime
    topic: str
    hub: str = ""
    teasers: bool = False

    @property
    def changed_at(self) -> datetime:
        """When the document last changed."""
        return max((article.updated_at for article in self.articles), default=self.started)

    def address(self, article: Article) -> str:
        """Return where an article is served."""
        return f"{self.base}/{article.slug}.html"

    def markup(self, article: Article) -> str:
        """Return what the document tells of an article, as HTML."""
        return paragraphs([teaser(article)] if self.teasers else article.paragraphs)


def rss(edition: Edition) -> bytes:
    """Return the RSS 2.0 document."""
    register_namespace("atom", ATOM)
    register_namespace("dc", DUBLIN_CORE)
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _text(channel, "title", edition.paper.name)
    _text(channel, "link", edition.base)
    _text(channel, "description", edition.paper.name)
    _text(channel, "language", edition.paper.lang)
    _text(channel, "lastBuildDate", format_datetime(edition.changed_at))
    _links(channel, edition)
    for article in edition.articles:
        item = SubElement(channel, "item")
        _text(item, "title", article.title)
        _text(item, "link", edition.address(article))
        guid = SubElement(item, "guid", isPermaLink="false")
        guid.text = article.guid
        _text(item, "pubDate", format_datetime(article.published_at))
        if article.updated_at != article.published_at:
            _text(item, f"{{{ATOM}}}updated", stamp(article.updated_at))
        _text(item, f"{{{DUBLIN_CORE}}}creator", article.author)
        _text(item, "description", edition.markup(article))
    return document_of(root)


def atom(edition: Edition) -> bytes:
    """Return the Atom document."""
    register_namespace("", ATOM)
    root = Element(f"{{{ATOM}}}feed", {"xml:lang": edition.paper.lang})
    _text(root, f"{{{ATOM}}}id", f"tag:{edition.paper.domain},2026:feed")
    _text(root, f"{{{ATOM}}}title", edition.paper.name)
    _text(root, f"{{{ATOM}}}updated", stamp(edition.changed_at))
    SubElement(root, f"{{{ATOM}}}link", rel="alternate", href=edition.base)
    _links(root, edition)
    for article in edition.articles:
        entry = SubElement(root, f"{{{ATOM}}}entry")
        _text(entry, f"{{{ATOM}}}id", article.guid)
        _text(entry, f"{{{ATOM}}}title", article.title)
        SubElement(entry, f"{{{ATOM}}}link", rel="alternate", href=edition.address(article))
        _text(entry, f"{{{ATOM}}}published", stamp(article.published_at))
        _text(entry, f"{{{ATOM}}}updated", stamp(article.updated_at))
        author = SubElement(entry, f"{{{ATOM}}}author")
        _text(author, f"{{{ATOM}}}name", article.author)
        content = SubElement(entry, f"{{{ATOM}}}content", type="html")
        content.text = edition.markup(article)
    return document_of(root)


def json_feed(edition: Edition) -> bytes:
    """Return the JSON Feed 1.1 document."""
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": edition.paper.name,
        "home_page_url": edition.base,
        "feed_url": edition.topic,
        "language": edition.paper.lang,
        "items": [_item(article, edition) for article in edition.articles],
    }
    if edition.hub:
        feed["hubs"] = [{"type": "WebSub", "url": edition.hub}]
    return json.dumps(feed, ensure_ascii=False).encode()


def teaser(article: Article) -> str:
    """Return the beginning of an article, as papers have it that want to be visited."""
    return article.paragraphs[0][:_TEASER_CHARS].rpartition(" ")[0] + "…"


def paragraphs(texts: Sequence[str]) -> str:
    """Return texts as HTML."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def stamp(moment: datetime) -> str:
    """Return a moment in RFC 3339."""
    return moment.isoformat().replace("+00:00", "Z")


def document_of(root: Element) -> bytes:
    """Return an XML document in UTF-8."""
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _item(article: Article, edition: Edition) -> dict[str, object]:
    return {
        "id": article.guid,
        "url": edition.address(article),
        "title": article.title,
        "content_html": edition.markup(article),
        "date_published": stamp(article.published_at),
        "date_modified": stamp(article.updated_at),
        "authors": [{"name": article.author}],
    }


def _links(parent: Element, edition: Edition) -> None:
    SubElement(parent, f"{{{ATOM}}}link", rel="self", href=edition.topic)
    if edition.hub:
        SubElement(parent, f"{{{ATOM}}}link", rel="hub", href=edition.hub)


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
