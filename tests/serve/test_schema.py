"""What is sent is what is documented: every response against its own type, nothing beside it."""

import httpx2
import pytest
from pydantic import ConfigDict, TypeAdapter, with_config

from siyaq.serve import schema
from siyaq.testing.story import story_id

from .test_posts import path_of

pytestmark = pytest.mark.anyio


def closed(name: str) -> TypeAdapter[object]:
    for value in vars(schema).values():
        if isinstance(value, type) and value.__module__ == schema.__name__:
            with_config(ConfigDict(extra="forbid", strict=True))(value)
    return TypeAdapter(getattr(schema, name))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("StatusJson", "/v1/status"),
        ("SearchJson", "/v1/search?k=100"),
        ("PostJson", path_of(story_id("families"))),
        ("PostJson", path_of(story_id("article"))),
        ("CardJson", path_of(story_id("ask_road"), "/context")),
        ("CardJson", path_of(story_id("changed"), "/context")),
        ("HealthJson", "/healthz"),
    ],
)
async def test_what_is_got_is_as_documented(
    client: httpx2.AsyncClient, name: str, path: str
) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    closed(name).validate_json(response.content)


@pytest.mark.parametrize("question", ["bridge", "families", "عائلة", "last night", "nothing"])
async def test_what_is_answered_is_as_documented(client: httpx2.AsyncClient, question: str) -> None:
    response = await client.post("/v1/ask", json={"question": question})
    closed("AnswerJson").validate_json(response.content)


async def test_a_problem_is_as_documented(client: httpx2.AsyncClient) -> None:
    closed("ProblemJson").validate_json((await client.get("/nowhere")).content)


async def test_an_ingest_report_is_as_documented(client: httpx2.AsyncClient) -> None:
    closed("IngestReportJson").validate_json((await client.post("/v1/posts", content=b"")).content)
