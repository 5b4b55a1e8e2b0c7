"""Cards of the whole product: remembered, told of as they change, gone with what they cite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import Config
from siyaq.core.card import ContextCard
from siyaq.core.errors import NotFound
from siyaq.core.ids import PostId
from tests.app.conftest import send
from tests.app.test_siyaq import run_async

RUMOR = {
    "id": "1",
    "source": "bay",
    "author": {"id": "u1", "handle": "norra"},
    "text": "The ferry fare in Karda goes up to 40 dinars from Monday, the harbor says",
}
COPY = {**RUMOR, "id": "2", "author": {"id": "u2", "handle": "ann"}}
OTHER = {**RUMOR, "id": "3", "author": {"id": "u3"}, "text": "A loaf of rye costs three coins"}
NAME = PostId("bay:1")
PATIENCE_SECONDS = 60


async def following(cards: AsyncGenerator[ContextCard, None]) -> ContextCard:
    return await asyncio.wait_for(anext(cards), PATIENCE_SECONDS)


def counted(siyaq: Siyaq, how: str) -> float:
    return siyaq.metrics.registry.get_sample_value("siyaq_context_cards_total", {"how": how}) or 0


@run_async
async def test_a_card_is_built_once_until_something_touches_it(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, RUMOR)
        for _ in range(3):
            await siyaq.context(NAME)
        assert (counted(siyaq, "built"), counted(siyaq, "remembered")) == (1, 2)
        await send(siyaq, OTHER)
        assert (await siyaq.context(NAME)).copies.count == 1
        assert counted(siyaq, "built") == 1
        await send(siyaq, COPY)
        assert (await siyaq.context(NAME)).copies.count == 2


@run_async
async def test_whoever_follows_a_card_sees_a_copy_come_and_go(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, RUMOR)
        async with aclosing(siyaq.context_changes(NAME)) as cards:
            first = await following(cards)
            assert first.change is not None
            assert (first.change.kind, first.copies.count) == ("new", 1)
            await send(siyaq, OTHER)  # of which nothing is told
            await send(siyaq, COPY)
            second = await following(cards)
            assert second.copies.count == 2
            await send(siyaq, {"op": "delete", "id": "2", "source": "bay"})
            third = await following(cards)
            assert third.copies.count == 1
            assert third.copies.accounts == 1
            await send(siyaq, {"op": "delete", "id": "1", "source": "bay"})
            with pytest.raises(NotFound):
                await following(cards)
        kinds = [second.change, third.change]
        assert [one.kind for one in kinds if one] == ["updated", "updated"]


@run_async
async def test_a_listener_is_told_whoever_else_looked_first(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, RUMOR)
        async with aclosing(siyaq.context_changes(NAME)) as cards:
            await following(cards)
            for count, line in ((2, COPY), (1, {"op": "delete", "id": "2", "source": "bay"})):
                await send(siyaq, line)
                assert (await siyaq.context(NAME)).copies.count == count
                assert (await siyaq.context(NAME)).copies.count == count
                told = await following(cards)
                assert told.copies.count == count
                assert told.change is not None
                assert "copies" in told.change.parts


@run_async
async def test_a_pasted_address_leads_to_its_post(config: Config) -> None:
    post = {**RUMOR, "id": "at://did:plc:abc/app.bsky.feed.post/3k"}
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, post)
        name = await siyaq.post_at("https://bsky.app/profile/did:plc:abc/post/3k")
        assert name == f"bay:{post['id']}"
        with pytest.raises(NotFound):
            await siyaq.post_at("https://bsky.app/profile/did:plc:abc/post/none")


@run_async
async def test_a_page_is_found_by_the_address_that_its_post_has(config: Config) -> None:
    page = "https://www.news.example/2026/flood?id=7"
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, {**RUMOR, "url": page})
        assert await siyaq.post_at("http://news.example/2026/flood/?utm_source=x&id=7#top") == NAME
        await send(siyaq, {"op": "delete", "id": RUMOR["id"], "source": "bay"})
        with pytest.raises(NotFound):
            await siyaq.post_at(page)


@run_async
async def test_versions_outlive_the_process_and_a_reader_sees_them(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, RUMOR)
        await siyaq.context(NAME)
        await send(siyaq, COPY)
        await siyaq.context(NAME)
    async with open_siyaq(config, write=False) as reader:
        versions = await reader.card_versions(NAME)
        assert [one.copies for one in versions] == [2, 1]
        card = await reader.context(NAME)
        assert card.change is not None
        assert (card.change.kind, card.change.revision) == ("same", 2)
