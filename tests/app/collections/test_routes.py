"""Nothing of a private collection reaches a key that does not name it, by any route.

A siyaq that holds a private stream is asked beside one that never had it: what the two answer to
a key that sees what is public must not differ.
"""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from siyaq.serve.needs import NEEDS
from tests.app.collections.asked import NOT_READ, asked_of, plain
from tests.app.collections.world import CANARY, World

pytestmark = pytest.mark.anyio


def readable() -> list[str]:
    """Return every route that does not need an admin, from the table that routes are opened by."""
    return [f"{method} {path}" for (method, path) in NEEDS if f"{method} {path}" not in NOT_READ]


async def test_no_route_tells_a_key_of_what_it_may_not_see(worlds: tuple[World, World]) -> None:
    both, one = worlds
    told: list[object] = []
    for route in readable():
        for caller in ("public", "chief"):
            for asked, other in zip(
                asked_of(route, both.names), asked_of(route, one.names), strict=True
            ):
                response = await _sent(both.clients[caller], route, asked)
                never = await _sent(one.clients[caller], route, other)
                if CANARY in _without(response.text, asked):
                    told.append((route, caller, asked, response.text[:300]))
                elif plain(response) != plain(never):
                    told.append((route, caller, asked, plain(response), plain(never)))
    assert told == []


async def _sent(
    client: httpx2.AsyncClient, route: str, asked: tuple[str, dict[str, Any]]
) -> httpx2.Response:
    path, rest = asked
    accept = "application/json, text/event-stream" if path == "/mcp" else "application/json"
    accepted = {"content-type": "application/json", "accept": accept}
    return await client.request(route.partition(" ")[0], path, headers=accepted, **rest)


def _without(said: str, asked: tuple[str, dict[str, Any]]) -> str:
    """Return what is said without the words that the request itself brought."""
    path, rest = asked
    for known in (path.replace("%3A", ":"), *rest["params"].values(), rest["content"]):
        for word in re.findall(r"[\w:.-]*qzx[\w:.-]*", known):
            for form in (word, word.replace(":", "%3A"), word.partition(":")[2] or word):
                said = said.replace(form, "")
    return said
