"""The papers are followed in every form, through all that servers do wrong, to the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime, timedelta

import pytest

from siyaq.core.event import Gap, PostEvent
from siyaq.core.ids import split_post_id
from siyaq.core.ports import Batch
from siyaq.core.post import Post
from siyaq.sources.rss import FeedSource
from siyaq.sources.rss.pages import LOOKED_AT_AGAIN, MISSING_AGAIN
from siyaq.testing.world import FAULTS, Fault, FeedServer, Pace
from siyaq.testing.world.pages import CLOSED
from siyaq.testing.world.web import Form
from siyaq.testing.world.words import Lang
from tests.world.reading import START, run, world_of

SEED = 11
DEADLINE_SECONDS = 150.0
_STEP_SECONDS = 120.0
_POLLS = 8
_MISSED = 5  # polls that a loaded machine may spoil before anything was read

Between = Callable[[int, FeedServer], object]


class Finished(Exception):
    pass


class Reading:
    """A reader whose every wait lets the world's time go on, so many times."""

    def __init__(
        self,
        server: FeedServer,
        url: str,
        between: Between,
        polls: int = _POLLS,
        step_seconds: float = _STEP_SECONDS,
    ) -> None:
        self.server = server
        url += f"{'&' if '?' in url else '?'}every=30s"  # so often that the sandbox is kept
        self.source = FeedSource(url, source="paper", clock=server.pace, sleep=self._sleep)
        self.held: dict[str, Post] = {}
        self.deleted: dict[str, datetime] = {}
        self.gaps: list[Gap] = []
        self.refused: list[str] = []
        self.told: set[str] = set()
        self.positions: dict[str, str] = {}
        self.versions: Counter[str] = Counter()
        self._step_seconds = step_seconds
        self._between = between
        self._left = polls
        self._polls = polls
        self._reached = False
        self._missed = _MISSED

    async def _sleep(self, seconds: float) -> None:
        self.told |= {self.source.condition.problem} - {""}
        if self._left == 0:
            self._missed -= 1
            if self._reached or not self._missed:
                raise Finished
            return
        self._left -= 1
        # the last poll finds the world as it was at the one before: nothing is wrong by then
        if self._left:
            self.server.pace.step(self._step_seconds)
        self._between(self._polls - self._left, self.server)

    async def all(self) -> Reading:
        stream = self.source.batches(self.positions)
        async with aclosing(stream):
            try:
                async for batch in stream:
                    self._take(batch)
            except Finished:
                pass
        return self

    def _take(self, batch: Batch) -> None:
        for event in batch.events:
            assert isinstance(event, PostEvent)
            name = split_post_id(event.post_id)[1]
            if event.post is None:
                self.deleted[name] = event.witnessed_at
                del self.held[name]
            else:
                self.held[name] = event.post
                self.versions[name] += 1
        self.gaps += batch.gaps
        self.refused += [one.detail for one in batch.rejected]
        if batch.cursor is not None:
            self._reached = True
            self.positions[batch.cursor.partition] = batch.cursor.position


def nothing(_: int, __: FeedServer) -> None:
    pass


def plain(text: str) -> str:
    return " ".join(text.split())


def compare(reading: Reading, server: FeedServer, paper: Lang, *, by_address: bool = False) -> None:
    """Every article of the paper is held in its latest version, in full, at its own date."""
    assert len(server.articles(paper)) >= 6
    edition = server.edition(paper, "xml")
    for article in server.articles(paper):
        name = edition.address(article) if by_address else article.guid
        held = reading.held[name]
        assert held.title == article.title
        assert plain(held.text).endswith(plain(article.text)), article.guid
        assert held.created_at is not None
        assert abs(held.created_at - article.published_at) < timedelta(seconds=1)


def world(minutes: float = 5) -> FeedServer:
    return FeedServer(world_of(SEED), Pace(START + timedelta(minutes=minutes), paused=True))


@pytest.mark.parametrize(("form", "paper"), [("xml", "en"), ("atom", "ar"), ("json", "ar")])
def test_a_paper_is_held_as_it_is(form: Form, paper: Lang) -> None:
    async def scenario() -> None:
        async with world() as server:
            reading = await Reading(server, server.url(paper, form), nothing).all()
            compare(reading, server, paper)
            assert not reading.refused
            assert not reading.gaps
            assert not any("html" in asked for asked in server.requests), "no page was asked for"

    run(scenario(), DEADLINE_SECONDS)


