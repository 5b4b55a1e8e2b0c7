"""Following a Mastodon server: gaps are filled, deletions found, frozen streams noticed."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from siyaq.core.errors import ConfigError, SourceRefused
from siyaq.core.event import Op, PostEvent
from siyaq.core.ports import Batch
from siyaq.sources.credential import Credential, variable_for
from siyaq.sources.mastodon import MastodonSource
from siyaq.sources.mastodon.address import Address, Stream
from siyaq.sources.mastodon.bookmark import Bookmark, snowflake
from siyaq.testing.world.fediverse import Fediverse, Toot
from siyaq.testing.world.mastodon import MastodonServer
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.world import World

pytestmark = pytest.mark.anyio

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
SECRET = "tok-5e1c0a-never-written"


@pytest.fixture
async def server() -> AsyncIterator[MastodonServer]:
    async with _servers("alpha.example") as (server,):
        yield server


@asynccontextmanager
async def _servers(*names: str) -> AsyncIterator[list[MastodonServer]]:
    world = World(7, START, posts_per_second=8.0)
    pace = Pace(START + timedelta(seconds=30), paused=True)
    fediverse = Fediverse(world, ["alpha.example", "beta.example"])
    async with AsyncExitStack() as stack:
        made = [MastodonServer(fediverse, name, pace, token=SECRET) for name in names]
        yield [await stack.enter_async_context(server) for server in made]


class Listener:
    """Runs a source in the background and keeps what it yields."""

    def __init__(
        self,
        url: str,
        resume: dict[str, str] | None = None,
        *,
        token: str = SECRET,
        quiet_seconds: float = 5.0,
        audit_seconds: float = 60.0,
        sweep_seconds: float = 600.0,
    ) -> None:
        self.slept: list[float] = []
        self.batches: list[Batch] = []
        self.adapter = MastodonSource(
            url,
            Credential(["TOKEN"], environ={"TOKEN": token}),
            sleep=self._sleep,
            silence_seconds=1.0,
            quiet_seconds=quiet_seconds,
            look_seconds=0.05,
            audit_seconds=audit_seconds,
            sweep_seconds=sweep_seconds,
            rng=random.Random(1),
        )
        self._resume = resume or {}

    async def run(self) -> None:
        async for batch in self.adapter.batches(self._resume):
            self.batches.append(batch)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    @property
    def events(self) -> list[PostEvent]:
        return [e for b in self.batches for e in b.events if isinstance(e, PostEvent)]

    @property
    def uris(self) -> set[str]:
        """What came, deletions taken away."""
        held: dict[str, str] = {}
        for event in self.events:
            if event.op is Op.DELETE:
                held = {u: a for u, a in held.items() if event.post_id not in (a, f"mastodon:{u}")}
            elif event.post is not None and event.alias is not None:
                held[event.post.native_id] = event.alias
        return set(held)

    @property
    def committed(self) -> dict[str, str]:
        return {b.cursor.partition: b.cursor.position for b in self.batches if b.cursor}

    @property
    def live(self) -> bool:
        """Whether it has connected and filled what was missed."""
        return self.adapter.condition.state == "live" and bool(self.batches)


@asynccontextmanager
async def listening(url: str, **settings: object) -> AsyncIterator[Listener]:
    listener = Listener(url, **settings)  # type: ignore[arg-type]  # the test's own
    running = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        running.cancel()
        await asyncio.wait([running])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  # no one event tells it
            await asyncio.sleep(0.01)


def wanted(server: MastodonServer, *, after: datetime = START) -> set[str]:
    server.changes()
    truth = server.fediverse.truth(server.name)
    return {u for u, t in truth.items() if t.created_at >= after and not t.refusable}


@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_what_is_streamed_arrives(server: MastodonServer, transport: str) -> None:
    now = server.pace.now()
    async with listening(f"{server.url}?transport={transport}") as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(20)
        await until(lambda: listener.uris >= wanted(server, after=now))
        assert listener.uris <= set(server.fediverse.truth(server.name))


@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_a_gap_is_filled_in_order_through_rest(
    server: MastodonServer, transport: str
) -> None:
    now = server.pace.now()
    async with listening(f"{server.url}?transport={transport}") as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(5)
        await until(lambda: listener.uris >= wanted(server, after=now))
        server.mischief.order("refuse", status=503, times=3)
        server.kick()
        await until(lambda: not server.mischief.waiting)
        server.pace.step(60)
        await until(lambda: listener.uris >= wanted(server, after=now))
        assert not any(batch.gaps for batch in listener.batches)
        assert len([s for s in listener.slept if s > 4]) == 3, "a server error is given time"


async def test_a_restart_goes_on_from_its_cursor(server: MastodonServer) -> None:
    now = server.pace.now()
    async with listening(server.url) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(5)
        await until(lambda: listener.uris >= wanted(server, after=now))
    before = listener.uris
    server.pace.step(40)
    async with listening(server.url, resume=listener.committed) as resumed:
        await until(lambda: before | resumed.uris >= wanted(server, after=now))


async def test_history_is_asked_for_at_the_very_first(server: MastodonServer) -> None:
    async with listening(f"{server.url}?since=2h") as listener:
        await until(lambda: listener.uris >= wanted(server))


async def test_deletions_and_edits_that_nobody_heard_of_are_found(server: MastodonServer) -> None:
    now = server.pace.now()
    async with listening(server.url) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(70)
        await until(lambda: listener.uris >= wanted(server, after=now))
        server.mischief.order("freeze")
        await until(lambda: not server.mischief.waiting)
        server.pace.step(60)
        gone = listener.uris - wanted(server)
        assert gone, "a world without deletions proves nothing"
        server.kick()
        await until(lambda: not listener.uris & gone)
        edited = _edited(server, now)
        assert edited
        await until(lambda: _newest_texts(listener).items() >= edited.items())


def _edited(server: MastodonServer, after: datetime) -> dict[str, str]:
    truth: dict[str, Toot] = server.fediverse.truth(server.name)
    return {
        uri: " ".join(toot.text.split())
        for uri, toot in truth.items()
        if toot.edited_at and toot.created_at >= after and not toot.refusable
    }


def _newest_texts(listener: Listener) -> dict[str, str]:
    newest: dict[str, tuple[str, str]] = {}
    for event in listener.events:
        if event.post is not None:
            found = (event.rev, " ".join(event.post.text.split()))
            newest[event.post.native_id] = max(newest.get(event.post.native_id, found), found)
    return {uri: text for uri, (_, text) in newest.items()}


async def test_posts_that_are_held_from_before_are_asked_for_again(
    server: MastodonServer,
) -> None:
    server.pace.step(70)
    async with listening(f"{server.url}?since=2h") as listener:
        await until(lambda: listener.uris >= wanted(server))
    before = listener.uris
    server.pace.step(60)
    gone = before - wanted(server)
    assert gone
    resumed = Listener(server.url, resume=listener.committed)
    aliases = [event.alias for event in listener.events if event.alias]
    resumed.adapter.recall(lambda limit: aliases[:limit])
    running = asyncio.create_task(resumed.run())
    names = {e.alias for e in listener.events if e.post and e.post.native_id in gone}
    await until(lambda: {e.post_id for e in resumed.events if e.op is Op.DELETE} >= names)
    running.cancel()
    await asyncio.wait([running])


async def test_a_frozen_stream_is_found_and_its_posts_are_fetched(server: MastodonServer) -> None:
    now = server.pace.now()
    async with listening(server.url, quiet_seconds=0.3) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.mischief.order("freeze")
        await until(lambda: not server.mischief.waiting)
        server.pace.step(30)
        await until(lambda: listener.uris >= wanted(server, after=now))
        assert listener.slept, "it must have hung up"


async def test_what_a_wish_took_too_long_for_is_asked_for_at_the_first_word(
    server: MastodonServer,
) -> None:
    server.mischief.order("late", count=60)
    now = server.pace.now()
    async with listening(f"{server.url}/public/local") as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(10)
        server.pace.step(60)  # so that the first word comes long after what was not streamed
        await until(lambda: listener.uris >= _at_home(server, now))
        assert not listener.slept, "nothing was cut"
        assert not any(batch.gaps for batch in listener.batches)


@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_what_a_stream_leaves_out_is_a_gap_and_is_fetched(
    server: MastodonServer, transport: str
) -> None:
    now = server.pace.now()
    url = f"{server.url}/public/local?transport={transport}"
    async with listening(url, audit_seconds=0.3, quiet_seconds=2.0) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(10)
        await until(lambda: listener.uris >= _at_home(server, now))
        server.mischief.order("skip", count=200)
        await until(lambda: not server.mischief.waiting)
        skipped_at = server.pace.now()
        server.pace.step(60)
        await until(lambda: listener.uris >= _at_home(server, now))
        assert not listener.slept, "nothing was cut"
        gaps = [gap for batch in listener.batches for gap in batch.gaps]
        assert gaps
        assert {gap.reason for gap in gaps} == {"upstream"}
        assert all(skipped_at <= gap.since < gap.until for gap in gaps)


async def test_a_deletion_that_a_stream_left_out_is_found_by_and_by(
    server: MastodonServer,
) -> None:
    now = server.pace.now()
    async with listening(server.url, sweep_seconds=0.3, quiet_seconds=60.0) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(70)
        await until(lambda: listener.uris >= wanted(server, after=now))
        server.mischief.order("skip", count=400)
        await until(lambda: not server.mischief.waiting)
        server.pace.step(60)
        gone = listener.uris - wanted(server)
        assert gone, "a world without deletions proves nothing"
        await until(partial(_spoken_of_none, server, listener, gone))
        assert not listener.slept, "nothing was cut"


def _spoken_of_none(server: MastodonServer, listener: Listener, gone: set[str]) -> bool:
    server.pace.step(0.5)  # a word now and then, for it to look up from
    return not listener.uris & gone


async def test_whoever_goes_on_begins_where_the_stream_was_last_seen_to_be_whole(
    server: MastodonServer,
) -> None:
    now = server.pace.now()
    async with listening(f"{server.url}/public/local") as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(10)
        await until(lambda: listener.uris >= _at_home(server, now))
        server.mischief.order("skip", count=200)
        await until(lambda: not server.mischief.waiting)
        server.pace.step(90)
        newest = max(_at_home(server, now), key=lambda uri: int(uri.rpartition("/")[2]))
        await until(lambda: newest in listener.uris)
        assert not listener.uris >= _at_home(server, now), "nothing was left out"
    async with listening(f"{server.url}/public/local", resume=listener.committed) as resumed:
        await until(lambda: listener.uris | resumed.uris >= _at_home(server, now))


async def test_an_audit_of_a_whole_stream_finds_nothing(server: MastodonServer) -> None:
    now = server.pace.now()
    async with listening(server.url, audit_seconds=0.1, quiet_seconds=1.0) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        for _ in range(3):
            server.pace.step(6)
            await until(lambda: listener.uris >= wanted(server, after=now))
            enough = server.requests["/api/v1/timelines/public 200"] + 1
            await until(partial(_asked, server, enough))
        assert not any(batch.gaps for batch in listener.batches)
        assert not listener.slept


async def test_a_deletion_that_was_found_is_told_even_where_the_next_question_fails(
    server: MastodonServer,
) -> None:
    now = server.pace.now()
    async with listening(server.url) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(70)
        await until(lambda: listener.uris >= wanted(server, after=now))
        server.mischief.order("freeze")
        await until(lambda: not server.mischief.waiting)
        server.pace.step(60)
        gone = listener.uris - wanted(server)
        assert gone, "a world without deletions proves nothing"
        server.stumbles = True
        server.kick()
        await until(lambda: not listener.uris & gone)
        assert not server.stumbles


def _asked(server: MastodonServer, times: int) -> bool:
    return server.requests["/api/v1/timelines/public 200"] >= times


def _at_home(server: MastodonServer, after: datetime) -> set[str]:
    home = f"https://{server.name}/"
    return {uri for uri in wanted(server, after=after) if uri.startswith(home)}


async def test_a_quiet_stream_is_left_alone(server: MastodonServer) -> None:
    async with listening(server.url, quiet_seconds=0.1) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        looks = server.requests["/api/v1/timelines/public 200"]
        await until(lambda: server.requests["/api/v1/timelines/public 200"] >= looks + 5)
        assert not listener.slept


@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_streams_are_multiplexed_and_each_has_its_cursor(
    server: MastodonServer, transport: str
) -> None:
    now = server.pace.now()
    url = f"{server.url}/public/local?stream=public/remote&transport={transport}"
    async with listening(url) as listener:
        await until(lambda: listener.live and len(listener.committed) == 2)
        server.pace.step(30)
        await until(lambda: listener.uris >= wanted(server, after=now))
        assert set(listener.committed) == {
            f"{server.host}/public:local",
            f"{server.host}/public:remote",
        }
        assert server.wire.connections < 8 if transport == "ws" else True


async def test_several_servers_tell_of_one_post_once() -> None:
    async with (
        _servers("alpha.example", "beta.example") as (alpha, beta),
        listening(f"{alpha.url}?since=2h") as here,
        listening(f"{beta.url}?since=2h") as there,
    ):
        await until(lambda: here.uris >= wanted(alpha))
        await until(lambda: there.uris >= wanted(beta))
        ids = [{e.post_id for e in one.events if e.post} for one in (here, there)]
        aliases = [{e.alias for e in one.events} for one in (here, there)]
        assert len(ids[0] & ids[1]) > 50
        assert not aliases[0] & aliases[1]


async def test_garbage_is_counted_and_the_stream_goes_on(server: MastodonServer) -> None:
    now = server.pace.now()
    async with listening(server.url) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.mischief.order("garbage")
        await until(lambda: not server.mischief.waiting)
        server.pace.step(10)
        await until(lambda: listener.uris >= wanted(server, after=now))
        refused = [r.reason for b in listener.batches for r in b.rejected]
        told = {"malformed", "no_id", "too_deep"}
        assert sorted(one for one in refused if one in told) == [
            *("malformed", "malformed", "no_id", "too_deep")
        ]
        assert not listener.slept


async def test_a_timeline_that_may_not_be_read_leaves_a_recorded_gap(
    server: MastodonServer,
) -> None:
    async with listening(server.url) as listener:
        await until(lambda: listener.live and server.streaming == 1)
    (position,) = listener.committed.values()
    server.closed_timelines = True
    async with listening(server.url, resume=listener.committed) as resumed:
        await until(lambda: any(batch.gaps for batch in resumed.batches))
        (gap,) = [gap for batch in resumed.batches for gap in batch.gaps]
        assert gap.since == Bookmark.read(position).heard_at
        assert gap.reason == "disconnected"
        await until(lambda: server.streaming == 1)
        assert not resumed.slept, "the stream goes on"


async def test_a_wrong_token_ends_it_and_says_what_to_do(server: MastodonServer) -> None:
    listener = Listener(server.url, token="wrong")
    with pytest.raises(SourceRefused, match="answered 401") as refused:
        await asyncio.wait_for(listener.run(), 60)
    assert "TOKEN" in refused.value.hint
    assert "read:statuses" in refused.value.hint


async def test_no_token_is_said_before_anything_is_asked(server: MastodonServer) -> None:
    listener = Listener(server.url, token="")
    assert listener.adapter.lacks == "no access token in TOKEN"
    with pytest.raises(SourceRefused, match="no access token"):
        await asyncio.wait_for(listener.run(), 60)
    assert not server.requests


async def test_the_token_is_written_nowhere(
    server: MastodonServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for transport in ("ws", "sse"):
            async with listening(f"{server.url}?transport={transport}") as listener:
                await until(lambda: listener.live and server.streaming >= 1)
                server.pace.step(5)
                await until(lambda: bool(listener.uris))
                server.mischief.order("refuse", status=503)
                server.kick()
                await until(lambda: not server.mischief.waiting)
            told = [repr(listener.batches), repr(listener.adapter.condition)]
            told += [repr(listener.adapter._credential), listener.adapter.lacks]
            assert not any(SECRET in text for text in told)
    assert caplog.records, "a silent log proves nothing"
    leaks = {record.name for record in caplog.records if SECRET in record.getMessage()}
    assert leaks <= {"uvicorn.error"}, "only the simulated server may say what it was sent"


async def test_a_proxy_that_passes_no_socket_on_is_met_with_events(server: MastodonServer) -> None:
    server.mischief.order("refuse", status=404)
    async with listening(server.url) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        assert server.requests["/api/v1/streaming/public 200"] == 1
        assert not listener.slept


@pytest.mark.parametrize(
    ("fault", "first", "last"), [(503, 5.0, 320.0), (429, 60.0, 600.0)], ids=["503", "429"]
)
async def test_each_kind_of_trouble_has_its_own_patience(
    server: MastodonServer, fault: int, first: float, last: float
) -> None:
    server.mischief.order("refuse", status=fault, times=9)
    async with listening(f"{server.url}?transport=ws") as listener:
        await until(lambda: listener.live and server.streaming == 1)
    assert len(listener.slept) == 9
    for number, slept in enumerate(listener.slept):
        assert abs(slept / min(last, first * 2**number) - 1) <= 0.1


def test_a_bookmark_begins_a_little_before_its_newest_post() -> None:
    moment = datetime(2026, 5, 4, 12, tzinfo=UTC)
    mark = Bookmark(snowflake(moment), moment)
    cursor = mark.as_cursor("mastodon", "a.example/public")
    assert cursor is not None
    assert Bookmark.read(cursor.position) == mark
    assert mark.begin_after(timedelta(seconds=30)) == snowflake(moment - timedelta(seconds=30))
    assert Bookmark("", moment).begin_after(timedelta(seconds=30)) == snowflake(
        moment - timedelta(seconds=30)
    )
    assert Bookmark("9gHkZ1", moment).begin_after(timedelta(seconds=30)) == "9gHkZ1"
    assert Bookmark("4711", moment).begin_after(timedelta(seconds=30)) == "4711"
    assert Bookmark.read("nonsense") == Bookmark()


@pytest.mark.parametrize(
    ("url", "base", "streams"),
    [
        ("mastodon://m.example", "https://m.example", ["public"]),
        ("mastodon://m.example/public/local", "https://m.example", ["public:local"]),
        ("mastodon://m.example/hashtag/rain", "https://m.example", ["hashtag:rain"]),
        ("mastodon://127.0.0.1:3000/user", "http://127.0.0.1:3000", ["user"]),
        ("mastodon+http://m.example:3000/list/5", "http://m.example:3000", ["list:5"]),
        (
            "mastodon://m.example?stream=hashtag:local:%D9%85%D8%B7%D8%B1&stream=public",
            "https://m.example",
            ["hashtag:local:مطر", "public"],
        ),
    ],
)
def test_an_address_says_where_and_what(url: str, base: str, streams: list[str]) -> None:
    address = Address.parse(url)
    assert (address.base, [stream.key for stream in address.streams]) == (base, streams)


@pytest.mark.parametrize(
    "url",
    [
        "mastodon://",
        "mastodon://m.example/direct",
        "mastodon://m.example/hashtag",
        "mastodon://user:secret@m.example",
        "mastodon://m.example?transport=carrier-pigeon",
        "mastodon://m.example?consent=none",
        "mastodon://m.example?access_token=x",
        "mastodon://m.example?since=soon",
        "mastodon://m.example?" + "&".join(f"stream=hashtag:t{n}" for n in range(21)),
    ],
)
def test_a_bad_address_is_refused_without_repeating_a_secret(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        Address.parse(url)
    assert "secret" not in str(error.value)


def test_streams_are_asked_for_in_the_servers_own_words() -> None:
    stream = Stream.parse("hashtag/local/rain")
    assert stream.event_path == "/hashtag/local?tag=rain"
    assert json.loads(json.dumps(stream.wish)) == {
        "type": "subscribe",
        "stream": "hashtag:local",
        "tag": "rain",
    }
    assert stream.timeline == ("/api/v1/timelines/tag/rain", {"local": "true"})


def test_each_server_has_a_variable_of_its_own() -> None:
    assert variable_for("SIYAQ_MASTODON_TOKEN", "m.example:3000") == (
        "SIYAQ_MASTODON_TOKEN_M_EXAMPLE_3000"
    )
