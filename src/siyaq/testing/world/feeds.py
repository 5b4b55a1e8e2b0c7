"""The newspapers as RSS 2.0 and as Atom, and their articles as pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from siyaq.testing.world.event import Article
from siyaq.testing.world.papers import Paper

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


def rss(paper: Paper, articles: Sequence[Article], base: str, started: datetime) -> bytes:
    """Return the RSS 2.0 document of a paper; `base` is where its articles are served."""
    register_namespace("atom", ATOM)
    register_namespace("dc", DUBLIN_CORE)
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _text(channel, "title", paper.name)
    _text(channel, "link", base)
    _text(channel, "description", paper.name)
    _text(channel, "language", paper.lang)
    _text(channel, "lastBuildDate", format_datetime(newest(articles, started)))
    for article in articles:
        item = SubElement(channel, "item")
        _text(item, "title", article.title)
        _text(item, "link", address(article, base))
        guid = SubElement(item, "guid", isPermaLink="false")
        guid.text = article.guid
        _text(item, "pubDate", format_datetime(article.published_at))
        if article.updated_at != article.published_at:
            _text(item, f"{{{ATOM}}}updated", _stamp(article.updated_at))
        _text(item, f"{{{DUBLIN_CORE}}}creator", article.author)
        _text(item, "description", _markup(article))
    return _document(root)


def atom(paper: Paper, articles: Sequence[Article], base: str, started: datetime) -> bytes:
    """Return the Atom document of a paper."""
    register_namespace("", ATOM)
    root = Element(f"{{{ATOM}}}feed", {"xml:lang": paper.lang})
    _text(root, f"{{{ATOM}}}id", f"tag:{paper.domain},2026:feed")
    _text(root, f"{{{ATOM}}}title", paper.name)
    _text(root, f"{{{ATOM}}}updated", _stamp(newest(articles, started)))
    SubElement(root, f"{{{ATOM}}}link", rel="alternate", href=base)
    for article in articles:
        entry = SubElement(root, f"{{{ATOM}}}entry")
        _text(entry, f"{{{ATOM}}}id", article.guid)
        _text(entry, f"{{{ATOM}}}title", article.title)
        SubElement(entry, f"{{{ATOM}}}link", rel="alternate", href=address(article, base))
        _text(entry, f"{{{ATOM}}}published", _stamp(article.published_at))
        _text(entry, f"{{{ATOM}}}updated", _stamp(article.updated_at))
        author = SubElement(entry, f"{{{ATOM}}}author")
        _text(author, f"{{{ATOM}}}name", article.author)
        content = SubElement(entry, f"{{{ATOM}}}content", type="html")
        content.text = _markup(article)
    return _document(root)


def page(article: Article) -> str:
    """Return an article as a page of HTML."""
    direction = "rtl" if article.paper == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{article.paper}" dir="{direction}"><meta charset="utf-8">'
        f"<title>{escape(article.title)}</title>"
        f"<article><h1>{escape(article.title)}</h1><p>{escape(article.author)}, "
        f'<time datetime="{_stamp(article.published_at)}">{_stamp(article.published_at)}</time></p>'
        f"{_markup(article)}</article></html>"
    )


def address(article: Article, base: str) -> str:
    """Return where an article is served."""
    return f"{base}/{article.slug}.html"


def newest(articles: Sequence[Article], started: datetime) -> datetime:
    """Return when a document last changed."""
    return max((article.updated_at for article in articles), default=started)


def _markup(article: Article) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.paragraphs)


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text


def _document(root: Element) -> bytes:
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document
