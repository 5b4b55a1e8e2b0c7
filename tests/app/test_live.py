"""New posts are handed on without making anybody wait."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing
from unittest.mock import Mock

import pytest

from siyaq.app.live import LiveHub
from siyaq.core.event import LogEntry, Op
from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.obs import Metrics
from siyaq.testing.searcher_contract import post
from siyaq.text.analyze import terms

END = PostId("world:end")


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

    given = asyncio.run(asyncio.wait_for(watch(), 10))
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


def test_a_post_is_not_read_for_those_who_watch_everything(reading: Mock) -> None:
    assert published(["rain", "wind"], "", watchers=3) == ["rain", "wind"]
    assert times_read(reading, "wind") == 0
