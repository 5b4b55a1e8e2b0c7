"""WebSub: a hub verifies, signs and brings; only it can, and what it brings is durable first."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from siyaq.app.intake import Intake
from siyaq.core.errors import DiskFull, NotAuthentic, NotFound, Overloaded
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch
from siyaq.core.reports import Delivered
from siyaq.log import Appended, LogReader, LogWriter
from siyaq.serve import ServeSettings, create_app
from siyaq.sources import Committer
from siyaq.sources.fetch import Fetcher
from siyaq.sources.rss import FeedSource
from siyaq.sources.rss.websub import Subscription
from siyaq.testing.clock import FakeClock
from siyaq.testing.product import FakeProduct
from siyaq.testing.world import FeedServer, Pace, World
from siyaq.testing.world.app_server import AppServer
from tests.sources.following import until

pytestmark = pytest.mark.anyio

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
TOPIC = "https://news.example/feed.xml"


class Desk(FakeProduct):
    """Serves an intake's hooks; everything else is played."""

    def __init__(self, intake: Intake) -> None:
        super().__init__(now=START)
        self._intake = intake

    async def deliver(self, hook: str, headers: Mapping[str, str], body: bytes) -> Delivered:
        return await self._intake.deliver(hook, headers, body)

    async def confirm(self, hook: str, asked: Mapping[str, str]) -> str:
        return self._intake.confirm(hook, asked)


class Rig:
    """The papers, and a siyaq that follows one of them and is served, log and all."""

    def __init__(self, directory: Path) -> None:
        self.pace = Pace(START + timedelta(minutes=5), paused=True)
        self.papers = FeedServer(World(11, START), self.pace)
        self.papers.with_hub = True
        self.writer = LogWriter.open(directory)
        self.log = LogReader.open(directory)
        self.base = ""
        self.failing = False
        self.slept: list[float] = []
        self.woken = asyncio.Event()

    def append(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        if self.failing:
            raise DiskFull("no room")
        return self.writer.append(batches)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.woken.wait()
        self.woken.clear()

    def holds(self, guid: str) -> bool:
        name = PostId(f"paper:{guid}")
        return name in self.log.find([name])

    def guids(self) -> set[str]:
        return {article.guid for article in self.papers.articles("en")}

    def hook(self) -> str:
        (subscription,) = self.papers.hub.subscriptions.values()
        return urlsplit(subscription.callback).path


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path / "data")
    async with rig.papers, Committer(rig.append, lambda: None, group_seconds=0) as committer:
        intake = Intake(writer=rig.writer, log=rig.log, committer=committer, clock=rig.pace)
        async with AppServer(create_app(Desk(intake), ServeSettings())) as server:
            rig.base = f"http://127.0.0.1:{server.port}"
            url = f"{rig.papers.url('en', 'xml')}?websub={rig.base}"
            source = FeedSource(url, source="paper", clock=rig.pace, sleep=rig.sleep)
            following = asyncio.create_task(intake.follow(source, url))
            yield rig
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
    rig.log.close()
    rig.writer.close()


async def test_what_the_hub_brings_is_held_before_it_is_answered(rig: Rig) -> None:
    await until(lambda: bool(rig.papers.hub.subscriptions))
    (asked,) = rig.papers.hub.asked
    assert asked["hub.topic"] == rig.papers.topic("en", "xml")
    assert len(rig.hook().rpartition("/")[2]) >= 43, "256 bits, which nobody guesses"
    before = rig.guids()
    polls = rig.papers.requests["/news/en.xml 200"]
    rig.pace.step(240)
    new = rig.guids() - before
    assert new
    assert await rig.papers.publish("en", "xml") == [200]
    assert all(rig.holds(guid) for guid in rig.guids())
    assert rig.papers.requests["/news/en.xml 200"] == polls, "nobody had to ask"


