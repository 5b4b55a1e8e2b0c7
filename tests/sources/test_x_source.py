"""Following X: off until configured, within its budget, patient as X asks, and obedient."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest

from siyaq.core.errors import ConfigError, SourceRefused
from siyaq.core.event import Op, PostEvent
from siyaq.core.ids import PostId
from siyaq.sources.credential import Credential
from siyaq.sources.x import XSource, search
from siyaq.sources.x.address import Address
from siyaq.sources.x.budget import Budget
from siyaq.testing.clock import FakeClock
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.world import World
from siyaq.testing.world.x import GARBAGE, XServer
from tests.sources.following import Follower, following, until

pytestmark = pytest.mark.anyio

START = datetime(2026, 11, 30, 23, 45, tzinfo=UTC)
SECRET = "bearer-of-good-news"
ALL = "?rule=*&cap_usd=1000"


@pytest.fixture
async def server() -> AsyncIterator[XServer]:
    world = World(7, START, posts_per_second=6.0)
    async with XServer(world, Pace(START + timedelta(seconds=20), paused=True)) as server:
        yield server


class Late:
    """The clock of somebody whom everything reaches some time after it was said."""

    def __init__(self, pace: Pace, late: timedelta) -> None:
        self._pace = pace
        self._late = late

    def now(self) -> datetime:
        return self._pace.now() + self._late


class Listener(Follower):
    """Follows a simulated X."""

    adapter: XSource
    pause = 0.01

    def __init__(
        self,
        server: XServer,
        options: str = ALL,
        resume: dict[str, str] | None = None,
        *,
        token: str = SECRET,
        silence_seconds: float = 1.0,
        late: timedelta = timedelta(0),
    ) -> None:
        super().__init__(resume)
        self.adapter = XSource(
            server.url + options,
            Credential(["TOKEN"], environ={"TOKEN": token}),
            clock=Late(server.pace, late),
            sleep=self.sleep,
            silence_seconds=silence_seconds,
            search_delay_seconds=0.05,
            rng=random.Random(1),
        )

    @property
    def ids(self) -> list[str]:
        return [e.post_id.removeprefix("x:") for e in self.events if e.op is not Op.DELETE]

    @property
    def deleted(self) -> set[str]:
        return {e.post_id for e in self.events if e.op is Op.DELETE}


def listening(
    server: XServer, *given: object, **settings: object
) -> AbstractAsyncContextManager[Listener]:
    return following(Listener(server, *given, **settings))  # type: ignore[arg-type]  # the test's own


def live(server: XServer, rule: str = "*", after: datetime = START) -> set[str]:
    truth = server.truth(rule).items()
    return {n for n, t in truth if t.created_at >= after and not t.refusable}


async def test_rules_are_made_and_what_they_match_arrives(server: XServer) -> None:
    server.rules["1"] = {"id": "1", "value": "somebody else's", "tag": "theirs"}
    server.rules["2"] = {"id": "2", "value": "of last year", "tag": "siyaq-00000000"}
    now = server.pace.now()
    async with listening(server, "?rule=lang:ar&cap_usd=10") as listener:
        await until(lambda: server.streaming == 1)
        server.pace.step(20)
        await until(lambda: set(listener.ids) >= live(server, "lang:ar", now))
    assert sorted(rule["value"] for rule in server.rules.values()) == ["lang:ar", "somebody else's"]
    assert set(listener.ids) <= set(server.truth("lang:ar"))


async def test_what_was_missed_is_searched_for(server: XServer) -> None:
    now = server.pace.now()
    async with listening(server) as listener:
        await until(lambda: server.streaming == 1)
        server.pace.step(10)
        await until(lambda: set(listener.ids) >= live(server, after=now))
        server.mischief.order("refuse", status=503)
        server.wire.drop_streams()
        await until(lambda: server.streaming == 0)
        server.pace.step(40)
        await until(lambda: set(listener.ids) >= live(server, after=now))
        assert not any(batch.gaps for batch in listener.batches)


@pytest.mark.parametrize("rules", ["rule=*", "rule=lang:ar&rule=lang:en"], ids=["one", "two"])
async def test_more_than_one_search_brings_is_searched_for_until_nothing_is_left(
    server: XServer, monkeypatch: pytest.MonkeyPatch, rules: str
) -> None:
    monkeypatch.setattr("siyaq.sources.x.search.MOST_PAGES", 1)
    now = server.pace.now()
    options = f"?{rules}&cap_usd=1000&compliance=none"
    async with listening(server, options) as listener:
        await until(lambda: bool(listener.committed))
    server.pace.step(100)
    missed = {
        n for rule in options.split("rule=")[1:] for n in live(server, rule.split("&")[0], now)
    }
    assert len(missed) > 400
    async with listening(server, options, listener.committed) as resumed:
        await until(lambda: set(resumed.ids) >= missed)
        assert not any(batch.gaps for batch in resumed.batches)
        assert len(resumed.ids) < 2 * len(missed), "what was found is not paid for again"
        held_at = listener.committed["stream"].partition("@")[0]
        places = [b.cursor.position.partition("@")[0] for b in resumed.batches if b.cursor]
        assert places.count(held_at) > 3, "the place is held back until all of it is there"
        await until(lambda: resumed.committed["stream"].partition("@")[0] != held_at)


async def test_what_was_still_on_its_way_when_the_stream_was_cut_is_searched_for(
    server: XServer,
) -> None:
    """By when it was said, not by when we would have heard it: we are a minute behind."""
    now = server.pace.now()
    async with listening(server, late=timedelta(minutes=1)) as listener:
        await until(lambda: server.streaming == 1)
        server.pace.step(10)
        await until(lambda: set(listener.ids) >= live(server, after=now))
        server.mischief.order("refuse", status=503)
        server.wire.drop_streams()
        await until(lambda: server.streaming == 0)
        server.pace.step(40)
        await until(lambda: set(listener.ids) >= live(server, after=now))


async def test_without_search_what_was_missed_is_a_gap(server: XServer) -> None:
    async with listening(server, ALL + "&fill=none") as listener:
        await until(lambda: bool(listener.committed))
    server.pace.step(30)
    async with listening(server, ALL + "&fill=none", listener.committed) as resumed:
        await until(lambda: any(batch.gaps for batch in resumed.batches))
        (gap,) = [gap for batch in resumed.batches for gap in batch.gaps]
        assert gap.until - gap.since == timedelta(seconds=30)


async def test_it_is_off_until_it_has_a_token_and_a_cap(server: XServer) -> None:
    for options, token, missing in (
        ("?rule=rain", SECRET, "cap_usd"),
        ("?rule=rain&cap_usd=5", "", "TOKEN"),
    ):
        listener = Listener(server, options, token=token)
        assert missing in listener.adapter.lacks
        with pytest.raises(SourceRefused, match="x is off"):
            await asyncio.wait_for(listener.run(), 60)
    assert not server.requests


async def test_a_wrong_token_ends_it(server: XServer) -> None:
    listener = Listener(server, token="wrong")
    with pytest.raises(SourceRefused, match="answered 401") as refused:
        await asyncio.wait_for(listener.run(), 60)
    assert "TOKEN" in refused.value.hint


async def test_nothing_is_read_beyond_the_cap_until_the_month_is_over(server: XServer) -> None:
    options = "?rule=*&cap_usd=0.05&price_usd=0.005&compliance=none"
    async with listening(server, options) as listener:
        await until(lambda: server.streaming == 1)
        server.pace.step(60)
        await until(lambda: "cap of 0.05 USD" in listener.adapter.condition.problem)
        assert "2026-12-01" in listener.adapter.condition.problem
        await until(lambda: server.streaming == 0)
        reads = server.reads
    async with listening(server, options, listener.committed) as resumed:
        await until(lambda: "cap of 0.05 USD" in resumed.adapter.condition.problem)
        assert server.reads == reads, "a restart remembers what was spent"
        server.pace.step(900)
        await until(lambda: any(batch.gaps for batch in resumed.batches))
        (gap,) = [gap for batch in resumed.batches for gap in batch.gaps]
        assert gap.until - gap.since > timedelta(minutes=13)


async def test_every_post_is_counted_once(server: XServer) -> None:
    async with listening(server, "?rule=lang:en&cap_usd=500&price_usd=1") as listener:
        await until(lambda: server.streaming == 1)
        server.pace.step(30)
        await until(lambda: server.reads > 20)
        await until(lambda: listener.committed["stream"].endswith(f"@2026-11:{server.reads}"))


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        (503, [5, 10, 20, 40, 80, 160, 320, 320]),
        (429, [60, 120, 240, 480, 960, 960]),
        (0, [0.25, 0.5, 0.75, 1.0, 1.25]),
    ],
    ids=["HTTP", "rate limit", "network"],
)
async def test_waits_are_those_of_the_table(
    server: XServer, status: int, waits: list[float]
) -> None:
    for _ in waits:
        if status:
            server.mischief.order("refuse", status=status)
        else:
            server.wire.order("refuse")
    async with listening(server, ALL + "&compliance=none") as listener:
        await until(lambda: server.streaming == 1)
    assert len(listener.slept) == len(waits)
    for slept, wait in zip(listener.slept, waits, strict=True):
        assert abs(slept / wait - 1) <= 0.1


async def test_a_stream_without_a_sign_of_life_is_left(server: XServer) -> None:
    async with listening(server, silence_seconds=0.5) as listener:
        await until(lambda: server.streaming == 1)
        server.wire.order("stall")
        await until(lambda: "no word for 0.5 seconds" in listener.adapter.condition.problem)


async def test_too_many_connections_is_a_server_error_and_a_notice_is_not(server: XServer) -> None:
    async with listening(server, ALL + "&compliance=none") as listener:
        await until(lambda: server.streaming == 1)
        server.mischief.order("too_many")
        await until(lambda: len(listener.slept) == 1 and server.streaming == 1)
        server.mischief.order("notice")
        await until(lambda: len(listener.slept) == 2 and server.streaming == 1)
    assert 4.5 <= listener.slept[0] <= 5.5
    assert listener.slept[1] < 1


async def test_garbage_is_counted_and_costs_no_connection(server: XServer) -> None:
    async with listening(server, ALL + "&compliance=none") as listener:
        await until(lambda: server.streaming == 1)
        server.mischief.order("garbage")
        await until(lambda: sum(len(b.rejected) for b in listener.batches) == len(GARBAGE))
        assert not listener.slept


async def test_mentions_are_polled_from_the_last_one_on(server: XServer) -> None:
    async with listening(server, "?mentions=42&cap_usd=10&compliance=none") as listener:
        await until(lambda: bool(listener.ids))
        server.pace.step(200)
        await until(lambda: set(listener.ids) >= server.mentioned())
    assert server.streaming == 0, "without rules nothing is streamed"
    assert listener.committed["mentions/42"].split("@")[0].isdecimal()


async def test_more_mentions_than_a_poll_takes_leave_a_gap(
    server: XServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_PAGES", 1)
    async with listening(server, "?mentions=42&cap_usd=100&compliance=none") as listener:
        await until(lambda: bool(listener.ids))
        assert not any(batch.gaps for batch in listener.batches), "a first poll promises no past"
        server.pace.step(240)
        await until(lambda: any(batch.gaps for batch in listener.batches))
        told = set(listener.ids)
    (gap,) = [gap for batch in listener.batches for gap in batch.gaps]
    toots = server.truth("*")
    missing = [toots[number] for number in server.mentioned() - told]
    assert missing
    assert (gap.source, gap.reason) == ("x", "upstream")
    assert all(gap.since < (one.edited_at or one.created_at) < gap.until for one in missing)


async def test_a_compliance_job_takes_out_what_is_gone(server: XServer) -> None:
    listener = Listener(server)
    held = [PostId("x:17"), PostId(f"x:{min(live(server))}")]
    listener.adapter.recall(lambda limit: held[:limit])
    running = asyncio.create_task(listener.run())
    try:
        await until(lambda: bool(listener.deleted))
    finally:
        running.cancel()
        await asyncio.wait([running])
    assert listener.deleted == {"x:17"}


async def test_the_compliance_stream_is_obeyed_where_the_plan_has_it(server: XServer) -> None:
    async with listening(server, ALL + "&compliance=stream") as listener:
        server.compliance.append({"delete": {"tweet": {"id": "99", "author_id": "7"}}})
        await until(lambda: any(b.events for b in listener.batches))
        (event,) = [e for b in listener.batches for e in b.events]
        assert isinstance(event, PostEvent)
        assert (event.post_id, event.op) == ("x:99", Op.DELETE)


async def test_the_token_is_written_nowhere(
    server: XServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with listening(server) as listener:
            await until(lambda: server.streaming == 1)
            server.mischief.order("too_many")
            await until(lambda: len(listener.slept) >= 1)
    told = [repr(listener.batches), repr(listener.adapter.condition), listener.adapter.lacks]
    assert not any(SECRET in text for text in told)
    assert caplog.records
    assert {r.name for r in caplog.records if SECRET in r.getMessage()} <= {"uvicorn.error"}


def test_a_poll_reserves_before_it_reads_and_settles_after() -> None:
    clock = FakeClock(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    budget = Budget(1.0, 0.1, clock)
    assert budget.left == 10
    reserved = budget.reserve(100)
    assert (reserved, budget.left) == (10, 0)
    budget.settle("mentions/1", reserved, 3)
    assert (budget.left, round(budget.spent_usd, 6)) == (7, 0.3)
    again = Budget(1.0, 0.1, clock)
    again.recall({"mentions/1": budget.note("mentions/1"), "stream": "2026-10:999"})
    assert again.left == 7
    assert again.next_month() == datetime(2026, 12, 1, tzinfo=UTC)
    clock.advance(timedelta(minutes=2))
    assert again.left == 10


@pytest.mark.parametrize(
    "url",
    [
        "x://api.x.com?cap_usd=1",
        "x://?cap_usd=lots",
        "x://?cap_usd=-1",
        "x://?token=secret",
        "x://?mentions=amal",
        "x://?backfill_minutes=6",
        "x://?fill=maybe",
        "x://?compliance=later",
        "x://?rule=" + "a" * 1025,
    ],
)
def test_a_bad_address_is_refused_without_repeating_a_secret(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        Address.parse(url)
    assert "secret" not in str(error.value)
