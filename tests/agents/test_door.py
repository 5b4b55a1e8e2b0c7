"""The proxy that a browser's traffic passes: hosts, addresses, bytes, and one call at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import pytest

from siyaq.agents.browser.door import Door
from tests.agents.site import Site, site

Ask = Callable[[httpx2.AsyncClient, Site], Awaitable[httpx2.Response]]


def asked(hosts: list[str], ask: Ask, *, down: float = 1e6) -> tuple[httpx2.Response, Site, Door]:
    """Ask a site through a door that is open for one call."""

    async def run(where: Site) -> tuple[httpx2.Response, Site, Door]:
        async with (
            Door(hosts, allowed_url=where.url) as door,
            httpx2.AsyncClient(proxy=door.url, trust_env=False, timeout=60) as client,
            asyncio.timeout(None) as limit,
        ):
            door.unlock({"bytes_down": down}, limit)
            return await ask(client, where), where, door

    with site() as where:
        return asyncio.run(run(where))


def test_a_listed_host_is_reached_and_its_bytes_are_counted() -> None:
    async def post(client: httpx2.AsyncClient, where: Site) -> httpx2.Response:
        return await client.post(f"{where.url}/x?q=1", content=b"hello")

    answer, where, door = asked(["127.0.0.1"], post)
    assert answer.text == "<p>Got hello</p>"
    assert where.asked == [("POST", "/x?q=1", "hello")]
    assert door.spent()["bytes_down"] > len(answer.content)
    assert door.spent()["bytes_up"] > len("hello")


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (["other.example"], "{site}/"),  # not listed
        (["27.0.0.1", "0.0.1"], "{site}/"),  # nothing like it either
        (["localhost"], "http://localhost/"),  # listed, and private
        (["127.0.0.1"], "http://127.0.0.1:1/"),
        (["127.0.0.1"], "https://127.0.0.1/"),  # a tunnel
    ],
)
def test_no_other_host_is_reached(hosts: list[str], url: str) -> None:
    async def get(client: httpx2.AsyncClient, where: Site) -> httpx2.Response:
        try:
            return await client.get(url.format(site=where.url))
        except httpx2.ProxyError as error:
            return httpx2.Response(int(str(error).split()[0]))

    answer, where, door = asked(hosts, get)
    assert answer.status_code == 403
    assert where.asked == []
    assert len(door.refused) == 1


def test_no_byte_passes_beyond_what_was_granted_and_the_call_ends() -> None:
    async def get(client: httpx2.AsyncClient, where: Site) -> httpx2.Response:
        return await client.get(f"{where.url}/large")

    with pytest.raises((TimeoutError, httpx2.HTTPError)):
        asked(["127.0.0.1"], get, down=100_000)


def test_between_calls_nothing_passes() -> None:
    async def run(where: Site) -> None:
        async with (
            Door(["127.0.0.1"], allowed_url=where.url) as door,
            httpx2.AsyncClient(proxy=door.url, trust_env=False, timeout=60) as client,
        ):
            waiting = asyncio.create_task(client.get(f"{where.url}/"))
            for _ in range(20):
                await asyncio.sleep(0.01)
            assert where.asked == []
            async with asyncio.timeout(None) as limit:
                door.unlock({}, limit)
                assert (await waiting).status_code == 200

    with site() as where:
        asyncio.run(run(where))
