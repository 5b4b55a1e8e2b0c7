"""The newspapers as web sites: pages of articles, sitemaps, robots.txt."""

from __future__ import annotations

import gzip
import json
from html import escape
from xml.etree.ElementTree import Element, SubElement, register_namespace

from siyaq.testing.world.event import Article
from siyaq.testing.world.feeds import Edition, document_of, paragraphs, stamp

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"

CLOSED = "for-our-readers-only"
ROBOTS = f"""User-agent: *
Disallow: /news/*/{CLOSED}
Disallow: /hub

User-agent: badbot
Disallow: /
""".encode()


def page(article: Article) -> str:
    """Return an article as a page of HTML, with all that stands around an article on such pages."""
    arabic = article.paper == "ar"
    menu = ("الرئيسية", "رياضة", "اقتصاد") if arabic else ("Home", "Sport", "Business")
    footer = "جميع الحقوق محفوظة" if arabic else "All rights reserved. Terms. Privacy."
    told = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": stamp(article.published_at),
        "dateModified": stamp(article.updated_at),
        "author": {"@type": "Person", "name": article.author},
    }
    return (
        f'<!doctype html><html lang="{article.paper}" dir="{"rtl" if arabic else "ltr"}"><head>'
        f'<meta charset="utf-8"><title>{escape(article.title)}</title>'
        f'<script type="application/ld+json">{json.dumps(told)}</script></head><body>'
        f"<nav><ul>{''.join(f'<li><a href=/{n}>{item}</a></li>' for n, item in enumerate(menu))}"
        f"</ul></nav><main><article><h1>{escape(article.title)}</h1>"
        f"{paragraphs(article.paragraphs)}</article></main>"
        f"<footer><p>{footer}</p></footer></body></html>"
    )


def sitemap(edition: Edition) -> bytes:
    """Return a news sitemap of the articles, and of one page that robots.txt forbids."""
    register_namespace("", SITEMAP)
    register_namespace("news", NEWS)
    root = Element(f"{{{SITEMAP}}}urlset")
    for article in edition.articles:
        url = SubElement(root, f"{{{SITEMAP}}}url")
        SubElement(url, f"{{{SITEMAP}}}loc").text = edition.address(article)
        SubElement(url, f"{{{SITEMAP}}}lastmod").text = stamp(article.updated_at)
        news = SubElement(url, f"{{{NEWS}}}news")
        publication = SubElement(news, f"{{{NEWS}}}publication")
        SubElement(publication, f"{{{NEWS}}}name").text = edition.paper.name
        SubElement(publication, f"{{{NEWS}}}language").text = edition.paper.lang
        SubElement(news, f"{{{NEWS}}}publication_date").text = stamp(article.published_at)
        SubElement(news, f"{{{NEWS}}}title").text = article.title
    closed = SubElement(root, f"{{{SITEMAP}}}url")
    SubElement(closed, f"{{{SITEMAP}}}loc").text = f"{edition.base}/{CLOSED}.html"
    SubElement(closed, f"{{{SITEMAP}}}lastmod").text = stamp(edition.changed_at)
    return document_of(root)


def front_page(edition: Edition) -> bytes:
    """Return a front page: links to the articles, among all the others that such pages have."""
    stories = "".join(
        f'<section><h2><a href="{escape(edition.address(article))}#top">{escape(article.title)}'
        f'</a></h2><a href="/news/{edition.paper.lang}/{article.slug}.html"><img src="/p.jpg"></a>'
        "</section>"
        for article in edition.articles
    )
    other = "".join(
        f'<a href="{href}">x</a>'
        for href in (
            *("/", "/news/sport", "/tag/rain-and-flood-in-town", "mailto:desk@example.org"),
            *("https://elsewhere.example/a-story-of-others-2026", "javascript:void(0)", "#top"),
            *(
                "/files/annual-report-of-the-paper.pdf",
                "http://[bad",
                f"{edition.base}/{CLOSED}.html",
            ),
        )
    )
    return (
        f'<!doctype html><html lang="{edition.paper.lang}"><head><meta charset="utf-8">'
        f"<title>{escape(edition.paper.name)}</title></head><body>"
        '<nav><a href="/news/what-we-are-and-want.html">About</a></nav>'
        f"<main>{other}{stories}</main>"
        '<footer><a href="/news/terms-of-use-and-service.html">Terms</a></footer></body></html>'
    ).encode()


def zipped_sitemap(edition: Edition) -> bytes:
    """Return the same as the gzip file that large sites serve."""
    return gzip.compress(sitemap(edition), mtime=0)


def sitemap_index(edition: Edition) -> bytes:
    """Return an index that names the sitemap, and one that is not there."""
    register_namespace("", SITEMAP)
    root = Element(f"{{{SITEMAP}}}sitemapindex")
    for name, changed in (("sitemap.gz", stamp(edition.changed_at)), ("missing.gz", "")):
        child = SubElement(root, f"{{{SITEMAP}}}sitemap")
        SubElement(child, f"{{{SITEMAP}}}loc").text = f"{edition.base}.{name}"
        if changed:
            SubElement(child, f"{{{SITEMAP}}}lastmod").text = changed
    return document_of(root)
