"""News sites without a feed: which links of a front page are articles, and how it is followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from siyaq.core.errors import SourceRefused
from siyaq.core.event import PostEvent
from siyaq.core.ports import Batch
from siyaq.sources.rss import FeedSource
from siyaq.sources.rss.links import as_feed, is_article
from siyaq.sources.rss.parse import parse_feed
from siyaq.testing.world import pages, web
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.world import World
from tests.sources.following import until

pytestmark = pytest.mark.anyio

START = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "path",
    [
        "/world/2026/05/04/flood-in-town",
        "/news/articles/c4gdj6k2l8no-flood-closes-the-harbour",
        "/a/flood-closes-the-old-harbour.html",
        "/story/1234567",
        "/2026-05-04/harbour.php",
        "/%D8%A7%D8%AE%D8%A8%D8%A7%D8%B1/%D9%81%D9%8A%D8%B6%D8%A7%D9%86-%D9%8A%D8%BA%D9%84%D9%82-%D9%85%D9%8A%D9%86%D8%A7%D8%A1-%D8%A7%D9%84%D9%85%D8%AF%D9%8A%D9%86%D8%A9",
    ],
)
def test_a_path_of_an_article(path: str) -> None:
    assert is_article(path)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "", "/world", "/world/europe", "/sport/live", "/2026/05/04/", "/index.html"),
        *("/tag/flood-in-the-old-town", "/authors/a-b-c-d-e", "/files/the-report-of-2026-05.pdf"),
        *("/img/a-photo-of-the-flood.jpg", "/search/12345", "/about/what-we-want-to-be"),
    ],
)
def test_a_path_of_something_else(path: str) -> None:
    assert not is_article(path)


def test_links_are_resolved_kept_to_the_host_and_told_once() -> None:
    document = (
        b'<!DOCTYPE html><html lang="ar"><head><title>T</title><base href="/ar/">'
        b'<link rel="alternate" type="application/rss+xml" href="feed.xml"></head><body>'
        b'<nav><a href="a-link-of-the-menu">x</a></nav><article><a href="flood-in-the-old-town">'
        b'1</a><a href="flood-in-the-old-town#pictures">1</a><a href="https://www.news.example/ar/flood-in-the-old-town#c">2</a>'
        b'<a href="//other.example/flood-in-the-old-town">3</a><a href="http://[">4</a>'
        b'<a href="ftp://news.example/flood-in-the-old-town">5</a></article></body></html>'
    )
    feed = as_feed(parse_feed(document), "https://news.example/ar/index")
    assert (feed.lang, feed.title, feed.problem) == ("ar", "T", "")
    assert feed.offers == ["https://news.example/ar/feed.xml"]
    assert [entry["link"] for entry in feed.entries] == [
        "https://news.example/ar/flood-in-the-old-town",
        "https://www.news.example/ar/flood-in-the-old-town",
    ]


@pytest.mark.parametrize(
    ("said", "encoding"),
    [("", "utf-8"), ("<meta charset=utf-8>", "utf-8"), ("<meta charset=windows-1256>", "cp1256")],
)
def test_addresses_in_arabic_are_read_wherever_a_page_says_how(said: str, encoding: str) -> None:
    page = f"<html>{said}<title>أخبار</title><body><a href='/a/فيضان-يغلق-ميناء-قديم'>1</a></html>"
    feed = as_feed(parse_feed(page.encode(encoding)), "https://news.example/")
    assert feed.title == "أخبار"
    assert [one["link"] for one in feed.entries] == ["https://news.example/a/فيضان-يغلق-ميناء-قديم"]


def test_addresses_that_are_none_do_no_harm() -> None:
    document = (
        b'<!DOCTYPE html><html><head><base href="http://[">'
        b'<link rel="alternate" type="application/rss+xml" href="http://[/feed">'
        b'<link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>'
        b'<a href="/a/flood-in-the-old-town">1</a></body></html>'
    )
    feed = as_feed(parse_feed(document), "https://news.example/")
    assert feed.offers == ["https://news.example/feed.xml"]
    assert [entry["link"] for entry in feed.entries] == [
        "https://news.example/a/flood-in-the-old-town"
    ]


def test_a_page_without_articles_says_so() -> None:
    page = parse_feed(b"<html><body><a href=/sport>Sport</a></body></html>")
    assert as_feed(page, "https://news.example/").problem == "no link to an article was found in it"


def test_a_page_is_no_feed_to_whoever_asks_for_one() -> None:
    page = parse_feed(b"<!doctype html><html><a href=/2026/05/04/flood-in-town>F</a></html>")
    assert page.problem
    assert not page.entries


class Site:
    """The English paper, by its front page, and what a source makes of it."""

    def __init__(self, server: web.FeedServer) -> None:
        self.server = server
        self.batches: list[Batch] = []
        self.slept: list[float] = []
        self.source = FeedSource(
            f"site+{server.topic('en', 'html')}",
            source="site",
            clock=server.pace,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0.01)

    async def run(self) -> None:
        async with aclosing(self.source.batches({})) as batches:
            async for batch in batches:
                self.batches.append(batch)

    @property
    def held(self) -> dict[str, str]:
        events = [e for b in self.batches for e in b.events if isinstance(e, PostEvent)]
        return {e.post.native_id: e.post.text for e in events if e.post is not None}

    @property
    def listed(self) -> set[str]:
        edition = self.server.edition("en", "html")
        return {edition.address(article) for article in edition.articles}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    pace = Pace(START + timedelta(minutes=12), paused=True)
    async with web.FeedServer(World(11, START), pace) as server:
        yield Site(server)


async def test_articles_are_read_behind_their_links_and_new_ones_as_they_appear(
    site: Site,
) -> None:
    running = asyncio.create_task(site.run())
    try:
        await until(lambda: set(site.held) >= site.listed)
        first = set(site.held)
        site.server.pace.step(480)
        assert site.listed - first, "nothing new appeared"
        await until(lambda: set(site.held) >= site.listed)
        assert all(len(text) > 100 for text in site.held.values())
        assert not [gap for batch in site.batches for gap in batch.gaps]
        assert not any(pages.CLOSED in address for address in site.held)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_site_that_wants_no_programs_is_left_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ROBOTS", b"User-agent: *\nDisallow: /news/\n")
    with pytest.raises(SourceRefused, match=r"robots\.txt"):
        await site.run()
    assert not any("/news/" in request for request in site.server.requests)
