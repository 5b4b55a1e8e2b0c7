"""The route of webhooks: no key opens it, and a delivery reaches its source byte for byte."""

from __future__ import annotations

import httpx2
import pytest

from siyaq.core.errors import NotAuthentic, Overloaded
from siyaq.serve import ServeSettings, create_app
from siyaq.testing.product import FakeProduct

from .wire import code_of

pytestmark = pytest.mark.anyio


def client(product: FakeProduct) -> httpx2.AsyncClient:
    settings = ServeSettings(keys=("a key of the settings",))
    transport = httpx2.ASGITransport(create_app(product, settings))
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


async def test_a_delivery_reaches_its_source_as_it_came(product: FakeProduct) -> None:
    body = b' {"id":1,\r\n"text":"\xd8\xb3"} '
    async with client(product) as asking:
        told = await asking.post("/v1/hooks/story", content=body, headers={"Webhook-Id": "a"})
    assert (told.status_code, told.json()) == (200, {"taken": 1, "refused": {}, "repeated": False})
    ((headers, taken),) = product.delivered
    assert taken == body
    assert headers["webhook-id"] == "a"


async def test_what_cannot_be_taken_is_told_in_the_form_of_all_errors(product: FakeProduct) -> None:
    async with client(product) as asking:
        assert code_of(await asking.post("/v1/hooks/none")) == (404, "not_found")
        large = await asking.post("/v1/hooks/story", content=b"x" * (2**20 + 1))
        assert code_of(large) == (413, "too_large")
        packed = {"content-encoding": "gzip"}
        told = await asking.post("/v1/hooks/story", content=b"x", headers=packed)
        assert code_of(told) == (415, "unsupported_media_type")
        product.failure = NotAuthentic("the delivery is not signed")
        assert code_of(await asking.post("/v1/hooks/story")) == (403, "bad_signature")
        product.failure = Overloaded("too many deliveries wait")
        told = await asking.post("/v1/hooks/story")
        assert code_of(told) == (503, "overloaded")
        assert told.headers["retry-after"]
    assert not product.delivered


async def test_a_hub_that_asks_back_gets_its_challenge_as_text(product: FakeProduct) -> None:
    async with client(product) as asking:
        told = await asking.get("/v1/hooks/story", params={"hub.challenge": "<script>x</script>"})
        assert (told.status_code, told.text) == (200, "<script>x</script>")
        assert told.headers["content-type"].startswith("text/plain")
        assert told.headers["x-content-type-options"] == "nosniff"
        assert code_of(await asking.get("/v1/hooks/none")) == (404, "not_found")
