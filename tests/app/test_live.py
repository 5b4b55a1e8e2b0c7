"""New posts are handed on without making anybody wait."""

from __future__ import annotations

import asyncio
import math
from contextlib import AsyncExitStack, aclosing
from unittest.mock import Mock

import pytest

from siyaq.app import live
from siyaq.app.live import QUEUE_POSTS, LiveHub
from siyaq.core.event import LogEntry, Op
from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.obs import Metrics
from siyaq.testing.searcher_contract import post
from siyaq.text.analyze import terms

END = PostId("world:end")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TURN_SECONDS", math.inf)  # all that is published at once


def published(texts: list[str], watched: str, watchers: int) -> list[str]:
    """Publish posts to so many subscribers, and return the texts that each of them was given."""
    posts = [post(f"p{number}", text) for number, text in enumerate(texts)]
    entries = [
        LogEntry(seq=Seq(seq), op=Op.CREATE, post_id=each.id, post=each)
        for seq, each in enumerate(posts, 1)
    ]
    end = LogEntry(seq=Seq(len(texts) + 1), op=Op.DELETE, post_id=END, post=None)

    async def watch() -> list[list[str]]:
        hub = LiveHub(Metrics())
        async with AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(aclosing(hub.subscribe(watched, Filters())))
                for _ in range(watchers)
            ]
            firsts = [asyncio.ensure_future(anext(stream)) for stream in streams]
            await asyncio.sleep(0)  # all have subscribed
            hub.publish([*entries, end])
            given: list[list[str]] = []
            for first, stream in zip(firsts, streams, strict=True):
                seen: list[str] = []
                item = await first
                while isinstance(item, Post):
                    seen.append(item.text)
                    item = await anext(stream)
                given.append(seen)
            return given

    given = asyncio.run(asyncio.wait_for(watch(), 60))
    assert given == [given[0]] * watchers
    return given[0]


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Mock:
    spy = Mock(wraps=terms)
    monkeypatch.setattr("siyaq.app.live.terms", spy)
    return spy


def times_read(reading: Mock, text: str) -> int:
    return sum(call.args == (text,) for call in reading.call_args_list)


def test_a_subscriber_is_given_the_posts_that_hold_every_word() -> None:
    texts = ["rain in the city", "rain at sea", "city lights"]
    assert published(texts, "rain city", watchers=2) == ["rain in the city"]


def test_a_post_is_read_once_however_many_watch(reading: Mock) -> None:
    assert published(["wind and rain", "wind"], "rain", watchers=40) == ["wind and rain"]
    assert times_read(reading, "wind and rain") == times_read(reading, "wind") == 1


def test_a_slow_subscriber_misses_posts_which_are_counted_and_no_deletion() -> None:
    posts = [post(f"p{number}", "rain") for number in range(QUEUE_POSTS + 10)]
    gone = [PostId("world:gone"), PostId("world:gone-too")]
    new = [LogEntry(seq=Seq(1), op=Op.CREATE, post_id=one.id, post=one) for one in posts]
    deleted = [LogEntry(seq=Seq(2), op=Op.DELETE, post_id=name, post=None) for name in gone]

    async def watch() -> tuple[list[Post | PostId], float]:
        metrics = Metrics()
        hub = LiveHub(metrics)
        async with aclosing(hub.subscribe("", Filters())) as stream:
            first = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)  # it has subscribed, and reads nothing until all is published
            hub.publish([deleted[0], *new, deleted[1]])
            given = [await first]
            given += [await anext(stream) for _ in range(QUEUE_POSTS + 1)]
        return given, metrics.live_dropped._value.get()

    given, dropped = asyncio.run(asyncio.wait_for(watch(), 60))
    assert [item for item in given if not isinstance(item, Post)] == gone
    assert given[1:-1] == posts[:QUEUE_POSTS]
    assert dropped == len(posts) - QUEUE_POSTS


def test_however_many_posts_are_deleted_a_slow_subscriber_is_told_of_each() -> None:
    posts = [post(f"p{number}", "rain") for number in range(3)]
    gone = [PostId(f"world:gone{number}") for number in range(3 * QUEUE_POSTS)]
    deleted = [LogEntry(seq=Seq(2), op=Op.DELETE, post_id=name, post=None) for name in gone]

    async def watch() -> list[Post | PostId]:
        hub = LiveHub(Metrics())
        async with aclosing(hub.subscribe("", Filters())) as stream:
            first = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            new = [LogEntry(seq=Seq(1), op=Op.CREATE, post_id=one.id, post=one) for one in posts]
            hub.publish([*new, *deleted])
            hub.withdraw([posts[1].id])
            return [await first, *[await anext(stream) for _ in range(2 + len(gone))]]

    given = asyncio.run(asyncio.wait_for(watch(), 60))
    assert given == [posts[0], posts[2], *gone, posts[1].id], "a deleted post was shown"


def test_a_post_is_not_read_for_those_who_watch_everything(reading: Mock) -> None:
    assert published(["rain", "wind"], "", watchers=3) == ["rain", "wind"]
    assert times_read(reading, "wind") == 0


def test_while_much_is_handed_on_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TURN_SECONDS", -1.0)  # one by one
    posts = [post(f"p{number}", "rain") for number in range(5)]
    new = [LogEntry(seq=Seq(1), op=Op.CREATE, post_id=one.id, post=one) for one in posts]

    async def watch() -> list[Post | PostId]:
        hub = LiveHub(Metrics())
        async with aclosing(hub.subscribe("", Filters())) as stream:
            first = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            hub.publish(new)
            assert hub._arrived, "all was handed on in one turn"
            given = [await first]
            hub.withdraw([posts[3].id])
            return [*given, *[await anext(stream) for _ in range(4)]]

    given = asyncio.run(asyncio.wait_for(watch(), 60))
    assert given == [posts[0], posts[1], posts[2], posts[4], posts[3].id]


def test_what_arrives_faster_than_it_is_handed_on_is_dropped_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "TURN_SECONDS", -1.0)
    monkeypatch.setattr(live, "QUEUE_ARRIVED", 3)
    posts = [post(f"p{number}", "rain") for number in range(5)]
    new = [LogEntry(seq=Seq(1), op=Op.CREATE, post_id=one.id, post=one) for one in posts]

    async def watch() -> tuple[list[Post | PostId], float]:
        metrics = Metrics()
        hub = LiveHub(metrics)
        async with aclosing(hub.subscribe("", Filters())) as stream:
            first = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            hub.publish(new)
            given = [await first, *[await anext(stream) for _ in range(2)]]
        return given, metrics.live_dropped._value.get()

    given, dropped = asyncio.run(asyncio.wait_for(watch(), 60))
    assert given == posts[:3]
    assert dropped == 2
