"""Every source keeps the promises of its port, each against a real upstream on this machine."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from siyaq.core.ids import PostId
from siyaq.core.ports import SourceAdapter
from siyaq.sources import ArticleSource, JsonlSource
from siyaq.sources.credential import Credential
from siyaq.sources.jetstream import JetstreamSource
from siyaq.sources.mastodon import MastodonSource
from siyaq.sources.rss import FeedSource
from siyaq.sources.x import XSource
from siyaq.testing.source_contract import SourceContract
from siyaq.testing.world import web
from siyaq.testing.world.fediverse import Fediverse
from siyaq.testing.world.mastodon import MastodonServer
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.world import World
from siyaq.testing.world.x import GARBAGE, XServer
from tests.sources.deliveries import DeliveredTo
from tests.sources.feed_server import FeedServer, item
from tests.sources.jetstream_server import V1, V2, JetstreamServer, garbage, post


@dataclass(slots=True)
class Held:
    """An upstream, by what it holds and how it is read."""

    holds: frozenset[PostId]
    refused: int
    repeats: int
    make: Callable[[], SourceAdapter]

    def adapter(self) -> SourceAdapter:
        return self.make()


_LINES = 1_300


def _jsonl() -> tuple[bytes, frozenset[PostId]]:
    lines = [json.dumps({"id": n, "text": f"line {n}"}).encode() for n in range(_LINES)]
    lines[7] = b'{"id": 7, "text": "cut of'
    lines[700] = b"\xff\xfe"
    lines[1299] = b'{"id": 1299}'
    held = set(range(_LINES)) - {7, 700, 1299}
    return b"\n".join(lines), frozenset(PostId(f"jsonl:{n}") for n in held)


class TestJsonlFile(SourceContract):
    @pytest.fixture
    def upstream(self, tmp_path: Path) -> Held:
        content, holds = _jsonl()
        path = tmp_path / "posts.jsonl"
        path.write_bytes(content)
        return Held(holds, 3, 0, partial(JsonlSource, path))


class TestCompressedJsonlFile(SourceContract):
    @pytest.fixture
    def upstream(self, tmp_path: Path) -> Held:
        content, holds = _jsonl()
        path = tmp_path / "posts.jsonl.gz"
        path.write_bytes(gzip.compress(content))
        return Held(holds, 3, 0, partial(JsonlSource, path))


class TestArticles(SourceContract):
    @pytest.fixture
    def upstream(self, tmp_path: Path) -> Held:
        paths = [tmp_path / f"{n}.txt" for n in range(50)]
        for path in paths:
            path.write_text(f"Title of {path.name}\n\nBody.")
        paths[3].write_text("   ")
        holds = frozenset(
            PostId(f"file:{_article_id(path)}") for path in paths if path is not paths[3]
        )
        return Held(holds, 1, 50, partial(ArticleSource, paths))


def _article_id(path: Path) -> str:
    return f"{path.name}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


class JetstreamContract(SourceContract):
    dialects = frozenset({V1})
    cursor_in_v1 = False

    @pytest.fixture
    async def upstream(self) -> AsyncIterator[Held]:
        told = [post(seq) for seq in range(1, 60)]
        told.insert(9, garbage(0, b"\xff\xfe{"))
        told.insert(20, garbage(0, "[" * 1000))
        told.insert(30, garbage(0, json.dumps({"kind": "commit", "time_us": "soon"})))
        server = JetstreamServer(
            history=told,
            dialects=self.dialects,
            cursor_in_v1=self.cursor_in_v1,
            pause_every=10,
        )
        holds = frozenset(
            PostId(f"bluesky:at://{one.did}/app.bsky.feed.post/r{one.seq}")
            for one in told
            if one.raw is None
        )
        async with server.running():
            url = f"{server.url}?since=3650d"
            yield Held(holds, 3, 1, partial(JetstreamSource, url))


class TestJetstreamV1(JetstreamContract):
    pass


class TestJetstreamV1OfANewServer(JetstreamContract):
    cursor_in_v1 = True


class TestJetstreamV2(JetstreamContract):
    dialects = frozenset({V2})


class TestFeed(SourceContract):
    @pytest.fixture
    async def upstream(self) -> AsyncIterator[Held]:
        entries = [item(n) for n in range(1, 6)]
        entries.insert(3, "<item><description> </description></item>")
        server = FeedServer(entries=entries, shown=2, grows_by=2)
        async with server.running():
            holds = frozenset(PostId(f"rss-127.0.0.1:urn:item:{n}") for n in range(1, 6))
            url = f"{server.url}?every=5s"
            make = partial(FeedSource, url, sleep=lambda _: asyncio.sleep(0))
            yield Held(holds, 1, 0, make)


class TestSitemap(SourceContract):
    @pytest.fixture
    async def upstream(self) -> AsyncIterator[Held]:
        start = datetime(2026, 5, 4, 12, tzinfo=UTC)
        pace = Pace(start + timedelta(minutes=18), paused=True)
        async with web.FeedServer(World(11, start), pace) as server:
            edition = server.edition("en", "sitemap")
            addresses = [edition.address(article) for article in edition.articles]
            assert len(addresses) > 10, "one batch has no seam to cut at"
            url = f"sitemap+{server.topic('en', 'sitemap')}?every=30s"
            make = partial(
                FeedSource, url, source="site", clock=pace, sleep=lambda _: asyncio.sleep(0)
            )
            yield Held(frozenset(PostId(f"site:{one}") for one in addresses), 1, 0, make)


class TestFrontPage(SourceContract):
    @pytest.fixture
    async def upstream(self) -> AsyncIterator[Held]:
        start = datetime(2026, 5, 4, 12, tzinfo=UTC)
        pace = Pace(start + timedelta(minutes=18), paused=True)
        async with web.FeedServer(World(11, start), pace) as server:
            edition = server.edition("en", "html")
            addresses = [edition.address(article) for article in edition.articles]
            assert len(addresses) > 10, "one batch has no seam to cut at"
            url = f"site+{server.topic('en', 'html')}?every=30s"
            make = partial(
                FeedSource, url, source="site", clock=pace, sleep=lambda _: asyncio.sleep(0)
            )
            yield Held(frozenset(PostId(f"site:{one}") for one in addresses), 1, 0, make)


class TestMastodon(SourceContract):
    @pytest.fixture
    async def upstream(self) -> AsyncIterator[Held]:
        start = datetime.now(UTC) - timedelta(hours=1)
        pace = Pace(start + timedelta(seconds=40), paused=True)
        fediverse = Fediverse(World(7, start, posts_per_second=6.0), ["a.example", "b.example"])
        async with MastodonServer(fediverse, "a.example", pace) as server:
            toots = [one.toot for one in server.changes() if one.toot.visibility == "public"]
            holds = frozenset(PostId(f"mastodon:{one.uri}") for one in toots if one.wanted)
            token = Credential(["TOKEN"], environ={"TOKEN": server.token})
            make = partial(MastodonSource, f"{server.url}?since=2h", token)
            yield Held(holds, len(toots) - len(holds), len(holds), make)


class TestWebhook(SourceContract):
    @pytest.fixture
    async def upstream(self) -> Held:
        messages = [json.dumps({"id": n, "text": f"delivery {n}"}).encode() for n in range(20)]
        messages[4] = b"{"
        messages[9] = b'{"id": 9}'
        messages[14] = b'{"id": 14, "text": "of another", "source": "x"}'
        held = set(range(20)) - {4, 9, 14}
        holds = frozenset(PostId(f"orders:{n}") for n in held)
        return Held(holds, 3, 0, partial(DeliveredTo, messages))


class TestX(SourceContract):
    @pytest.fixture
    async def upstream(self) -> AsyncIterator[Held]:
        start = datetime.now(UTC) - timedelta(hours=1)
        pace = Pace(start + timedelta(seconds=12), paused=True)
        async with XServer(World(7, start, posts_per_second=6.0), pace) as server:
            server.replays = True
            holds = frozenset(PostId(f"x:{number}") for number in server.truth("*"))
            token = Credential(["TOKEN"], environ={"TOKEN": server.token})
            url = f"{server.url}?rule=*&cap_usd=1000&compliance=none"
            make = partial(XSource, url, token, clock=pace)
            yield Held(holds, len(GARBAGE), len(holds), make)
