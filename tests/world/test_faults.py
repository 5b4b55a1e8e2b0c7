"""Every fault strikes when it is ordered, is seen by the client, and is counted once."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from siyaq.testing.world import FAULTS, Fault, JetstreamServer, Pace
from tests.world.reading import (
    START,
    V1,
    V2,
    as_told,
    client,
    eventually,
    read_v1,
    read_v2,
    run,
    take,
    world_of,
)
from tests.world.test_feeds_followed import FEED_FAULTS, PAGE_FAULTS

SEED = 2024
NOW = START + timedelta(minutes=2)
BOTH = pytest.mark.parametrize("path", [V1, V2])


def server() -> JetstreamServer:
    return JetstreamServer(world_of(SEED), Pace(NOW, paused=True))


async def until_closed(jetstream: JetstreamServer, path: str, fault: Fault) -> ConnectionClosed:
    """Order a fault on an idle stream, read to the end, and return how it ended."""
    async with client(jetstream.port, path) as connection:
        await eventually(lambda: jetstream.connections == 1)
        jetstream.faults.order(fault)
        with pytest.raises(ConnectionClosed) as closed:
            await connection.recv()
        return closed.value


@BOTH
def test_disconnect_resets_the_connection_at_once(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            closed = await until_closed(jetstream, path, Fault(name="disconnect"))
            assert closed.rcvd is None
            assert jetstream.faults.fired == {"disconnect": 1}
            assert jetstream.faults.waiting == ()

    run(scenario())


@BOTH
def test_close_says_going_away(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            closed = await until_closed(jetstream, path, Fault(name="close"))
            assert closed.rcvd is not None
            assert closed.rcvd.code == 1001
            assert jetstream.faults.fired == {"close": 1}

    run(scenario())


@BOTH
def test_half_a_frame_ends_the_stream_inside_a_message(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            closed = await until_closed(jetstream, path, Fault(name="half_frame"))
            assert closed.rcvd is None
            assert isinstance(closed.__cause__, EOFError)
            assert jetstream.faults.fired == {"half_frame": 1}

    run(scenario())


def test_too_slow_says_so_and_hangs_up() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            async with client(jetstream.port, V2) as connection:
                await eventually(lambda: jetstream.connections == 1)
                jetstream.faults.order(Fault(name="too_slow"))
                (message,) = await take(connection, 1)
                told = json.loads(message)
                assert (told["$type"], told["error"]) == ("error", "ConsumerTooSlow")
                with pytest.raises(ConnectionClosed):
                    await connection.recv()
            await until_closed(jetstream, V1, Fault(name="too_slow"))
            assert jetstream.faults.fired == {"too_slow": 2}

    run(scenario())


@BOTH
def test_a_stall_sends_nothing_for_its_time_and_then_everything(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream, client(jetstream.port, path) as connection:
            await eventually(lambda: jetstream.connections == 1)
            jetstream.faults.order(Fault(name="stall", seconds=0.4, deaf=True))
            await eventually(lambda: jetstream.faults.fired["stall"] == 1)
            jetstream.pace.step(10)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(connection.recv(), 0.15)
            due = world_of(SEED).events(NOW, jetstream.pace.now())
            due = [event for event in due if path == V2 or event.kind != "sync"]
            assert len(await take(connection, len(due))) == len(due)

    run(scenario())


@BOTH
def test_duplicates_are_the_last_messages_once_more(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream, client(jetstream.port, path) as connection:
            await eventually(lambda: jetstream.connections == 1)
            due = world_of(SEED).events(NOW, jetstream.pace.step(20))
            due = [event for event in due if path == V2 or event.kind != "sync"]
            first = await take(connection, len(due))
            jetstream.faults.order(Fault(name="duplicate", count=7))
            assert await take(connection, 7) == first[-7:]
            assert jetstream.faults.fired == {"duplicate": 1}

    run(scenario())


@BOTH
def test_reordered_messages_all_arrive_in_another_order(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream, client(jetstream.port, path) as connection:
            await eventually(lambda: jetstream.connections == 1)
            jetstream.faults.order(Fault(name="reorder", count=6))
            await eventually(lambda: not jetstream.faults.waiting)
            jetstream.pace.step(60)
            due = world_of(SEED).events(NOW, jetstream.pace.now())
            due = [event for event in due if path == V2 or event.kind != "sync"]
            read = read_v2 if path == V2 else read_v1
            told = [read(message) for message in await take(connection, len(due))]
            expected = [as_told(event) for event in due]
            assert told != expected
            assert sorted(told[:6]) == sorted(expected[:6])
            assert told[6:] == expected[6:]
            await eventually(lambda: jetstream.faults.fired["reorder"] == 1)

    run(scenario())


@BOTH
def test_garbage_comes_in_every_variant_and_the_stream_goes_on(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream, client(jetstream.port, path) as connection:
            await eventually(lambda: jetstream.connections == 1)
            jetstream.faults.order(Fault(name="garbage"))
            broken = [await connection.recv() for _ in range(14)]
            assert isinstance(broken[-1], bytes)
            assert max(map(len, broken)) > 1_000_000
            assert jetstream.faults.fired == {"garbage": 1}
            jetstream.faults.order(Fault(name="garbage", variant="cut_json"))
            assert await connection.recv() == '{"did":"did:plc:'
            jetstream.pace.step(10)
            (message,) = await take(connection, 1)
            (read_v2 if path == V2 else read_v1)(message)

    run(scenario())


@BOTH
def test_refused_handshakes_answer_with_their_status(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            jetstream.faults.order(Fault(name="refuse", status=429, seconds=7), times=2)
            for _ in range(2):
                with pytest.raises(InvalidStatus) as refused:
                    async with client(jetstream.port, path):
                        pass
                assert refused.value.response.status_code == 429
                assert refused.value.response.headers["Retry-After"] == "7"
            async with client(jetstream.port, path):
                pass
            assert jetstream.faults.fired == {"refuse": 2}

    run(scenario())


@BOTH
def test_a_restart_cuts_everyone_and_comes_back_on_the_same_port(path: str) -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            port = jetstream.port
            async with client(port, path) as connection:
                await eventually(lambda: jetstream.connections == 1)
                await jetstream.restart(0.05)
                with pytest.raises(ConnectionClosed):
                    await connection.recv()
            assert jetstream.port == port
            async with client(port, path, "cursor=1") as connection:
                await take(connection, 5)
            assert jetstream.faults.fired == {"restart": 1}

    run(scenario())


def test_a_fault_waits_for_its_dialect() -> None:
    async def scenario() -> None:
        async with server() as jetstream:
            jetstream.faults.order(Fault(name="close", target="v1"))
            async with client(jetstream.port, V2, "cursor=1") as connection:
                await take(connection, 50)
                assert jetstream.faults.fired == {}
            async with client(jetstream.port, V1, "cursor=1") as connection:
                with pytest.raises(ConnectionClosed):
                    await connection.recv()
            assert jetstream.faults.fired == {"close": 1}

    run(scenario())


@pytest.mark.parametrize(
    "wrong",
    [{"name": "tea"}, {"name": "stall", "seconds": -1}, {"name": "refuse", "status": 200},
     {"name": "reorder", "count": 0}, {"name": "close", "target": "v3"}],
)  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Fault(**wrong)  # type: ignore[arg-type]  # being wrong is the point


def test_every_fault_has_a_test_here_or_with_its_server() -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    named = {name for name in FAULTS if f'name="{name}"' in tests}
    struck = {*FEED_FAULTS, *PAGE_FAULTS}  # each one, and its cost counted
    assert FAULTS.keys() - named - struck == set()
