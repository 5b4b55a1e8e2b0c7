import httpx2
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from siyaq.serve import ServeSettings, create_app
from siyaq.serve.app import streams_of
from siyaq.serve.needs import NEEDS
from siyaq.testing.product import FakeProduct

from .conftest import NOW, client_of
from .wire import code_of

pytestmark = pytest.mark.anyio


async def test_status_says_how_siyaq_is_doing(client: httpx2.AsyncClient) -> None:
    status = (await client.get("/v1/status")).json()
    assert status.keys() == {
        "version", "posts", "deleted", "log_seq", "indexed_seq", "embedded_seq", "approximate",
        "covered", "sources", "embedder", "writing", "disk_bytes", "energy_source", "bill",
    }  # fmt: skip
    assert status["posts"] == len(FakeProduct(now=NOW).posts)
    assert status["sources"][0]["last_event_at"].endswith("Z")


async def test_alive_and_ready_are_two_things(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json() == {"status": "ready"}
    product.failure = ZeroDivisionError()
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 500


async def test_a_server_that_goes_away_is_not_ready(product: FakeProduct) -> None:
    app = create_app(product, ServeSettings())
    streams_of(app).close()
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert code_of(await client.get("/readyz")) == (503, "shutting_down")


async def test_metrics_count_requests_by_route_not_by_path(product: FakeProduct) -> None:
    registry = CollectorRegistry()
    async with client_of(product, ServeSettings(registry=registry)) as client:
        await client.get("/v1/posts/a%3Ab")
        await client.get("/v1/posts/c%3Ad")
        await client.get("/made/up")
        await client.request("BREW", "/made/up")
        text = (await client.get("/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    counts = {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for sample in families["siyaq_serve_requests"].samples
        if sample.name.endswith("_total")
    }
    assert counts["GET", "/v1/posts/{post_id}", "404"] == 2
    assert counts["GET", "other", "404"] == 1
    assert counts["other", "other", "404"] == 1


def test_two_apps_do_not_share_their_metrics() -> None:
    for _ in range(2):
        create_app(FakeProduct(now=NOW), ServeSettings())


async def test_every_route_is_documented_with_types(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    pages = {"/", "/agents", "/plan", "/siyaq.js", "/sw.js", "/openapi.json", "/mcp"}
    pages |= {"/static/{name:path}"}
    assert set(document["paths"]) == {path.replace(":path}", "}") for _, path in NEEDS} - {
        path.replace(":path}", "}") for path in pages
    }
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            done = [name for name in operation["responses"] if name[:1] in "23"]
            assert done in (["204"], ["303"]) or operation["responses"][done[0]]["content"]
            assert "422" not in operation["responses"]
            problem = operation["responses"]["4XX"]["content"]["application/problem+json"]
            assert problem["schema"]["$ref"].endswith("/Problem")
    answer = document["components"]["schemas"]["AnswerJson"]
    assert "short_answer" in answer["required"]
    assert (
        "text/event-stream" in document["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]
    )
    assert "HTTPValidationError" not in str(document)
