"""xAI's search tools and Live Search: which posts they let an answer use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from siyaq.core.query import Filters
from siyaq.core.reports import SourceStatus
from siyaq.core.span import TimeRange
from siyaq.serve.openai.asked import Asking
from siyaq.serve.xai.limits import NOTHING
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served

from .conftest import NOW


def followed(source: str, url: str) -> SourceStatus:
    return SourceStatus(
        source=source, url=url, state="live", posts=1, posts_per_second=0.0, lag_seconds=None,
        last_event_at=None, refused={}, gaps=(),
    )  # fmt: skip


FOLLOWED = (
    followed("bluesky", "jetstream://jetstream.example"),
    followed("spa", "rss+https://www.spa.gov.sa/feed.xml"),
    followed("paper", "rss+https://paper.example/rss"),
    followed("archive", ""),
)


def filters(**body: Any) -> Filters:
    return Asking.model_validate(body).limits().filters(FOLLOWED)


def tool(kind: str, **given: Any) -> Filters:
    return filters(tools=[{"type": kind, **given}])


def test_a_search_without_limits_searches_everything() -> None:
    assert filters() == Filters()
    assert tool("web_search") == Filters()
    assert filters(tools=[{"type": "x_search"}, {"type": "web_search"}]) == Filters()


def test_x_is_every_network_and_what_was_brought_in() -> None:
    assert tool("x_search").sources == ("archive", "bluesky")


def test_handles_and_days_limit_x_the_last_day_included() -> None:
    found = tool(
        "x_search", allowed_x_handles=["@Layla"], from_date="2026-11-20", to_date="2026-11-21"
    )
    assert found.authors == ("layla",)
    since, until = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)
    assert found.placed == TimeRange(since, until)


@pytest.mark.parametrize(
    ("given", "sources"),
    [
        ({"allowed_domains": ["spa.gov.sa"]}, ("archive", "spa")),
        ({"filters": {"allowed_domains": ["https://www.spa.gov.sa/x"]}}, ("archive", "spa")),
        ({"excluded_domains": ["spa.gov.sa"]}, ("archive", "paper")),
    ],
)
def test_domains_are_those_of_feeds(given: dict[str, Any], sources: tuple[str, ...]) -> None:
    found = set(tool("web_search", **given).sources) - {"archive"}
    assert found == set(sources) - {"archive"}


def test_a_collection_is_a_source() -> None:
    assert tool("collections_search", collection_ids=["paper"]).sources == ("paper",)
    assert tool("file_search", vector_store_ids=["elsewhere"]).sources == ("elsewhere",)


def test_live_search_still_works() -> None:
    body = {"search_parameters": {"from_date": "2026-11-20", "sources": [{"type": "x"}]}}
    assert filters(**body).sources == ("archive", "bluesky")
    both = {"search_parameters": {"sources": [{"type": "x"}, {"type": "web"}]}}
    assert filters(**both) == Filters()
    named = {
        "search_parameters": {"sources": [{"type": "rss", "links": ["https://paper.example/rss"]}]}
    }
    assert "paper" in filters(**named).sources
    assert "spa" not in filters(**named).sources


def test_what_nothing_is_followed_for_finds_nothing() -> None:
    only = (followed("bluesky", "jetstream://jetstream.example"),)
    asked = Asking.model_validate(
        {"tools": [{"type": "web_search", "allowed_domains": ["spa.gov.sa"]}]}
    )
    assert asked.limits().filters(only).sources == (NOTHING,)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served(FakeProduct(now=NOW)) as server:
        yield server


@pytest.mark.parametrize(
    "given",
    [
        {"tools": [{"type": "x_search", "excluded_x_handles": ["a"]}]},
        {"tools": [{"type": "x_search", "from_date": "soon"}]},
        {"tools": [{"type": "x_search", "from_date": "2026-11-21", "to_date": "2026-11-19"}]},
        {"tools": [{"type": "web_search", "allowed_domains": ["a"], "excluded_domains": ["b"]}]},
        {"tools": [{"type": "x_search", "allowed_x_handles": ["a"]}, {"type": "web_search"}]},
        {"search_parameters": {"mode": "off"}},
        {"search_parameters": {"sources": [{"type": "weather"}]}},
        {"search_parameters": {"max_search_results": 0}},
    ],
)
def test_what_cannot_be_kept_to_is_refused(server: Served, given: dict[str, Any]) -> None:
    response = httpx2.post(f"{server.url}/v1/responses", json={"input": "bridge", **given})
    assert response.status_code == 422, response.text


def test_a_response_names_xai_tools_as_xai_does(server: Served) -> None:
    body = {"input": "bridge", "tools": [{"type": "x_search"}]}
    done = httpx2.post(f"{server.url}/v1/responses", json=body).json()
    call, message = done["output"]
    assert call["type"] == "x_search_call"
    assert call["arguments"] == '{"query": "bridge"}'
    part = message["content"][0]
    assert {one["url"] for one in part["annotations"]} == set(done["citations"])
    assert done["usage"]["num_sources_used"] == len(done["citations"]) > 0
    assert done["usage"]["cost_in_usd_ticks"] == 0
    bare = httpx2.post(
        f"{server.url}/v1/responses", json=body | {"include": ["no_inline_citations"]}
    ).json()
    assert "[[" not in bare["output"][1]["content"][0]["text"]
    assert bare["citations"] == done["citations"]
