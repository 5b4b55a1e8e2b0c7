"""Compressed streams of Jetstream, and what a repository's reset does to the record."""

from __future__ import annotations

import asyncio
import json
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard

from siyaq.core.errors import ConfigError
from siyaq.core.event import PostEvent, RejectReason
from siyaq.core.ports import Batch
from siyaq.log import LogReader, LogWriter
from siyaq.sources.jetstream import JetstreamSource
from siyaq.sources.jetstream.address import Address
from siyaq.sources.jetstream.dictionary import Dictionary
from siyaq.sources.jetstream.event import read_event, read_sync
from siyaq.sources.jetstream.frame import read_frame
from siyaq.sources.refusal import Refusal
from siyaq.testing.world.jetstream import JetstreamServer
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.world import World
from siyaq.testing.world.zdict import Compressor, train
from tests.sources.jetstream_server import Told, as_v2, post

pytestmark = pytest.mark.anyio

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture(scope="module")
def world() -> World:
    return World(7, START, posts_per_second=6.0)


async def heard(
    server: JetstreamServer, url: str, enough: Callable[[], bool] = lambda: True
) -> set[str]:
    """Follow until every post of the world's past has come and `enough` holds."""
    wanted = {
        event.uri
        for event in server.world.events(START, server.pace.now())
        if event.is_post and event.operation == "create" and not event.refusable
    }
    found: set[str] = set()

    async def sleep(_: float) -> None:
        await asyncio.sleep(0.01)

    batches = JetstreamSource(url, clock=server.pace, sleep=sleep).batches({})
    async with asyncio.timeout(60):
        async for batch in batches:
            found |= _uris(batch)
            if found >= wanted and enough():
                break
    await batches.aclose()
    return found


def _uris(batch: Batch) -> set[str]:
    posts = [event for event in batch.events if isinstance(event, PostEvent)]
    return {event.post_id.removeprefix("bluesky:") for event in posts}


async def test_a_v2_stream_is_compressed_with_the_dictionary_it_offers(world: World) -> None:
    pace = Pace(START + timedelta(seconds=60), paused=True)
    async with JetstreamServer(world, pace, compressor=train(world, "v2", 20260811)) as server:
        assert await heard(server, f"{server.url}?since=2h&zstd=fetch&dialect=v2")
        assert server.handshakes["dictionary 200"] == 1
        assert server.handshakes["v2 101"] == 1


async def test_a_v1_stream_is_compressed_with_a_dictionary_from_a_file(
    world: World, tmp_path: Path
) -> None:
    compressor = train(world, "v1", 7)
    file = tmp_path / "v1.zdict"
    file.write_bytes(compressor.raw)
    pace = Pace(START + timedelta(seconds=60), paused=True)
    async with JetstreamServer(world, pace, compressor=compressor) as server:
        assert await heard(server, f"{server.url}?since=2h&zstd={file}&dialect=v1")


async def test_a_dictionary_that_was_trained_anew_is_fetched_again(world: World) -> None:
    pace = Pace(START + timedelta(seconds=60), paused=True)
    old, new = train(world, "v2", 1), train(world, "v2", 2)
    async with JetstreamServer(world, pace, compressor=old) as server:
        adapter = JetstreamSource(f"{server.url}?since=2h&zstd=fetch&dialect=v2", clock=pace)
        adapter._dictionary = Dictionary(old.raw)
        server.compressor = new
        batches = adapter.batches({})
        async with asyncio.timeout(60):
            assert (await anext(batches)).events
        await batches.aclose()
        assert adapter._dictionary.id == 2
        assert server.handshakes["v2 400"] == 1


async def test_where_there_is_no_dictionary_the_stream_is_plain(world: World) -> None:
    pace = Pace(START + timedelta(seconds=30), paused=True)
    async with JetstreamServer(world, pace) as server:
        assert await heard(server, f"{server.url}?since=2h&zstd=fetch&dialect=v2")


def test_a_bomb_and_a_damaged_frame_are_refused(world: World) -> None:
    compressor = train(world, "v2", 3)
    dictionary = Dictionary(compressor.raw)
    assert dictionary.plain(compressor.frame(b'{"a":1}')) == b'{"a":1}'
    for frame, reason in (
        (compressor.frame(b" " * 2**24), RejectReason.TOO_LARGE),
        (b"\x28\xb5\x2f\xfd garbage", RejectReason.MALFORMED),
        (b"{}", RejectReason.MALFORMED),
    ):
        with pytest.raises(Refusal) as refused:
            dictionary.plain(frame)
        assert refused.value.reason is reason