async def test_a_delivery_that_cannot_be_kept_is_not_acknowledged(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyaq.sources.rss.websub.ANSWER_SECONDS", 0.2)
    await until(lambda: bool(rig.papers.hub.subscriptions))
    before = rig.guids()
    rig.pace.step(240)
    rig.failing = True
    assert await rig.papers.publish("en", "xml") == [503]
    assert not any(rig.holds(guid) for guid in rig.guids() - before)
    rig.failing = False
    await until(lambda: all(rig.holds(guid) for guid in rig.guids()))


async def test_nobody_but_the_hub_can_deliver(rig: Rig) -> None:
    await until(lambda: bool(rig.papers.hub.subscriptions))
    before = rig.guids()
    rig.pace.step(240)
    forgeries: list[Callable[[str], str]] = [
        lambda told: "",
        lambda told: told[:-1] + ("0" if told[-1] != "0" else "1"),
        lambda told: told.replace("sha256", "md5"),
        lambda told: told.replace("sha256", "sha1"),
        lambda told: "sha256=",
    ]
    for forge in forgeries:
        assert await rig.papers.publish("en", "xml", forge=forge) == [403]
    async with httpx2.AsyncClient(base_url=rig.base, trust_env=False) as client:
        elsewhere = rig.hook()[:-1] + ("A" if rig.hook()[-1] != "A" else "B")
        assert (await client.post(elsewhere, content=b"<rss/>")).status_code == 404
        asked = {"hub.mode": "subscribe", "hub.challenge": "x"}
        for topic in ("", "https://other.example/"):
            told = await client.get(rig.hook(), params=asked | {"hub.topic": topic})
            assert told.status_code == 404
        leave = asked | {"hub.mode": "unsubscribe", "hub.topic": rig.papers.topic("en", "xml")}
        assert (await client.get(rig.hook(), params=leave)).status_code == 404
    assert not any(rig.holds(guid) for guid in rig.guids() - before)


async def test_without_a_hub_that_answers_the_feed_is_polled(rig: Rig) -> None:
    await until(lambda: bool(rig.papers.hub.subscriptions))
    rig.papers.hub.subscriptions.clear()  # it forgets us, and says nothing
    rig.pace.step(240)
    assert await rig.papers.publish("en", "xml") == []
    rig.woken.set()
    await until(lambda: all(rig.holds(guid) for guid in rig.guids()))


@pytest.fixture
async def subscription(clock: FakeClock) -> AsyncIterator[Subscription]:
    async with Fetcher() as fetcher:
        yield Subscription("https://siyaq.example", fetcher, clock, hook="h", secret="s" * 32)


def promised(subscription: Subscription) -> bool:
    return subscription.active


def asking(**more: str) -> dict[str, str]:
    asked = {"mode": "subscribe", "topic": TOPIC, "challenge": "c", "lease_seconds": "1000"} | more
    return {f"hub.{name}": value for name, value in asked.items()}


async def test_a_promise_is_renewed_before_it_ends_and_asked_for_again_after_a_refusal(
    subscription: Subscription, clock: FakeClock
) -> None:
    with pytest.raises(NotFound):
        subscription.confirm(asking())
    await subscription.keep("http://10.0.0.1/hub", TOPIC)
    assert "cannot be asked" in subscription.problem
    assert "not public" in subscription.problem, "no feed leads us into our own network"
    assert subscription.renewal_seconds() == 3_600
    assert subscription.confirm(asking()) == "c"
    assert promised(subscription)
    assert subscription.renewal_seconds() == pytest.approx(800)
    clock.advance(1_001)
    assert not promised(subscription)
    await subscription.keep("http://10.0.0.1/hub", TOPIC)
    assert subscription.confirm(asking(mode="denied")) == ""
    assert not promised(subscription)
    assert "refused" in subscription.problem
    with pytest.raises(NotFound):
        subscription.confirm(asking())


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_signature_of_the_standard_is_known(
    subscription: Subscription, method: str
) -> None:
    body = b"<rss/>"
    signed = hmac.new(b"s" * 32, body, getattr(hashlib, method)).hexdigest()
    taking: Awaitable[Delivered] = asyncio.ensure_future(
        subscription.receive({"x-hub-signature": f"{method}={signed}"}, body)
    )
    delivery = await subscription.next()
    assert delivery.document == body
    delivery.done.set_result(Delivered(taken=1))
    assert (await taking).taken == 1
    with pytest.raises(NotAuthentic):
        await subscription.receive({"x-hub-signature": f"{method}={signed}"}, body + b" ")


async def test_whoever_waits_is_turned_away_at_the_end(subscription: Subscription) -> None:
    signed = hmac.new(b"s" * 32, b"x", hashlib.sha256).hexdigest()
    taking = asyncio.ensure_future(
        subscription.receive({"x-hub-signature": f"sha256={signed}"}, b"x")
    )
    await asyncio.sleep(0)
    subscription.close()
    with pytest.raises(Overloaded):
        await taking
