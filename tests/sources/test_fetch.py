"""Outbound HTTP reaches public addresses only, and never more than was allowed for."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections import deque
from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest

from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.sources.fetch import BODY_BYTES, Address, Fetcher, is_public
from tests.sources.feed_server import FeedServer, answered

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    server = FeedServer()
    async with server.running():
        yield server


def url(server: FeedServer, path: str = "/feed.xml") -> str:
    return f"http://127.0.0.1:{server.port}{path}"


async def get(server: FeedServer, *answers: bytes, seconds: float = 10.0) -> bytes:
    server.answers = deque(answers)
    async with Fetcher(allowed_url=url(server), timeout_seconds=seconds) as fetcher:
        return (await fetcher.get(url(server))).body


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "100::1",
    ],
)
def test_addresses_that_are_not_of_the_open_internet_are_known(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::101:101", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
        "http://127.0.0.1:22/",
        "http://1.1.1.1:8080/",
        "http://user:pass@1.1.1.1/",
        "ftp://1.1.1.1/",
        "file:///etc/passwd",
        "gopher://1.1.1.1/",
        "http:///nowhere",
        "http://[::1",
        "http://1.1.1.1:99999/",
    ],
)
async def test_what_must_not_be_reached_is_refused_before_any_connection(target: str) -> None:
    async with Fetcher() as fetcher:
        with pytest.raises(SourceRefused):
            await fetcher.get(target)
        assert fetcher._client is None, "not even a client was made"


async def test_the_operators_own_host_may_be_anywhere(server: FeedServer) -> None:
    assert await get(server, answered(200, b"hello")) == b"hello"
    assert f"host: 127.0.0.1:{server.port}" in server.requests[0].lower()


async def test_only_the_very_port_of_the_operator_is_allowed(server: FeedServer) -> None:
    async with Fetcher(allowed_url=f"http://127.0.0.1:{server.port + 1}/") as fetcher:
        with pytest.raises(SourceRefused):
            await fetcher.get(url(server))
    assert server.requests == []


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "//localhost:80/",
        "https://[::1]/",
        "file:///etc/passwd",
        "http://0/",
    ],
)
async def test_a_redirect_to_a_place_of_ours_is_refused(server: FeedServer, location: str) -> None:
    with pytest.raises(SourceRefused):
        await get(server, answered(302, b"", f"Location: {location}\r\n"))
    assert len(server.requests) == 1


async def test_three_redirects_are_followed_and_no_fourth(server: FeedServer) -> None:
    onward = answered(307, b"", "Location: /next\r\n")
    assert await get(server, *[onward] * 3, answered(200, b"there")) == b"there"
    assert server.requests[-1].startswith("GET /next ")
    with pytest.raises(SourceUnavailable, match="more than 3 redirects"):
        await get(server, *[onward] * 9)


async def test_a_name_is_resolved_once_and_each_of_its_addresses_is_checked() -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ip_address("93.184.215.14"), ip_address("10.0.0.7")]

    async with Fetcher(resolve=resolve) as fetcher:
        with pytest.raises(SourceRefused, match=r"'rebind.example' leads to 10\.0\.0\.7"):
            await fetcher.get("http://rebind.example/")
    assert asked == ["rebind.example"]


async def test_the_connection_goes_to_the_checked_address_under_the_name(
    server: FeedServer,
) -> None:
    """The name of the operator's feed turns elsewhere after it was checked: nobody asks again."""
    answers = deque([[ip_address("127.0.0.1")], [ip_address("203.0.113.9")]])

    async def resolve(host: str, port: int) -> list[Address]:
        return answers.popleft()

    target = f"http://feeds.example:{server.port}/feed.xml"
    server.answers.append(answered(200, b"hello"))
    async with Fetcher(allowed_url=target, resolve=resolve) as fetcher:
        assert (await fetcher.get(target)).body == b"hello"
    assert len(answers) == 1
    assert f"host: feeds.example:{server.port}" in server.requests[0].lower()


async def test_the_next_address_is_tried_when_one_does_not_answer(server: FeedServer) -> None:
    async def resolve(host: str, port: int) -> list[Address]:
        return [ip_address("127.0.0.2"), ip_address("127.0.0.1")]

    target = f"http://feeds.example:{server.port}/feed.xml"
    server.answers.append(answered(200, b"hello"))
    async with Fetcher(allowed_url=target, resolve=resolve) as fetcher:
        assert (await fetcher.get(target)).body == b"hello"


async def test_a_body_beyond_the_limit_is_refused_wherever_it_ends(server: FeedServer) -> None:
    body = b"x" * (BODY_BYTES + 1)
    with pytest.raises(SourceUnavailable, match=f"more than {BODY_BYTES} bytes"):
        await get(server, answered(200, body))
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body
    with pytest.raises(SourceUnavailable, match=f"more than {BODY_BYTES} bytes"):
        await get(server, endless)


async def test_compression_is_undone_within_limits(server: FeedServer) -> None:
    text = b"rain in Riyadh, " * 1_000
    for packed, name in ((gzip.compress(text), "gzip"), (zlib.compress(text), "deflate")):
        answer = answered(200, packed, f"Content-Encoding: {name}\r\n")
        assert await get(server, answer) == text


@pytest.mark.parametrize("size", [2**20, 2**26])
async def test_a_body_that_grows_without_bounds_is_refused(server: FeedServer, size: int) -> None:
    bomb = gzip.compress(bytes(size))
    with pytest.raises(SourceUnavailable, match="that grow beyond"):
        await get(server, answered(200, bomb, "Content-Encoding: gzip\r\n"))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (answered(200, b"not gzip", "Content-Encoding: gzip\r\n"), "damaged gzip"),
        (answered(200, b"x", "Content-Encoding: br\r\n"), "not asked for"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "did not answer|broke off"),
        (b"garbage\r\n\r\n", "broke off"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", "broke off"),
    ],
)
async def test_an_answer_that_is_none_is_unavailability(
    server: FeedServer, answer: bytes, told: str
) -> None:
    with pytest.raises(SourceUnavailable, match=told):
        await get(server, answer, seconds=0.5)


async def test_a_silent_host_is_given_up_in_time() -> None:
    done = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    silent_server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with silent_server:
        target = f"http://127.0.0.1:{silent_server.sockets[0].getsockname()[1]}/"
        async with Fetcher(allowed_url=target, timeout_seconds=0.3) as fetcher:
            with pytest.raises(SourceUnavailable, match=r"within 0\.3 seconds"):
                await fetcher.get(target)
        done.set()


async def test_nobody_home_is_unavailability() -> None:
    server = FeedServer()
    async with server.running():
        pass
    async with Fetcher(allowed_url=url(server)) as fetcher:
        with pytest.raises(SourceUnavailable, match="cannot connect"):
            await fetcher.get(url(server))
