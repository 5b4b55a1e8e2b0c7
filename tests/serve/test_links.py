"""The links of the schema, followed: what one operation answers names what another takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from siyaq.access import AuditLog, KeyRing, Links, Shares
from siyaq.agents import Journal
from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.watches import WatchDesk, WatchStore

from .conftest import client_of
from .test_runs import agency_of

pytestmark = pytest.mark.anyio

KEY = "the-key-of-whoever-walks"
NOTE = {"text": "It reopened.", "author": "huda", "classification": "not_misleading"}
BODIES: Mapping[str, object] = {
    "/v1/ask": {"question": "Is the bridge open?"},
    "/v1/watches": {"question": "Is the bridge open?"},
    "/v1/runs": {"task": "Follow the bridge"},
    "/v1/keys": {"role": "reader"},
    "/v1/responses": {"input": "Is the bridge open?"},
    "/v1/answers/{answer_id}/shares": {},
    "/v1/posts/{post_id}/notes": NOTE,
}
"""What is made by the way. Lists come after it: then there is something in them."""

LISTS = (
    "/v1/search",
    "/v1/shares",
    "/v1/watches",
    "/v1/runs",
    "/v1/keys",
    "/v1/models",
    "/v1/plan",
)
ENDLESS = "/context/changes"


@pytest.fixture
async def client(product: FakeProduct, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    links = Links(tmp_path)
    with closing(WatchStore(tmp_path)) as store, closing(Journal(tmp_path)) as journal:
        settings = ServeSettings(
            keys=(KEY,),
            key_ring=KeyRing(tmp_path),
            audit=AuditLog(tmp_path),
            watches=WatchDesk(store, links),
            agency=agency_of(journal),
            shares=Shares(tmp_path, links),
        )
        async with client_of(product, settings) as client:
            client.headers["Authorization"] = f"Bearer {KEY}"
            yield client


async def test_what_is_linked_is_there(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    operations = {
        operation["operationId"]: (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    led: set[tuple[str, str]] = set()

    async def follow(source: str, response: httpx2.Response) -> None:
        assert response.status_code in (200, 201), (source, response.text)
        for name, given in links_of(operations[source][2], response.status_code):
            method, path, _ = operations[name]
            found = {key: at(response.json(), pointer) for key, pointer in given.items()}
            assert path.count("{") == len(found) or method != "get", (source, name)
            address = path.format_map({"place": 0, "call": "n"} | found)
            if method == "get" and not path.endswith(ENDLESS):
                led.add((source, name))
                assert (await client.get(address)).status_code == 200, (source, address)
            elif method == "post" and path in BODIES:
                led.add((source, name))
                await follow(name, await client.post(address, json=BODIES[path]))

    for name, (method, path, _) in operations.items():
        if method == "post" and path in BODIES and "{" not in path:
            await follow(name, await client.post(path, json=BODIES[path]))
    for name, (method, path, _) in operations.items():
        if method == "get" and path in LISTS:
            await follow(name, await client.get(path))
    assert len(led) >= 33, sorted(led)


def links_of(operation: Any, status: int) -> list[tuple[str, dict[str, str]]]:
    """Return the operations that an answer leads to, with what of it they are to be given."""
    links = operation["responses"][str(status)].get("links", {})
    return [(link["operationId"], link["parameters"]) for link in links.values()]


def at(body: Any, expression: str) -> str:
    """Return what a runtime expression finds in the body of an answer, as part of a path."""
    for part in expression.removeprefix("$response.body#/").split("/"):
        body = body[int(part) if isinstance(body, list) else part]
    return quote(str(body), safe="")
