"""The Jetstream server keeps to the protocol in both dialects, as a stranger's client sees it."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from siyaq.testing.world import Fault, JetstreamServer, Pace, WorldEvent
from tests.world.reading import (
    START,
    V1,
    V2,
    Heard,
    as_told,
    client,
    eventually,
    microseconds,
    read_v1,
    read_v2,
    run,
    take,
    world_of,
)

SEED = 11
NOW = START + timedelta(minutes=4)
POST = "app.bsky.feed.post"


def server(**options: object) -> JetstreamServer:
    lookback = options.get("lookback")
    return JetstreamServer(
        world_of(SEED),
        Pace(NOW, paused=True),
        lookback=lookback if isinstance(lookback, timedelta) else None,
        v1_cursor=bool(options.get("v1_cursor", True)),
    )


def past() -> list[WorldEvent]:
    return world_of(SEED).events(START, NOW)


async def hear(jetstream: JetstreamServer, path: str, query: str, count: int) -> list[Heard]:
    read = read_v2 if path == V2 else read_v1
    async with client(jetstream.port, path, query) as connection:
        return [read(message) for message in await take(connection, count)]


def test_both_dialects_tell_the_world_as_it_is() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            events = past()
            told = await hear(jetstream, V2, "cursor=1", len(events))
            assert told == [as_told(event) for event in events]
            without_sync = [event for event in events if event.kind != "sync"]
            assert len(without_sync) < len(events)
            told = await hear(jetstream, V1, "cursor=1", len(without_sync))
            assert told == [as_told(event) for event in without_sync]

    run(scenario())


def test_a_frame_has_the_fields_of_the_published_example_in_their_order() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            query = f"kinds=commit&collections={POST}&cursor=1"
            async with client(jetstream.port, V2, query) as connection:
                (message,) = await take(connection, 1)
            assert list(json.loads(message)) == ["$type", "payload"]
            assert list(json.loads(message)["payload"]) == [
                "$type", "seq", "did", "time", "rev",
                "operation", "collection", "rkey", "cid", "record",
            ]  # fmt: skip
            query = f"wantedCollections={POST}&cursor=1"
            async with client(jetstream.port, V1, query) as connection:
                for message in await take(connection, 500):
                    body = json.loads(message)
                    if body["kind"] == "commit":
                        break
            assert set(body["commit"]) == {
                "rev", "operation", "collection", "rkey", "cid", "record",
            }  # fmt: skip

    run(scenario())


@pytest.mark.parametrize("path", [V1, V2])
def test_a_seq_cursor_is_inclusive(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            events = [event for event in past() if event.kind != "sync"]
            event = events[300]
            (first, second) = await hear(jetstream, path, f"cursor={event.seq}", 2)
            assert first == as_told(event)
            assert second.seq > first.seq

    run(scenario())


@pytest.mark.parametrize("path", [V1, V2])
def test_a_time_cursor_is_inclusive(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            events = [event for event in past() if event.kind != "sync"]
            event = events[300]
            cursor = microseconds(event.at.isoformat())
            assert cursor >= 10**15
            (first,) = await hear(jetstream, path, f"cursor={cursor}", 1)
            assert first == as_told(event)
            (later,) = await hear(jetstream, path, f"cursor={cursor + 1}", 1)
            assert later.time_us > cursor

    run(scenario())


@pytest.mark.parametrize("path", [V1, V2])
@pytest.mark.parametrize("cursor", ["", "cursor=900000000000", "cursor=4102444800000000"])
def test_without_a_cursor_or_with_a_future_one_the_stream_starts_now(
    path: str, cursor: str
) -> None:
    async def scenario() -> None:
        async with server() as jetstream, client(jetstream.port, path, cursor) as connection:
            await eventually(lambda: jetstream.connections == 1)
            jetstream.pace.step(30)
            (message,) = await take(connection, 1)
            heard = (read_v2 if path == V2 else read_v1)(message)
            until = NOW + timedelta(seconds=30)
            due = world_of(SEED).events(NOW, until)
            assert heard == as_told(next(one for one in due if path == V2 or one.kind != "sync"))

    run(scenario())


def test_nothing_is_sent_before_its_time() -> None:
    async def scenario() -> None:
        async with server() as jetstream, client(jetstream.port, V2, "") as connection:
            await eventually(lambda: jetstream.connections == 1)
            for _ in range(5):
                before = jetstream.pace.now()
                now = jetstream.pace.step(2)
                due = world_of(SEED).events(before, now)
                told = [read_v2(message) for message in await take(connection, len(due))]
                assert told == [as_told(event) for event in due]

    run(scenario())


def test_filters_choose_kinds_collections_and_dids() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            events = past()
            posts = [event for event in events if event.is_post]
            query = urlencode({"cursor": 1, "kinds": "commit", "collections": POST})
            told = await hear(jetstream, V2, query, len(posts))
            assert told == [as_told(event) for event in posts]

            feed = [event for event in events if event.collection.startswith("app.bsky.feed.")]
            query = urlencode({"cursor": 1, "kinds": "commit", "collections": "app.bsky.feed.*"})
            told = await hear(jetstream, V2, query, len(feed))
            assert told == [as_told(event) for event in feed]

            # Collections restrict commits alone: accounts and identities come all the same.
            mixed = [event for event in events if event.is_post or event.kind != "commit"]
            query = urlencode({"cursor": 1, "collections": POST})
            told = await hear(jetstream, V2, query, len(mixed))
            assert told == [as_told(event) for event in mixed]
            mixed = [event for event in mixed if event.kind != "sync"]
            query = urlencode({"cursor": 1, "wantedCollections": POST})
            told = await hear(jetstream, V1, query, len(mixed))
            assert told == [as_told(event) for event in mixed]

            someone = posts[40].did
            theirs = [event for event in events if event.did == someone]
            for path, name in ((V2, "dids"), (V1, "wantedDids")):
                query = urlencode({"cursor": 1, name: someone})
                told = await hear(jetstream, path, query, len(theirs))
                assert told == [as_told(event) for event in theirs]

    run(scenario())


def test_messages_beyond_the_clients_size_are_left_out() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            query = f"cursor=1&kinds=commit&collections={POST}&maxMessageSizeBytes=700"
            async with client(jetstream.port, V2, query) as connection:
                messages = await take(connection, 60)
            assert max(len(message.encode()) for message in messages) <= 700

    run(scenario())


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("wantedCollections=app.bsky.feed.post", "InvalidRequest"),
        ("wantedDids=did:plc:x", "InvalidRequest"),
        ("kinds=marvel", "InvalidRequest"),
        ("cursor=soon", "InvalidRequest"),
        ("cursor=-5", "InvalidRequest"),
        ("&".join(["collections=a.b.c"] * 101), "InvalidRequest"),
        ("zstdDictionary=1", "UnknownZstdDictionary"),
    ],
)
def test_a_bad_v2_request_is_refused_before_the_upgrade(query: str, error: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            with pytest.raises(InvalidStatus) as refused:
                await hear(jetstream, V2, query, 1)
            response = refused.value.response
            assert response.status_code == 400
            assert json.loads(response.body or b"")["error"] == error
            assert jetstream.handshakes.total() == 1

    run(scenario())


def test_an_unknown_path_is_not_found() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            with pytest.raises(InvalidStatus) as refused:
                await hear(jetstream, "/xrpc/app.bsky.unknown", "", 1)
            assert refused.value.response.status_code == 404

    run(scenario())


@pytest.mark.parametrize("by_time", [False, True])
def test_a_cursor_that_is_too_old_is_refused_by_v2_and_clamped_by_v1(*, by_time: bool) -> None:
    async def scenario() -> None:
        async with server(lookback=timedelta(seconds=90)) as jetstream:
            floor = NOW - timedelta(seconds=90)
            held = world_of(SEED).events(floor, NOW)
            lost = world_of(SEED).events(START, floor)[-1]
            cursor = microseconds(lost.at.isoformat()) if by_time else lost.seq
            with pytest.raises(InvalidStatus) as refused:
                await hear(jetstream, V2, f"cursor={cursor}", 1)
            assert refused.value.response.status_code == 400
            problem = json.loads(refused.value.response.body or b"")
            assert problem["error"] == "CursorTooOld"
            assert str(held[0].seq) in problem["message"]
            (first,) = await hear(jetstream, V1, f"cursor={cursor}", 1)
            assert first == as_told(next(event for event in held if event.kind != "sync"))
            (first,) = await hear(jetstream, V2, f"cursor={held[0].seq}", 1)
            assert first == as_told(held[0])

    run(scenario())


def test_an_outdated_cursor_may_be_told_by_an_info_message() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            jetstream.forget(timedelta(seconds=60))
            jetstream.faults.order(Fault(name="outdated"))
            async with client(jetstream.port, V2, "cursor=1") as connection:
                info, first = await take(connection, 2)
            payload = json.loads(info)["payload"]
            assert payload["$type"].endswith("#info")
            assert payload["name"] == "OutdatedCursor"
            assert "seq" not in payload
            held = world_of(SEED).events(NOW - timedelta(seconds=60), NOW)
            assert read_v2(first) == as_told(held[0])
            assert jetstream.faults.fired["outdated"] == 1

    run(scenario())


def test_a_legacy_v1_server_sends_no_cursor() -> None:
    async def scenario() -> None:
        async with server(v1_cursor=False) as jetstream:
            async with client(jetstream.port, V1, "cursor=1") as connection:
                messages = await take(connection, 20)
            assert all("cursor" not in json.loads(message) for message in messages)

    run(scenario())


def test_v2_clients_must_not_speak() -> None:
    async def scenario() -> None:
        async with server() as jetstream, client(jetstream.port, V2, "") as connection:
            await connection.send('{"type":"options_update","payload":{}}')
            with pytest.raises(ConnectionClosed) as closed:
                await connection.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008

    run(scenario())


def test_v1_clients_may_say_hello_and_change_their_wishes() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            query = "cursor=1&requireHello=true"
            async with client(jetstream.port, V1, query) as connection:
                wish = {"wantedCollections": ["app.bsky.graph.follow"]}
                await connection.send(json.dumps({"type": "options_update", "payload": wish}))
                told = [read_v1(message) for message in await take(connection, 420)]
            commits = {heard.collection for heard in told if heard.kind == "commit"}
            assert commits == {"app.bsky.graph.follow"}

    run(scenario())


def test_the_subprotocol_is_agreed_where_it_is_offered() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            async with client(jetstream.port, V2, "") as connection:
                assert connection.subprotocol is None
            async with client(jetstream.port, V2, "", subprotocol="xrpc.v1.json") as connection:
                assert connection.subprotocol == "xrpc.v1.json"

    run(scenario())


@pytest.mark.data
def test_real_messages_of_a_production_server_pass_the_same_reader(shared_data: Path) -> None:
    """The reader is no friend of our server: it reads what Jetstream really sent, too."""
    packed = (shared_data / "fixtures" / "stream_samples.jsonl.gz").read_bytes()
    kinds = set()
    for line in gzip.decompress(packed).splitlines():
        sample = json.loads(line)
        if sample.get("source") == "bluesky-jetstream":
            kinds.add(read_v1(json.dumps(sample["event"])).kind)
    assert kinds == {"commit", "identity", "account"}
