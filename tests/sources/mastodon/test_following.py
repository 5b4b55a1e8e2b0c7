"""Following a Mastodon server: what is streamed, restarts, several streams, trouble."""

from __future__ import annotations

import pytest

from siyaq.testing.world.mastodon import MastodonServer
from tests.sources.following import until
from tests.sources.mastodon.listener import listening, servers, wanted

pytestmark = pytest.mark.anyio


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
        servers("alpha.example", "beta.example") as (alpha, beta),
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
