"""The newspapers speak RSS and Atom as a stranger's parser reads them."""

from __future__ import annotations

import calendar
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import feedparser
import httpx2
import pytest

from siyaq.testing.world import Fault, FeedServer, Pace, Truth
from siyaq.testing.world.words import Lang
from tests.world.reading import START, run, truth_of, world_of

SEED = 11
MINUTES = 10.0


def server() -> FeedServer:
    return FeedServer(world_of(SEED), Pace(START + timedelta(minutes=MINUTES), paused=True))


async def fetch(feeds: FeedServer, path: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=feeds.base) as client:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.get(path, headers=told)


def entries(response: httpx2.Response) -> list[Any]:
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return list(parsed.entries)


def moment(parsed: time.struct_time) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


def of_paper(truth: Truth, paper: Lang) -> set[str]:
    return {guid for guid, article in truth.articles.items() if article.paper == paper}


@pytest.mark.parametrize("form", ["xml", "atom"])
@pytest.mark.parametrize("paper", ["en", "ar"])
def test_a_feed_lists_the_latest_version_of_every_article(paper: Lang, form: str) -> None:
    async def scenario() -> None:
        async with server() as feeds:
            response = await fetch(feeds, f"/news/{paper}.{form}")
            assert response.status_code == 200
            listed = entries(response)
            truth = truth_of(SEED, MINUTES)
            assert {entry.id for entry in listed} == of_paper(truth, paper)
            assert len(listed) >= 6
            for entry in listed:
                article = truth.articles[entry.id]
                assert entry.title == article.title
                body = unescape(entry.content[0].value if "content" in entry else entry.summary)
                assert all(part in body for part in article.text.split("\n\n"))
                assert moment(entry.published_parsed) == article.published_at.replace(microsecond=0)
                if article.updated_at != article.published_at:
                    assert moment(entry.updated_parsed) == article.updated_at.replace(microsecond=0)
                page = await fetch(feeds, entry.link.removeprefix(feeds.base))
                assert page.status_code == 200
                assert article.title in unescape(page.text)

    run(scenario())


def test_corrections_come_as_updated_entries() -> None:
    async def scenario() -> None:
        world = world_of(SEED)
        versions = world.articles(START, START + timedelta(minutes=20))
        corrected = next(one for one in versions if one.updated_at > one.published_at)
        original = next(one for one in versions if one.guid == corrected.guid)
        pace = Pace(corrected.updated_at - timedelta(seconds=1), paused=True)
        async with FeedServer(world, pace) as feeds:
            path = f"/news/{corrected.paper}.xml"
            before = {entry.id: entry for entry in entries(await fetch(feeds, path))}
            pace.step(2)
            after = {entry.id: entry for entry in entries(await fetch(feeds, path))}
            assert before[corrected.guid].title == original.title
            assert after[corrected.guid].title == corrected.title
            assert "updated" not in before[corrected.guid]
            assert after[corrected.guid].published == before[corrected.guid].published

    run(scenario())


def test_an_unchanged_feed_is_not_sent_again() -> None:
    async def scenario() -> None:
        async with server() as feeds:
            first = await fetch(feeds, "/news/en.xml")
            etag, date = first.headers["etag"], first.headers["last-modified"]
            assert (await fetch(feeds, "/news/en.xml", If_None_Match=etag)).status_code == 304
            same = await fetch(feeds, "/news/en.xml", If_Modified_Since=date)
            assert same.status_code == 304
            assert (await fetch(feeds, "/news/en.xml", If_None_Match='"x"')).status_code == 200
            assert (
                await fetch(feeds, "/news/en.xml", If_None_Match='"x"', If_Modified_Since=date)
            ).status_code == 200
            feeds.pace.step(300)
            assert (await fetch(feeds, "/news/en.xml", If_None_Match=etag)).status_code == 200
            assert feeds.requests["/news/en.xml 304"] == 2

    run(scenario())


def test_faults_of_the_feed_strike_once_each_and_are_counted() -> None:
    async def scenario() -> None:
        async with server() as feeds:
            feeds.faults.order(Fault(name="feed_error", status=500, seconds=9), times=2)
            for _ in range(2):
                response = await fetch(feeds, "/news/ar.atom")
                assert response.status_code == 500
                assert response.headers["retry-after"] == "9"
            feeds.faults.order(Fault(name="feed_cut"))
            assert feedparser.parse((await fetch(feeds, "/news/ar.atom")).content).bozo
            feeds.faults.order(Fault(name="feed_garbage"))
            assert feedparser.parse((await fetch(feeds, "/news/ar.atom")).content).bozo
            feeds.faults.order(Fault(name="feed_stall", seconds=0.2))
            assert entries(await fetch(feeds, "/news/ar.atom"))
            assert feeds.faults.fired == {
                "feed_error": 2, "feed_cut": 1, "feed_garbage": 1, "feed_stall": 1,
            }  # fmt: skip
            assert entries(await fetch(feeds, "/news/ar.atom"))

    run(scenario())


def test_unknown_papers_and_articles_are_not_found() -> None:
    async def scenario() -> None:
        async with server() as feeds:
            for path in ("/news/fr.xml", "/news/en.txt", "/news/en/none.html"):
                assert (await fetch(feeds, path)).status_code == 404

    run(scenario())