@pytest.mark.parametrize("content", [b"", b"not a dictionary at all", b"\x37\xa4\x30\xec"])
def test_a_file_that_is_no_dictionary_is_said_at_once(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "d"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="zstd dictionary"):
        JetstreamSource(f"jetstream://127.0.0.1:1?zstd={file}")


def test_many_accounts_are_told_in_a_message_where_a_url_cannot_hold_them() -> None:
    dids = "&".join(f"dids=did:plc:{number}" for number in range(500))
    address = Address.parse(f"jetstream://127.0.0.1:1?dialect=v1&{dids}")
    hello = address.hello("v1")
    assert hello is not None
    assert hello["type"] == "options_update"
    assert len(hello["payload"]["wantedDids"]) == 500  # type: ignore[index]
    assert "requireHello=true" in address.request("v1", None)
    assert "did%3Aplc" not in address.request("v1", None)
    assert Address.parse("jetstream://127.0.0.1:1?dids=did:plc:1").hello("v1") is None


async def test_accounts_told_in_a_message_are_those_that_arrive(world: World) -> None:
    pace = Pace(START + timedelta(seconds=60), paused=True)
    events = [e for e in world.events(START, pace.now()) if e.is_post and not e.refusable]
    chosen = {event.did for event in events[::2]}
    dids = "&".join(f"dids={did}" for did in sorted(chosen))
    filler = "&".join(f"dids=did:plc:nobody{number}" for number in range(120))
    async with JetstreamServer(world, pace) as server:
        url = f"{server.url}?since=2h&dialect=v1&{dids}&{filler}"
        batches = JetstreamSource(url, clock=pace).batches({})
        wanted = {e.uri for e in events if e.did in chosen}
        found: set[str] = set()
        async with asyncio.timeout(60):
            while not found >= wanted:
                found |= _uris(await anext(batches))
        await batches.aclose()
        assert not {uri.split("/")[2] for uri in found} - chosen


def test_a_reset_repository_takes_its_posts_and_what_it_still_holds_comes_again(
    tmp_path: Path,
) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    first, second = post(1, "before"), post(2, "also before")
    told = [replace(one, did="did:plc:a") for one in (first, second)]
    sync = Told(3, "sync", "did:plc:a", {"rev": "3l00000000003"})
    again = replace(told[1], seq=4, body={**told[1].body, "rev": "3l00000000004"})

    def read(one: Told) -> list[object]:
        frame = read_frame(as_v2(one).encode())
        if one.kind == "sync":
            return list(read_sync(frame, source="bluesky", now=now))
        return [read_event(frame, source="bluesky", now=now)]

    with LogWriter.open(tmp_path / "d") as writer, LogReader.open(tmp_path / "d") as log:
        for one in (*told, sync):
            writer.append([Batch(events=tuple(read(one)))])  # type: ignore[arg-type]
        assert log.counts().posts == 0
        writer.append([Batch(events=tuple(read(told[0])))])  # type: ignore[arg-type]  # late
        assert log.counts().posts == 0, "what was seen before stays gone"
        writer.append([Batch(events=tuple(read(again)))])  # type: ignore[arg-type]
        assert log.counts().posts == 1


@pytest.mark.data
@pytest.mark.parametrize("name", ["legacy_subscribe.zdict", "subscribe_events_20260811.zdict"])
def test_the_networks_own_dictionaries_can_be_used(shared_data: Path, name: str) -> None:
    with tarfile.open(shared_data / "fixtures/jetstream_corpus.tar") as corpus:
        member = corpus.extractfile(f"jetstream_corpus/{name}")
        lines = corpus.extractfile("jetstream_corpus/expected_v1.jsonl")
        assert member is not None
        assert lines is not None
        raw, messages = member.read(), lines.read().splitlines()
    compressor, dictionary = Compressor(raw), Dictionary(raw)
    if "2026" in name:
        assert dictionary.id == 20260811
    sizes = [len(compressor.frame(message)) for message in messages]
    assert all(dictionary.plain(compressor.frame(one)) == one for one in messages)
    assert sum(sizes) < 0.7 * sum(map(len, messages))
    assert all(json.loads(one) for one in messages)
    assert zstandard.frame_content_size(compressor.frame(messages[0])) == len(messages[0])
