"""Which links of a front page lead to articles: by their addresses alone, so nothing is asked.

An article's address has a name of several words, a date or a long number in it; that of a section
has none. What slips through has no text of an article and is refused with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from siyaq.sources.limits import ID_CHARS
from siyaq.sources.rss.values import ParsedEntry, ParsedFeed

ARTICLES = 200
"""So many articles of one front page at most, the first in its order."""

_DATE = re.compile(r"/(?:19|20)\d\d[/-](?:0?[1-9]|1[0-2])(?:[/-](?:0?[1-9]|[12]\d|3[01]))?(?=[/-])")
_NUMBER = re.compile(r"\d{5,}")
_WORDS = re.compile(r"[^\W_]+")
_WORDS_AT_LEAST = 4
_ENDINGS = re.compile(r"\.(?!s?html?$|php$|aspx?$|jsp$)[a-z0-9]{2,5}$", re.IGNORECASE)
_ASIDE = frozenset(
    {"about", "account", "author", "authors", "category", "contact", "gallery", "help", "jobs"}
    | {"login", "newsletter", "newsletters", "page", "podcasts", "privacy", "profile", "register"}
    | {"search", "section", "shop", "sitemap", "subscribe", "tag", "tags", "terms", "topic"}
    | {"topics", "user", "users", "video", "videos", "weather"}
)
"""Parts of a path below which there are no articles to read."""


def as_feed(page: ParsedFeed, url: str) -> ParsedFeed:
    """Return the front page at `url` as a feed: an entry without words for each article."""
    base = _joined(url, page.base) or url
    addresses = list(article_addresses(page.links, base, host=_host(url)))[:ARTICLES]
    return ParsedFeed(
        title=page.title,
        lang=page.lang,
        front=True,
        problem="" if addresses else "no link to an article was found in it",
        entries=[_entry(address) for address in addresses],
        offers=[there for one in page.offers if (there := _joined(base, one))],
    )


def article_addresses(links: Iterable[str], base: str, *, host: str) -> Iterable[str]:
    """Yield the addresses that lead to articles of the same host, each once, in order."""
    seen: set[str] = set()
    for link in links:
        try:
            parts = urlsplit(urljoin(base, link))
            same = _host(parts.geturl()) == host
        except ValueError:
            continue
        address = urlunsplit(parts._replace(fragment=""))
        if parts.scheme not in ("http", "https") or not same or address in seen:
            continue
        if len(address) <= ID_CHARS and address.isprintable() and is_article(parts.path):
            seen.add(address)
            yield address


def is_article(path: str) -> bool:
    """Say whether a path is one that articles have."""
    path = unquote(path)
    parts = [part for part in path.split("/") if part]
    if not parts or _ASIDE & {part.lower() for part in parts} or _ENDINGS.search(parts[-1]):
        return False
    name = parts[-1].rpartition(".")[0] or parts[-1]
    many = len(_WORDS.findall(name)) >= _WORDS_AT_LEAST
    dated = _DATE.search(path) and any(letter.isalpha() for letter in name)
    return bool(many or dated or _NUMBER.search(name))


def _joined(base: str, link: str) -> str:
    """Return where a link leads, "" for one that is no address."""
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")


def _entry(address: str) -> ParsedEntry:
    """Return an entry that says its address alone: a page's words for a link change."""
    return {
        "id": address,
        "link": address,
        "title": "",
        "text": "",
        "published": "",
        "author": "",
        "lang": "",
        "license": "",
        "media": [],
        "tags": [],
    }
