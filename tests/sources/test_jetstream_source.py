"""Following a Jetstream server through everything that goes wrong with it."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest

from siyaq.core.clock import from_microseconds
from siyaq.core.errors import ConfigError, SourceRefused
from siyaq.core.event import PostEvent, RejectReason
from siyaq.core.ports import Batch
from siyaq.sources.jetstream import JetstreamSource
from siyaq.sources.jetstream.address import Address
from siyaq.sources.jetstream.connection import FRAME_BYTES
from siyaq.testing.clock import FakeClock
from tests.sources.jetstream_server import (
    START_US,
    STEP_US,
    V1,
    V2,
    Fault,
    JetstreamServer,
    garbage,
    post,
    posts,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(params=[V1, V2], ids=["v1", "v2"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[JetstreamServer]:
    server = JetstreamServer(dialects=frozenset({request.param}))
    async with server.running():
        yield server


class Listener:
    """Runs a source and keeps what it yields, up to each cursor that was committed."""

    def __init__(self, url: str, resume: dict[str, str] | None = None, **settings: object) -> None:
        self.slept: list[float] = []
        self.batches: list[Batch] = []
        self.adapter = JetstreamSource(
            url,
            clock=FakeClock(from_microseconds(START_US + 10**6 * STEP_US)),
            sleep=self._sleep,
            rng=random.Random(1),
            **settings,  # type: ignore[arg-type]  # the test's own
        )
        self._stream = self.adapter.batches(resume or {})

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self.batches.append(await anext(self._stream))

    async def hear(self, seqs: range) -> None:
        await self.until(lambda: set(self.rkeys) >= {f"r{seq}" for seq in seqs})

    @property
    def rkeys(self) -> list[str]:
        return [
            event.post_id.rpartition("/")[2]
            for batch in self.batches
            for event in batch.events
            if isinstance(event, PostEvent)
        ]

    @property
    def committed(self) -> dict[str, str]:
        return {
            batch.cursor.partition: batch.cursor.position for batch in self.batches if batch.cursor
        }


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 -- a condition, with a deadline
            await asyncio.sleep(0.001)


@asynccontextmanager
async def listening(
    url: str, resume: dict[str, str] | None = None, **settings: object
) -> AsyncIterator[Listener]:
    listener = Listener(url, resume, **settings)
    async with aclosing(listener._stream):
        yield listener


async def test_history_is_asked_for_only_when_wanted(server: JetstreamServer) -> None:
    server.tell(*posts(range(1, 11)))
    async with listening(server.url) as listener:
        hearing = asyncio.create_task(listener.hear(range(11, 12)))
        await _until(lambda: listener.adapter.condition.state == "live")
        server.tell(post(11))
        await hearing
        assert listener.rkeys == ["r11"]
    age = 10**6 - 5
    async with listening(f"{server.url}?since={age}s") as listener:
        await listener.hear(range(5, 12))
        assert listener.rkeys == [f"r{seq}" for seq in range(5, 12)]


async def test_what_is_asked_for_fits_the_dialect(server: JetstreamServer) -> None:
    server.tell(*posts(range(1, 3)))
    async with listening(f"{server.url}?since=1000d") as listener:
        await listener.hear(range(1, 3))
    path = server.requests[-1]
    if V2 in server.dialects:
        assert path.startswith(f"{V2}?collections=app.bsky.feed.post&kinds=commit&kinds=account")
        assert "kinds=identity&kinds=sync&cursor=" in path
    else:
        assert len(server.requests) == 2, "v2 is tried first, and only once"
        assert path.startswith(f"{V1}?wantedCollections=app.bsky.feed.post&cursor=")


@pytest.mark.parametrize("how", ["close", "abort", "error frame", "silence"])
async def test_a_lost_connection_is_resumed_without_loss(server: JetstreamServer, how: str) -> None:
    server.tell(*posts(range(1, 41)))
    server.faults.extend(Fault(drop_after=7, how=how) for _ in range(5))
    async with listening(f"{server.url}?since=1000d", silence_seconds=0.3) as listener:
        await listener.hear(range(1, 41))
        assert len(listener.slept) == 5
        repeats = len(listener.rkeys) - 40
        assert repeats <= 5, "an inclusive cursor repeats one event"
        assert not any(batch.gaps for batch in listener.batches)


async def test_many_random_cuts_lose_nothing(server: JetstreamServer) -> None:
    rng = random.Random(20260504)
    server.tell(*posts(range(1, 601)))
    server.faults.extend(
        Fault(drop_after=rng.randint(2, 20), how=rng.choice(["close", "abort", "error frame"]))
        for _ in range(50)
    )
    async with listening(f"{server.url}?since=1000d") as listener:
        await listener.hear(range(1, 601))
        assert not server.faults, "every cut must have happened"
        assert listener.rkeys == sorted(listener.rkeys, key=lambda rkey: int(rkey[1:]))
        assert len(listener.rkeys) <= 650


async def test_a_restart_goes_on_after_the_last_commit(server: JetstreamServer) -> None:
    server.tell(*posts(range(1, 6)))
    async with listening(f"{server.url}?since=1000d") as listener:
        await listener.hear(range(1, 6))
    server.tell(*posts(range(6, 9)))
    async with listening(f"{server.url}?since=1s", listener.committed) as resumed:
        await resumed.hear(range(6, 9))
        assert resumed.rkeys == ["r5", "r6", "r7", "r8"]
        assert not resumed.batches[0].gaps


async def test_another_server_is_joined_a_little_earlier(server: JetstreamServer) -> None:
    server.tell(*posts(range(1, 31)))
    elsewhere = {"other.example/subscribe": f"77777@{START_US + 20 * STEP_US}"}
    async with listening(server.url, elsewhere) as listener:
        await listener.hear(range(10, 31))
        assert listener.rkeys[0] == "r10"
        assert not any(batch.gaps for batch in listener.batches)


async def test_what_the_server_no_longer_holds_is_a_gap(server: JetstreamServer) -> None:
    server.tell(*posts(range(1, 6)))
    async with listening(f"{server.url}?since=1000d") as listener:
        await listener.hear(range(1, 6))
    server.tell(*posts(range(6, 101)))
    server.floor = 60
    async with listening(server.url, listener.committed) as resumed:
        await resumed.hear(range(60, 101))
        gaps = [gap for batch in resumed.batches for gap in batch.gaps]
        assert [(gap.reason, gap.source) for gap in gaps] == [("cursor_too_old", "bluesky")]
        assert gaps[0].since == from_microseconds(START_US + 5 * STEP_US)
        assert gaps[0].until == from_microseconds(START_US + 60 * STEP_US)
        assert resumed.rkeys[0] == "r60"


async def test_an_outdated_cursor_that_is_only_mentioned_is_a_gap() -> None:
    info = {"$type": "network.bsky.jetstream.subscribeEvents#info", "name": "OutdatedCursor"}
    server = JetstreamServer(dialects=frozenset({V2}))
    async with server.running():
        server.tell(*posts(range(1, 4)))
        async with listening(f"{server.url}?since=1000d") as listener:
            await listener.hear(range(1, 4))
        server.history[:] = [
            garbage(3, json.dumps({"$type": "message", "payload": info})),
            *posts(range(6, 8)),
        ]
        async with listening(server.url, listener.committed) as resumed:
            await resumed.hear(range(6, 8))
            (gap,) = [gap for batch in resumed.batches for gap in batch.gaps]
            assert gap.until - gap.since == timedelta(seconds=3)


async def test_garbage_is_counted_and_the_stream_goes_on(server: JetstreamServer) -> None:
    server.tell(
        post(1),
        garbage(1, b'{"kind": "\xff\xfe"}'),
        garbage(1, "not json"),
        garbage(1, json.dumps({"kind": "commit"})),
        garbage(1, '{"a":' * 100 + "1" + "}" * 100),
        garbage(1, b"x" * (2**20 + 1)),
        post(2),
    )
    async with listening(f"{server.url}?since=1000d") as listener:
        await listener.hear(range(1, 3))
        reasons = [one.reason for batch in listener.batches for one in batch.rejected]
    assert reasons == [
        RejectReason.BAD_TEXT,
        RejectReason.MALFORMED,
        RejectReason.BAD_TIME,
        RejectReason.TOO_DEEP,
        RejectReason.TOO_LARGE,
    ]
    assert len(server.requests) <= 2, "garbage must not cost a connection"


async def test_a_message_beyond_all_bounds_costs_a_recorded_gap(server: JetstreamServer) -> None:
    server.tell(post(1), garbage(2, b"x" * (FRAME_BYTES + 1)), post(3))
    async with listening(f"{server.url}?since=1000d") as listener:
        await listener.hear(range(1, 2))
        hearing = asyncio.create_task(listener.hear(range(20, 21)))
        await _until(lambda: bool(listener.slept) and listener.adapter.condition.state == "live")
        server.tell(post(20))
        await hearing
        (gap,) = [gap for batch in listener.batches for gap in batch.gaps]
        assert gap.since == from_microseconds(START_US + STEP_US)
        assert gap.until == from_microseconds(START_US + 20 * STEP_US)


@pytest.mark.parametrize(
    ("fault", "first", "last"),
    [
        (Fault(status=503), 5, 320),
        (Fault(status=500), 5, 320),
        (Fault(status=429), 60, 600),
        (Fault(drop_after=0, how="abort"), 0.25, 16),
    ],
    ids=["503", "500", "429", "network"],
)
async def test_each_kind_of_trouble_has_its_own_patience(
    server: JetstreamServer, fault: Fault, first: float, last: float
) -> None:
    server.tell(post(1))
    server.faults.extend([fault] * 10)
    async with listening(f"{server.url}?since=1000d&dialect={_dialect(server)}") as listener:
        await listener.hear(range(1, 2))
    assert len(listener.slept) == 10
    expected = [min(last, first * 2**n) for n in range(10)]
    for slept, wanted in zip(listener.slept, expected, strict=True):
        assert abs(slept / wanted - 1) <= 0.1
    assert len({slept / wanted for slept, wanted in zip(listener.slept, expected, strict=True)}) > 5


async def test_a_server_that_says_when_to_come_back_is_heeded(server: JetstreamServer) -> None:
    server.tell(post(1))
    server.faults.append(Fault(status=429, headers=(("Retry-After", "3000"),)))
    async with listening(f"{server.url}?since=1000d") as listener:
        await listener.hear(range(1, 2))
    assert 3000 in listener.slept


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_server_that_will_never_have_us_ends_it(
    server: JetstreamServer, status: int
) -> None:
    body = json.dumps({"error": "InvalidRequest", "message": "no"})
    server.faults.extend([Fault(status=status, body=body)] * 2)
    async with listening(f"{server.url}?dialect={_dialect(server)}") as listener:
        with pytest.raises(SourceRefused, match=f"answered {status}.*InvalidRequest: no"):
            await listener.until(lambda: False)


async def test_a_server_that_was_well_is_given_time(server: JetstreamServer) -> None:
    server.tell(*posts(range(1, 9)))
    server.faults.extend([Fault(drop_after=4), Fault(status=403), Fault(status=404)])
    async with listening(f"{server.url}?since=1000d&dialect={_dialect(server)}") as listener:
        await listener.hear(range(1, 9))
    assert len(listener.slept) == 3


async def test_the_condition_tells_what_is_wrong(server: JetstreamServer) -> None:
    server.tell(post(1))
    server.faults.append(Fault(drop_after=0, how="error frame"))
    told: list[str] = []
    async with listening(f"{server.url}?since=1000d&dialect={_dialect(server)}") as listener:

        async def sleep(seconds: float) -> None:
            told.append(f"{listener.adapter.condition.state}: {listener.adapter.condition.problem}")

        listener.adapter._sleep = sleep
        await listener.hear(range(1, 2))
        assert told == ["waiting: the server ended the stream: 'ConsumerTooSlow'"]
        assert listener.adapter.condition.state == "live"
        assert listener.adapter.condition.problem == ""


async def test_a_server_that_is_not_there_is_waited_for() -> None:
    server = JetstreamServer()
    async with server.running():
        pass
    async with listening(server.url) as listener:
        hearing = asyncio.create_task(listener.until(lambda: False))
        await _until(lambda: len(listener.slept) >= 4)
        assert "cannot connect to '127.0.0.1'" in listener.adapter.condition.problem
        hearing.cancel()
        await asyncio.wait([hearing])


@pytest.mark.parametrize(
    ("url", "request_url"),
    [
        ("jetstream://js.example", "wss://js.example" + V2),
        ("jetstream://js.example:8443/subscribe", "wss://js.example:8443/subscribe"),
        ("jetstream://localhost:1234", "ws://localhost:1234" + V2),
        ("jetstream://[::1]:1234?dialect=v1", "ws://[::1]:1234/subscribe"),
        ("jetstream+ws://js.example", "ws://js.example" + V2),
        ("jetstream+wss://127.0.0.1", "wss://127.0.0.1" + V2),
        ("jetstream://js.example/xrpc/custom", "wss://js.example/xrpc/custom"),
    ],
)
def test_an_address_says_where_to_connect(url: str, request_url: str) -> None:
    address = Address.parse(url)
    assert address.request(address.dialects[0], None).partition("?")[0] == request_url


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("jetstream:///subscribe", "names no host"),
        ("jetstream://h?dialect=v3", "'v3'"),
        ("jetstream://h?since=soon", "'soon'"),
        ("jetstream://h?wantedCollections=x", "'wantedCollections'"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(url: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        Address.parse(url)


def _dialect(server: JetstreamServer) -> str:
    return "v2" if V2 in server.dialects else "v1"
