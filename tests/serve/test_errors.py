import asyncio
import inspect
import json

import httpx2
import pytest

from siyaq.core import errors as core_errors
from siyaq.core.errors import CorruptionError, NotFound, SiyaqError, UsageError
from siyaq.serve import ServeSettings, create_app
from siyaq.serve import errors as serve_errors
from siyaq.serve.errors import STATUS, status_of
from siyaq.testing.product import FakeProduct

from .conftest import NOW, client_of
from .wire import code_of

pytestmark = pytest.mark.anyio


def error_classes() -> list[type[SiyaqError]]:
    found = {
        value
        for module in (core_errors, serve_errors)
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, SiyaqError)
    }
    return sorted(found, key=lambda kind: kind.__name__)


def test_every_code_belongs_to_one_error() -> None:
    codes = [kind.code for kind in error_classes()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", error_classes())
async def test_every_error_has_a_status_and_a_problem_document(
    product: FakeProduct, kind: type[SiyaqError]
) -> None:
    product.failure = kind("it went wrong", hint="do this")
    routes = [("GET", "/v1/status"), ("GET", "/v1/search"), ("GET", "/readyz")]
    routes += [("GET", "/v1/posts/a%3Ab"), ("GET", "/v1/posts/a%3Ab/context")]
    async with client_of(product, ServeSettings(), raise_app_exceptions=False) as client:
        for method, path in routes:
            response = await client.request(method, path)
            assert code_of(response) == (status_of(product.failure), kind.code)
            assert response.json()["detail"] == "it went wrong"
            assert response.json()["hint"] == "do this"
            assert response.headers["x-content-type-options"] == "nosniff"


def test_an_unnamed_error_has_the_status_of_its_parent() -> None:
    class Lost(NotFound):
        pass

    assert status_of(Lost("x")) == STATUS[NotFound] == 404
    for kind, status in STATUS.items():
        ours = status in (409, 501)  # not what was asked, though nobody did anything wrong
        assert (400 <= status < 500 or ours) == (issubclass(kind, UsageError) or ours), kind


async def test_what_nobody_foresaw_is_a_500_without_details(
    product: FakeProduct, caplog: pytest.LogCaptureFixture
) -> None:
    product.failure = ZeroDivisionError("the secret detail")
    async with client_of(product, ServeSettings()) as client:
        response = await client.get("/v1/status")
    assert code_of(response) == (500, "internal")
    assert "secret" not in response.text
    assert response.json()["trace_id"] in [getattr(r, "trace_id", None) for r in caplog.records]


async def test_corruption_is_told_and_goes_on_up(product: FakeProduct) -> None:
    product.failure = CorruptionError("log is damaged")
    async with client_of(product, ServeSettings()) as client:
        with pytest.raises(CorruptionError):
            await client.get("/v1/status")


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Nothing lives at this address."), ("ar-EG,en;q=0.5", "لا شيء في هذا العنوان."),
     ("fr", "Nothing lives at this address."), ("", "Nothing lives at this address.")],
)  # fmt: skip
async def test_titles_speak_the_language_of_the_client(
    client: httpx2.AsyncClient, language: str, title: str
) -> None:
    response = await client.get("/nowhere", headers={"Accept-Language": language})
    assert code_of(response) == (404, "no_such_route")
    assert response.json()["title"] == title


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_refused(client: httpx2.AsyncClient, method: str) -> None:
    response = await client.request(method, "/v1/ask")
    assert code_of(response) == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


async def test_a_body_that_does_not_arrive_is_given_up() -> None:
    app = create_app(FakeProduct(now=NOW), ServeSettings(body_seconds=0.05))
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/v1/ask", "raw_path": b"/v1/ask",
        "query_string": b"", "headers": [(b"host", b"localhost")], "http_version": "1.1",
        "scheme": "http", "client": None, "server": None, "root_path": "",
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]  # plain dicts are messages
    assert sent[0]["status"] == 408
    body = sent[1]["body"]
    assert isinstance(body, bytes)
    assert json.loads(body)["code"] == "request_timeout"
