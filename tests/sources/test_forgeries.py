"""Hundreds of addresses that lead inside, fetched and redirected to: nothing is connected to.

What is connected to is told by the interpreter itself (its audit events), not by the code that is
tested.
"""

from __future__ import annotations

import socket
import sys
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address

import pytest

from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.sources.fetch import Address, Fetcher, is_public
from siyaq.testing.forgeries import INSIDE, NAMES, forgeries, spellings

from .feed_server import FeedServer

pytestmark = pytest.mark.anyio

CASES = list(forgeries())
PUBLIC = ip_address("93.184.215.14")
_heard: list[list[object]] = []


def _hear(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.connect" and _heard:
        _heard[-1].append(args[1])


sys.addaudithook(_hear)


@pytest.fixture
def connections() -> Iterator[list[object]]:
    _heard.append([])
    yield _heard[-1]
    _heard.pop()


async def resolve(host: str, port: int) -> list[Address]:
    """Resolve as a machine inside does: its own names, and numbers as the C library reads them."""
    name = host.rstrip(".").lower()
    if name in {known.rstrip(".").lower() for known in NAMES}:
        return [ip_address("10.0.0.5")]
    if name in ("public.example", "example.com"):
        return [PUBLIC]
    found = socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)
    return [ip_address(str(address[0]).partition("%")[0]) for *_, address in found]


def test_there_are_enough_and_of_every_kind() -> None:
    assert len(CASES) >= 400
    tricks = Counter(case.trick for case in CASES)
    assert len(tricks) >= 40
    assert {"dword", "octal", "hex", "mapped", "NAT64", "6to4", "user", "a port"} <= tricks.keys()


async def test_the_spellings_do_mean_what_they_hide() -> None:
    """The C library itself reads these as the address: they are not merely nonsense."""
    read = Counter[str]()
    for text in INSIDE:
        for trick, host in spellings(IPv4Address(text)):
            try:
                (found,) = set(await resolve(host.strip("[]"), 80))
            except (OSError, UnicodeError):
                continue
            read[trick] += 1
            assert not is_public(found), (trick, host, found)
    assert {"dword", "hex", "octal", "dotted octal", "two parts", "full width"} <= read.keys()
    assert all(read[trick] == len(INSIDE) for trick in ("dotted", "dword", "hex", "mapped"))


async def test_no_forged_address_is_connected_to(connections: list[object]) -> None:
    async with Fetcher(resolve=resolve) as fetcher:
        for case in CASES:
            with pytest.raises((SourceRefused, SourceUnavailable)):
                await fetcher.get(case.url)
    assert connections == []


async def test_no_redirect_leads_to_a_forged_address(connections: list[object]) -> None:
    sendable = [case for case in CASES if case.url.isascii() and case.url.isprintable()]
    assert len(sendable) >= 400
    async with (
        FeedServer().running() as server,
        Fetcher(allowed_url=f"http://127.0.0.1:{server.port}/", resolve=resolve) as fetcher,
    ):
        start = f"http://127.0.0.1:{server.port}/"
        for case in sendable:
            head = f"HTTP/1.1 302 Found\r\nLocation: {case.url}\r\nContent-Length: 0\r\n\r\n"
            server.answers.append(head.encode())
            try:
                answer = await fetcher.get(start)
            except (SourceRefused, SourceUnavailable):
                continue
            assert answer.url.startswith(start), case  # a path of the same server
        assert set(connections) == {("127.0.0.1", server.port)}


async def test_one_inside_address_among_public_ones_is_enough_to_refuse(
    connections: list[object],
) -> None:
    async def both(host: str, port: int) -> list[Address]:
        return [PUBLIC, ip_address("169.254.169.254")]

    async with Fetcher(resolve=both) as fetcher:
        with pytest.raises(SourceRefused, match="not public"):
            await fetcher.get("http://public.example/")
    assert connections == []


async def test_a_name_that_turns_inward_between_two_requests_is_refused_at_the_second(
    connections: list[object],
) -> None:
    """DNS rebinding: public for the check, inside for whoever asks again."""
    answers = [[PUBLIC], [ip_address("127.0.0.1")]]

    async def turning(host: str, port: int) -> list[Address]:
        return answers.pop(0)

    async with Fetcher(resolve=turning) as fetcher:
        assert await fetcher.addresses("http://rebind.example/") == [PUBLIC]
        with pytest.raises(SourceRefused):
            await fetcher.get("http://rebind.example/")
    assert connections == []
