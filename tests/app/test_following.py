"""Sources followed and paused while siyaq runs, and what holds at the next start."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from siyaq.app.following import NAME, Following
from siyaq.app.opening import open_siyaq, source_registry
from siyaq.config import Config, FollowSetting
from siyaq.core.errors import ConfigError, NotFound, StorageError, UsageError
from siyaq.core.ports import SourceAdapter
from siyaq.core.reports import SourceStatus
from siyaq.plugins import Register, Registry, load
from siyaq.sources import JsonlSource
from siyaq.testing.serving import wait_until


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    path = tmp_path / "posts.jsonl"
    path.write_text(
        json.dumps({"id": "1", "text": "The night ferry leaves from pier four."}) + "\n"
    )
    return path


def registry() -> Registry:
    """Return a registry that follows files besides the real sources."""

    class Plugin:
        @staticmethod
        def register_sources(register: Register) -> None:
            register("file", _file)

    return load([("files", Plugin)], found=[])


def _file(url: str, name: str | None) -> SourceAdapter:
    return JsonlSource(Path(url.removeprefix("file:")), source=name or "files")


async def until(holds: Callable[[], bool], what: str) -> None:
    await asyncio.to_thread(wait_until, holds, what)


def test_a_source_is_followed_paused_and_left_and_that_holds(config: Config, posts: Path) -> None:
    url = f"file:{posts}"

    async def first() -> str:
        async with open_siyaq(config, write=True) as siyaq:
            following = Following(config.data, registry(), [])

            def state() -> SourceStatus | None:
                return siyaq.intake.status_of("papers")

            async with following.running(siyaq.intake):
                made = await following.follow(url, "papers")
                assert (made.source, made.added, made.paused) == ("papers", True, False)
                await until(lambda: (now := state()) is not None and now.posts == 1, "it is read")
                assert await siyaq.wait_searchable(vectors=False, within=timedelta(seconds=60))
                rests = await following.pause(made.id, paused=True)
                assert rests.paused
                assert state() is None
                with pytest.raises(UsageError, match="followed already"):
                    await following.follow(url, "papers")
            return made.id

    async def second(name: str) -> None:
        async with open_siyaq(config, write=True) as siyaq:
            following = Following(config.data, registry(), [])
            async with following.running(siyaq.intake):
                (kept,) = following.listed()
                assert (kept.id, kept.paused, kept.url) == (name, True, url)
                assert not (await following.pause(name, paused=False)).paused
                await until(lambda: siyaq.intake.status_of("papers") is not None, "it goes on")
                await following.leave(name)
                assert following.listed() == []
                with pytest.raises(NotFound):
                    await following.leave(name)
            assert (await siyaq.status()).posts == 1  # its posts stay
        assert json.loads((config.data / NAME).read_text()) == []

    asyncio.run(second(asyncio.run(first())))


def test_a_source_of_the_settings_can_rest_and_cannot_be_removed(
    config: Config, posts: Path
) -> None:
    given = [FollowSetting(f"file:{posts}", "papers")]

    async def run(*, rests: bool) -> None:
        async with open_siyaq(config, write=True) as siyaq:
            following = Following(config.data, registry(), given)
            async with following.running(siyaq.intake):
                (one,) = following.listed()
                assert (one.paused, one.added) == (rests, False)
                with pytest.raises(UsageError, match="stands in the settings"):
                    await following.leave(one.id)
                await following.pause(one.id, paused=True)

    asyncio.run(run(rests=False))
    asyncio.run(run(rests=True))
    given.clear()
    asyncio.run(_nothing_left(config))


async def _nothing_left(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        following = Following(config.data, registry(), [])
        async with following.running(siyaq.intake):
            assert following.listed() == []  # what the settings no longer name is not followed


def test_what_cannot_be_followed_is_refused_before_anything_is_kept(config: Config) -> None:
    with pytest.raises(ConfigError, match="no source speaks 'gopher'"):
        Following(config.data, source_registry(), [FollowSetting("gopher://a")])

    async def run() -> None:
        async with open_siyaq(config, write=True) as siyaq:
            following = Following(config.data, source_registry(), [])
            async with following.running(siyaq.intake):
                for url in (
                    "gopher://a",
                    "rss+https://" + "a" * 2000,
                    "rss+https://a\n",
                    "rss+https://me:secret@feed.example/a",
                    "rss+https://[feed.example/a",
                    "mqtt://broker.example/a?login_file=/etc/hostname",
                    "webhook://orders?map=/etc/hostname",
                ):
                    with pytest.raises(UsageError) as caught:
                        await following.follow(url, None)
                    assert "secret" not in f"{caught.value} {caught.value.hint}"
                assert following.listed() == []
        assert not (config.data / NAME).exists()

    asyncio.run(run())


def test_a_damaged_file_is_said_and_not_overwritten(config: Config) -> None:
    async def run() -> None:
        async with open_siyaq(config, write=True) as siyaq:
            (config.data / NAME).write_text("[{")
            following = Following(config.data, source_registry(), [])
            with pytest.raises(StorageError, match="cannot read"):
                async with following.running(siyaq.intake):
                    pass
        assert (config.data / NAME).read_text() == "[{"

    asyncio.run(run())
