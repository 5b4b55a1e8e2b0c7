"""Streams that freeze, or leave posts out: it is noticed, and they are fetched."""

from __future__ import annotations

from functools import partial

import pytest

from siyaq.sources.mastodon.bookmark import Bookmark
from siyaq.testing.world.mastodon import MastodonServer
from tests.sources.following import until
from tests.sources.mastodon.listener import at_home, listening, wanted

pytestmark = pytest.mark.anyio


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
        await until(lambda: listener.uris >= at_home(server, now))
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
        await until(lambda: listener.uris >= at_home(server, now))
        server.mischief.order("skip", count=200)
        await until(lambda: not server.mischief.waiting)
        skipped_at = server.pace.now()
        server.pace.step(60)
        await until(lambda: listener.uris >= at_home(server, now))
        assert not listener.slept, "nothing was cut"
        gaps = [gap for batch in listener.batches for gap in batch.gaps]
        assert gaps
        assert {gap.reason for gap in gaps} == {"upstream"}
        assert all(skipped_at <= gap.since < gap.until for gap in gaps)


async def test_whoever_goes_on_begins_where_the_stream_was_last_seen_to_be_whole(
    server: MastodonServer,
) -> None:
    now = server.pace.now()
    async with listening(f"{server.url}/public/local") as listener:
        await until(lambda: listener.live and server.streaming == 1)
        server.pace.step(10)
        await until(lambda: listener.uris >= at_home(server, now))
        server.mischief.order("skip", count=200)
        await until(lambda: not server.mischief.waiting)
        server.pace.step(90)
        newest = max(at_home(server, now), key=lambda uri: int(uri.rpartition("/")[2]))
        await until(lambda: newest in listener.uris)
        assert not listener.uris >= at_home(server, now), "nothing was left out"
    async with listening(f"{server.url}/public/local", resume=listener.committed) as resumed:
        await until(lambda: listener.uris | resumed.uris >= at_home(server, now))


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


def _asked(server: MastodonServer, times: int) -> bool:
    return server.requests["/api/v1/timelines/public 200"] >= times


async def test_a_quiet_stream_is_left_alone(server: MastodonServer) -> None:
    async with listening(server.url, quiet_seconds=0.1) as listener:
        await until(lambda: listener.live and server.streaming == 1)
        looks = server.requests["/api/v1/timelines/public 200"]
        await until(lambda: server.requests["/api/v1/timelines/public 200"] >= looks + 5)
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
