"""Deletions and edits that the stream did not tell of are found."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

import pytest

from siyaq.core.event import Op
from siyaq.testing.world.fediverse import Toot
from siyaq.testing.world.mastodon import MastodonServer
from tests.sources.following import until
from tests.sources.mastodon.listener import Listener, listening, wanted

pytestmark = pytest.mark.anyio


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


async def test_posts_that_are_held_from_before_are_asked_for_again(server: MastodonServer) -> None:
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


async def test_a_deletion_that_a_stream_left_out_is_found_by_and_by(server: MastodonServer) -> None:
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