@pytest.mark.parametrize(
    ("form", "kind"),
    [("xml", "rss"), ("json", "rss"), ("sitemap", "sitemap"), ("index", "sitemap")],
)
def test_articles_behind_teasers_and_sitemaps_are_read(form: Form, kind: str) -> None:
    async def scenario() -> None:
        async with world() as server:
            server.teasers = True
            url = f"{kind}+{server.topic('ar', form)}" + ("?pages=1" if kind == "rss" else "")
            reading = await Reading(server, url, nothing).all()
            compare(reading, server, "ar", by_address=kind == "sitemap")
            pages = [asked for asked in server.requests if asked.endswith(".html 200")]
            assert pages
            assert server.requests["/robots.txt 200"] == 1
            assert not any(CLOSED in asked for asked in server.requests)
            for asked in pages:
                assert server.requests[asked] <= 1 + 3, "once, and a few looks while it is young"

    run(scenario(), DEADLINE_SECONDS)


def test_a_correction_that_the_feed_does_not_tell_is_found_on_the_page() -> None:
    async def scenario() -> None:
        async with world() as server:
            server.teasers = server.silent = True
            url = f"{server.url('en', 'xml')}?pages=1"
            reading = await Reading(server, url, nothing, polls=32, step_seconds=40.0).all()
            now = server.pace.now()
            corrected = [
                article
                for article in server.articles("en")
                if article.updated_at > article.published_at
                and now - article.published_at > LOOKED_AT_AGAIN[0] + timedelta(minutes=1)
            ]
            assert any(reading.versions[article.guid] > 1 for article in corrected)
            for article in corrected:
                assert plain(article.text) in plain(reading.held[article.guid].text)

    run(scenario(), DEADLINE_SECONDS)


@pytest.mark.parametrize(("form", "kind"), [("xml", "rss"), ("sitemap", "sitemap")])
@pytest.mark.parametrize("status", [404, 410])
def test_an_article_that_is_withdrawn_is_deleted(form: Form, kind: str, status: int) -> None:
    """A page that says it is gone is believed at once, one that is not there the second time."""

    async def scenario() -> None:
        async with world() as server:
            chosen: dict[str, str] = {}
            at = server.pace.now()

            def withdraw(poll: int, server: FeedServer) -> None:
                nonlocal at
                if poll == 2:
                    article = server.articles("en")[2]
                    chosen[article.guid] = server.edition("en", form).address(article)
                    server.withdrawn[article.guid] = status
                    at = server.pace.now()

            url = f"{kind}+{server.topic('en', form)}" + ("?pages=1" if kind == "rss" else "")
            reading = await Reading(server, url, withdraw, polls=10, step_seconds=90.0).all()
            ((guid, address),) = chosen.items()
            name = address if kind == "sitemap" else guid
            assert list(reading.deleted) == [name]
            waited = reading.deleted[name] - at
            assert waited < timedelta(minutes=3) if status == 410 else waited >= MISSING_AGAIN
            compare(reading, server, "en", by_address=kind == "sitemap")

    run(scenario(), DEADLINE_SECONDS)


def test_a_page_that_is_not_there_for_a_moment_takes_nothing_away() -> None:
    async def scenario() -> None:
        async with world() as server:

            def come_and_go(poll: int, server: FeedServer) -> None:
                if poll == 2:
                    server.withdrawn[server.articles("en")[2].guid] = 404
                if poll == 5:
                    server.withdrawn.clear()

            url = f"{server.url('en', 'xml')}?pages=1"
            reading = await Reading(server, url, come_and_go, polls=12, step_seconds=90.0).all()
            assert any(asked.endswith(".html 404") for asked in server.requests)
            assert not reading.deleted
            compare(reading, server, "en")

    run(scenario(), DEADLINE_SECONDS)


def test_a_page_without_which_there_is_no_text_is_tried_again() -> None:
    async def scenario() -> None:
        async with world() as server:
            for name in ("page_error", "page_garbage", "page_short", "page_stall"):
                server.faults.order(Fault(name=name, seconds=0.1), times=2)
            url = f"sitemap+{server.topic('ar', 'sitemap')}"
            polls = 12
            reading = await Reading(server, url, nothing, polls=polls, step_seconds=60.0).all()
            assert not server.faults.waiting
            assert len(reading.refused) <= polls, "nothing but the page that robots.txt forbids"
            compare(reading, server, "ar", by_address=True)

    run(scenario(), DEADLINE_SECONDS)


FEED_FAULTS = [name for name, stage in FAULTS.items() if stage == "feed"]
PAGE_FAULTS = [name for name, stage in FAULTS.items() if stage == "page"]


