"""A dish is polled over gRPC; its answers here are written byte by byte, as on the wire."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import grpc
import pytest

from siyaq.core.errors import ConfigError
from siyaq.core.observation import Observation
from siyaq.core.ports import Batch
from siyaq.sources.starlink import METHOD, StarlinkSource
from siyaq.testing.brokered import soon

pytestmark = pytest.mark.anyio


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def block(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def single(number: int, value: float) -> bytes:
    return varint(number << 3 | 5) + struct.pack("<f", value)


def whole(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


INFO = block(1, block(1, b"ut01000000-00000000-00123456") + block(2, b"rev3_proto2"))
GOOD = block(
    2004,
    INFO
    + single(1003, 0.02)
    + block(1004, single(1, 0.015))
    + single(1007, 180e6)
    + single(1008, 12e6)
    + single(1009, 35.5)
    + block(1015, whole(1, 1) + whole(2, 14))
    + whole(1040, 3),  # a field that we do not know
)
DOWN = block(2004, INFO + single(1003, 1.0) + block(1014, whole(1, 5)))


class Dish:
    """A gRPC server that answers one after another of `answers`, then the last one for ever."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []

    async def handle(self, request: bytes, _context: object) -> bytes:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@asynccontextmanager
async def serving(dish: Dish) -> AsyncIterator[str]:
    server = grpc.aio.server()
    service, method = METHOD.strip("/").split("/")
    handler = grpc.unary_unary_rpc_method_handler(dish.handle)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {method: handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"starlink://127.0.0.1:{port}?every=1s&site=Roof"
    finally:
        await server.stop(None)


async def polled(url: str, count: int) -> list[Batch]:
    source = StarlinkSource(url, sleep=soon, timeout_seconds=10)
    async with asyncio.timeout(30), aclosing(source.batches({})) as batches:
        return [await anext(batches) for _ in range(count)]


def told(batch: Batch) -> dict[str, float | str]:
    return {
        one.property.name: round(one.result, 3) if isinstance(one.result, float) else one.result
        for one in batch.observations
    }


async def test_a_status_is_read_and_a_zero_that_is_not_sent_is_a_zero() -> None:
    dish = Dish(GOOD, DOWN)
    async with serving(dish) as url:
        good, down = await polled(url, 2)
    assert dish.asked[0] == block(1004, b""), "the request is get_status"
    assert told(good) == {
        "downlink_throughput": 180.0,
        "uplink_throughput": 12.0,
        "ping_drop_rate": 2.0,
        "obstructed": 1.5,
        "gps_satellites": 14.0,
        "latency": 35.5,
        "state": "CONNECTED",
    }
    first = good.observations[0]
    assert isinstance(first, Observation)
    assert (first.thing.kind, first.thing.site, first.thing.personal) == ("dish", "Roof", True)
    assert first.property.unit == "Mbit/s"
    assert told(down)["downlink_throughput"] == 0.0, "it was sent before: now it is zero"
    assert told(down)["state"] == "NO_SATS"
    assert "latency" not in told(down)


async def test_every_field_is_optional_and_garbage_is_counted() -> None:
    async with serving(Dish(block(2004, b""), b"\xff\xff\xff", block(3004, b""), b"")) as url:
        empty, garbage, other, nothing = await polled(url, 4)
    assert told(empty) == {"state": "CONNECTED"}
    assert [one.reason for one in garbage.rejected] == ["malformed"]
    assert [one.reason for one in (*other.rejected, *nothing.rejected)] == ["unsupported"] * 2


async def test_a_dish_that_is_not_there_is_waited_for() -> None:
    dish = Dish(GOOD)
    async with serving(dish) as url:
        pass
    source = StarlinkSource(url, sleep=soon, timeout_seconds=0.2)
    async with aclosing(source.batches({})) as batches:
        waiting = asyncio.ensure_future(anext(batches))
        async with asyncio.timeout(30):
            while source.condition.state != "waiting":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert source.condition.problem
        waiting.cancel()
        await asyncio.wait([waiting])


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("starlink://?every=1ms", "'every' must be like"),
        ("starlink://?every=2h", "'every' must be from 1s"),
        ("starlink://?identifiers=shown", "'identifiers' must be"),
        ("starlink://h:x", "is not an address"),
        ("starlink://?evry=1s", "unknown option 'evry'"),
    ],
)
def test_an_address_that_cannot_be_says_so(url: str, key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        StarlinkSource(url)