@pytest.mark.parametrize("name", FEED_FAULTS)
def test_a_feed_that_misbehaves_costs_nothing_but_time(name: str) -> None:
    async def scenario() -> None:
        async with world() as server:

            def strike(poll: int, server: FeedServer) -> None:
                if poll in (2, _POLLS - 1):  # after the second, nothing new comes any more
                    server.faults.order(Fault(name=name, seconds=0.1))

            reading = await Reading(server, server.url("ar", "xml"), strike).all()
            assert server.faults.fired[name] == 2
            assert not server.faults.waiting
            compare(reading, server, "ar")
            assert not reading.gaps

    run(scenario(), DEADLINE_SECONDS)


def test_pages_that_misbehave_leave_the_feeds_own_words_and_are_read_later() -> None:
    async def scenario() -> None:
        async with world(minutes=14) as server:  # the oldest page is not yet due for a second look
            server.teasers = True
            first = server.articles("ar")
            assert len(first) >= len(PAGE_FAULTS)
            for name in PAGE_FAULTS:
                server.faults.order(Fault(name=name, seconds=0.1))

            def look(poll: int, server: FeedServer) -> None:
                if poll > 1:
                    return
                assert server.faults.fired == dict.fromkeys(PAGE_FAULTS, 1)
                for article in first:
                    held = reading.held[article.guid]
                    assert held.title == article.title
                    assert plain(article.text)[:40] in plain(held.text)
                assert any(held.text.endswith("…") for held in reading.held.values())

            reading = Reading(server, f"{server.url('ar', 'xml')}?pages=1", look, polls=9)
            compare(await reading.all(), server, "ar")

    run(scenario(), DEADLINE_SECONDS)


def test_a_restart_asks_for_nothing_twice_and_misses_nothing() -> None:
    async def scenario() -> None:
        async with world() as server:
            server.teasers = True
            url = f"{server.url('en', 'json')}?pages=1"
            before = await Reading(server, url, nothing, polls=2).all()
            asked = dict(server.requests)
            after = Reading(server, url, nothing, polls=2)
            after.positions = dict(before.positions)
            server.pace.step(_STEP_SECONDS)
            await after.all()
            assert not after.gaps
            again = {
                name
                for name in before.held
                if name in after.held and after.held[name].text == before.held[name].text
            }
            assert not again
            assert before.held.keys() | after.held.keys() >= {
                article.guid for article in server.articles("en")
            }
            assert asked

    run(scenario(), DEADLINE_SECONDS)


def test_a_feed_that_nothing_is_left_of_is_a_gap_of_our_absence() -> None:
    async def scenario() -> None:
        async with world() as server:
            url = server.url("en", "xml")
            before = await Reading(server, url, nothing, polls=0).all()
            left_at = server.pace.now()
            server.pace.step(3 * 3600)  # more than the papers keep in their feeds
            after = Reading(server, url, nothing, polls=0)
            after.positions = dict(before.positions)
            await after.all()
            assert [(gap.since, gap.until, gap.reason) for gap in after.gaps] == [
                (left_at, server.pace.now(), "disconnected")
            ]

    run(scenario(), DEADLINE_SECONDS)


def test_a_feed_that_is_gone_for_good_is_not_asked_again() -> None:
    async def scenario() -> None:
        async with world() as server:

            def strike(poll: int, server: FeedServer) -> None:
                if poll == 2:
                    server.faults.order(Fault(name="feed_error", status=410))

            reading = Reading(server, server.url("en", "xml"), strike)
            with pytest.raises(Exception, match="gone for good"):
                await reading.all()
            assert reading.held

    run(scenario(), DEADLINE_SECONDS)


def test_what_a_server_asks_for_is_waited_for() -> None:
    async def scenario() -> None:
        slept: list[float] = []
        async with world() as server:
            source: FeedSource

            async def sleep(seconds: float) -> None:
                slept.append(seconds)
                if len(slept) == 4:
                    raise Finished

            server.faults.order(Fault(name="feed_error", status=429, seconds=1_800))
            server.faults.order(Fault(name="feed_error", status=503, seconds=900))
            server.faults.order(Fault(name="feed_error", status=429, seconds=0))
            source = FeedSource(server.url("en", "xml"), clock=server.pace, sleep=sleep)
            with pytest.raises(Finished):
                async for _ in source.batches({}):
                    pass
        assert slept[0] >= 1_800
        assert slept[1] >= 900
        assert slept[2] >= 60

    run(scenario(), DEADLINE_SECONDS)


def test_an_address_that_has_changed_is_said() -> None:
    async def scenario() -> None:
        async with world() as server:

            def strike(poll: int, server: FeedServer) -> None:
                server.faults.order(Fault(name="feed_moved"))

            reading = await Reading(server, server.url("en", "xml"), strike, polls=2).all()
            assert any("it has moved to" in told for told in reading.told)

    run(scenario(), DEADLINE_SECONDS)
