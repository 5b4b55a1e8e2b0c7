import asyncio
import json
from dataclasses import replace

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.answer import Changes, Gone, Turn
from siyaq.core.errors import ModelUnavailable, QueryError
from siyaq.serve import ServeSettings, create_app
from siyaq.serve.app import streams_of
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served, wait_until
from siyaq.testing.story import story_id

from .conftest import NOW, client_of
from .wire import code_of, events_of

pytestmark = pytest.mark.anyio

STREAM = {"Accept": "text/event-stream"}

ANSWER_FIELDS = {
    "id", "status", "reason", "sentences", "references", "short_answer", "conflicts", "as_of",
    "covered", "usage", "model", "counts", "previous_response_id", "unphrased",
    "changed",
}  # fmt: skip
REFERENCE_FIELDS = {
    "id", "marker", "post_id", "author", "created_at", "witnessed_at", "url", "text", "stance",
}  # fmt: skip


async def test_an_answer_has_the_fields_of_the_contract(client: httpx2.AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": "Is the bridge open?"})
    answer = response.json()
    assert response.status_code == 200
    assert answer.keys() == ANSWER_FIELDS
    assert answer["status"] == "answered"
    assert answer["short_answer"] == "reopened to cars at 11:40"
    assert answer["as_of"] == "2026-11-21T12:00:00Z"
    assert answer["covered"]["gaps"][0].keys() == {"source", "since", "until", "reason"}
    assert answer["usage"].keys() == {
        "input_tokens", "output_tokens", "seconds", "cpu_seconds", "gpu_seconds", "energy_joules",
        "energy_source", "bytes", "feed_usd", "cost_usd", "cost_in_usd_ticks",
    }  # fmt: skip
    assert answer["references"][0].keys() >= REFERENCE_FIELDS
    assert answer["references"][0]["post_id"] == story_id("open")


async def test_every_quote_is_an_exact_part_of_its_reference(client: httpx2.AsyncClient) -> None:
    for question in ("Is the bridge open?", "هل فُتح الجسر؟", "How many families?"):
        answer = (await client.post("/v1/ask", json={"question": question})).json()
        references = {reference["id"]: reference for reference in answer["references"]}
        assert answer["sentences"]
        for sentence in answer["sentences"]:
            for citation in sentence["citations"]:
                assert citation.keys() == {"marker", "evidence_id", "quote", "support"}
                assert citation["quote"] in references[citation["evidence_id"]]["text"]


async def test_conflicts_show_every_side(client: httpx2.AsyncClient) -> None:
    answer = (await client.post("/v1/ask", json={"question": "how many families"})).json()
    assert (answer["status"], answer["reason"]) == ("partial", "conflicting_evidence")
    (conflict,) = answer["conflicts"]
    assert [side["value"] for side in conflict["sides"]] == ["12", "20"]
    assert conflict["sides"][0].keys() == {"value", "evidence_ids", "created_at"}


async def test_not_knowing_is_an_answer(client: httpx2.AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": "who won the cup"})
    assert response.status_code == 200
    assert response.json()["status"] == "abstained"
    assert response.json()["reason"] == "no_evidence"


async def test_a_stream_comes_in_its_order(client: httpx2.AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": "bridge"}, headers=STREAM)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    names = [event.name for event in events]
    assert names == ["status", "evidence", "status", *["sentence"] * 3, "answer", "done"]
    answer = events[-2].data
    assert answer.keys() == ANSWER_FIELDS
    assert [event.data for event in events if event.name == "sentence"] == answer["sentences"]
    assert events[1].data["references"] == answer["references"]


async def test_everything_asked_for_reaches_the_product(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    body = {
        "question": "and the trucks?",
        "history": [{"role": "user", "content": "Is the bridge open?"}],
        "as_of": "2026-11-21T14:00:00+02:00",
        "filters": {
            "since": "2026-11-20",
            "until": "2026-11-21T12:00:00Z",
            "lang": "EN",
            "source": ["bluesky", "paper"],
            "author": "@Civil.example",
        },
        "limit": 3,
    }
    assert (await client.post("/v1/ask", json=body)).status_code == 200
    (question,) = product.asked
    assert question.history == (Turn(role="user", content="Is the bridge open?"),)
    assert question.as_of == NOW
    assert question.limit == 3
    assert question.filters.placed.since is not None
    assert question.filters.placed.since.isoformat() == "2026-11-20T00:00:00+00:00"
    assert question.filters.placed.until == NOW
    assert question.filters.langs == ("en",)
    assert question.filters.sources == ("bluesky", "paper")
    assert question.filters.authors == ("civil.example",)


async def test_an_answer_is_gone_on_from_opened_and_erased_by_its_id(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    first = (await client.post("/v1/ask", json={"question": "Is the bridge open?"})).json()
    assert (first["previous_response_id"], first["changed"]) == (None, None)
    body = {"question": "and the trucks?", "previous_response_id": first["id"]}
    second = (await client.post("/v1/ask", json=body)).json()
    assert second["previous_response_id"] == product.asked[-1].previous == first["id"]
    assert (await client.get(f"/v1/answers/{first['id']}")).json() == first
    assert (await client.delete(f"/v1/answers/{first['id']}")).status_code == 204
    assert code_of(await client.get(f"/v1/answers/{first['id']}")) == (404, "not_found")
    assert code_of(await client.delete(f"/v1/answers/{first['id']}")) == (404, "not_found")
    assert code_of(await client.post("/v1/ask", json=body)) == (404, "not_found")
    stream = await client.post("/v1/ask", json=body, headers=STREAM)
    assert code_of(stream) == (404, "not_found")


async def test_counts_are_told_by_group_with_the_posts_behind_them(
    client: httpx2.AsyncClient,
) -> None:
    question = {"question": "What are people saying about the bridge?"}
    answer = (await client.post("/v1/ask", json=question)).json()
    counts = answer["counts"]
    assert counts.keys() == {"about", "posts", "accounts", "independent", "complete", "groups"}
    cited = {one["id"]: one["post_id"] for one in answer["references"]}
    assert len(counts["groups"]) == 2
    for group in counts["groups"]:
        assert group.keys() == {"evidence_id", "posts", "accounts", "independent", "post_ids"}
        assert cited[group["evidence_id"]] in group["post_ids"]


async def test_what_changed_is_told_by_evidence_and_by_post(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    first = (await client.post("/v1/ask", json={"question": "Is the bridge open?"})).json()
    changed = Changes(
        answer_id="a0",
        since=NOW,
        added=("e1",),
        gone=(Gone(post_id=story_id("closed"), why="deleted"),),
        short_answer_before="at 11:40",
        short_answer_post=story_id("open"),
    )
    product.kept[first["id"]] = replace(product.kept[first["id"]], changed=changed)
    answer = (await client.get(f"/v1/answers/{first['id']}")).json()
    assert answer["changed"] == {
        "answer_id": "a0",
        "since": "2026-11-21T12:00:00Z",
        "added": ["e1"],
        "gone": [{"post_id": story_id("closed"), "why": "deleted"}],
        "status_before": "answered",
        "short_answer_before": "at 11:40",
        "short_answer_post_id": story_id("open"),
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (422, "missing_field")),
        (b"{", (400, "malformed_json")),
        (b"\xff\xfe", (400, "malformed_json")),
        (b"[" * 30_000, (400, "too_deep")),
        (b"[]", (422, "bad_field")),
        (b"null", (422, "bad_field")),
        (b"{}", (422, "missing_field")),
        (b'{"question": 5}', (422, "bad_field")),
        (b'{"question": ""}', (422, "out_of_range")),
        (b'{"question": "\\ud800"}', (422, "bad_field")),
        (b'{"question": "q", "limit": 21}', (422, "out_of_range")),
        (b'{"question": "q", "limit": NaN}', (422, "bad_field")),
        (b'{"question": "q", "as_of": "yesterday"}', (422, "bad_time")),
        (b'{"question": "q", "as_of": "2026-13-01T00:00:00Z"}', (422, "bad_time")),
        (b'{"question": "q", "as_of": "2026-11-21T12:00:00"}', (422, "bad_time")),
        (b'{"question": "q", "as_of": "0001-01-01T00:00:00+14:00"}', (422, "bad_time")),
        (b'{"question": "q", "as_of": 1700000000}', (422, "bad_time")),
        (b'{"question": "q", "filters": {"since": "2026-02-02", "until": "2026-02-01"}}',
         (422, "bad_time")),
        (b'{"question": "q", "filters": {"lang": 7}}', (422, "bad_field")),
        (b'{"question": "q", "history": [{"role": "system", "content": ""}]}',
         (422, "bad_field")),
        (b'{"question": "' + b"x" * 70_000 + b'"}', (413, "too_large")),
    ],
)  # fmt: skip
async def test_a_bad_body_is_refused_with_its_code(
    client: httpx2.AsyncClient, product: FakeProduct, body: bytes, expected: tuple[int, str]
) -> None:
    headers = {"Content-Type": "application/json"}
    response = await client.post("/v1/ask", content=body, headers=headers)
    assert code_of(response) == expected
    assert product.asked == []


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ({"question": "q", "asof": "2026-01-01"}, "as_of"),
        ({"question": "q", "filters": {"sinse": "2026-01-01"}}, "since"),
        ({"question": "q", "history": [{"role": "user", "content": "", "contnt": ""}]}, "content"),
    ],
)
async def test_an_unknown_field_is_refused_with_the_nearest_name(
    client: httpx2.AsyncClient, body: dict[str, object], hint: str
) -> None:
    response = await client.post("/v1/ask", json=body)
    assert code_of(response) == (422, "unknown_field")
    assert hint in response.json()["hint"]


async def test_a_body_that_is_not_json_by_its_own_word_is_refused(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.post(
        "/v1/ask", content=b'{"question": "q"}', headers={"Content-Type": "text/plain"}
    )
    assert code_of(response) == (415, "unsupported_media_type")


@pytest.mark.parametrize("headers", [{}, STREAM])
async def test_an_error_before_the_first_event_has_a_status_of_its_own(
    client: httpx2.AsyncClient, product: FakeProduct, headers: dict[str, str]
) -> None:
    product.failure = QueryError("question is empty once read")
    response = await client.post("/v1/ask", json={"question": "?"}, headers=headers)
    assert code_of(response) == (400, "bad_query")


async def test_an_error_in_the_middle_ends_the_stream_with_a_problem(product: FakeProduct) -> None:
    steps = 0

    async def breaking() -> None:
        nonlocal steps
        steps += 1
        if steps == 3:
            product.failure = ModelUnavailable("cannot reach model 'm'")

    product.pace = breaking
    async with client_of(product, ServeSettings()) as client:
        response = await client.post("/v1/ask", json={"question": "bridge"}, headers=STREAM)
    names = [event.name for event in events_of(response.text)]
    assert names == ["status", "evidence", "status", "sentence", "problem"]
    assert events_of(response.text)[-1].data["code"] == "model_unavailable"


async def test_a_fault_of_ours_in_the_middle_keeps_its_details_to_the_log(
    product: FakeProduct, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaking() -> None:
        raise ZeroDivisionError("the secret detail")

    product.pace = breaking
    async with client_of(product, ServeSettings()) as client:
        response = await client.post("/v1/ask", json={"question": "bridge"}, headers=STREAM)
    problem = events_of(response.text)[-1]
    assert (problem.name, problem.data["code"]) == ("problem", "internal")
    assert "secret" not in response.text
    assert problem.data["trace_id"] in [getattr(r, "trace_id", None) for r in caplog.records]


def test_work_stops_when_a_streaming_client_leaves() -> None:
    product = FakeProduct(now=NOW)
    gate = asyncio.Event()

    async def pace() -> None:
        await gate.wait()

    product.pace = pace
    with served(product) as server:
        with httpx2.stream(
            "POST", f"{server.url}/v1/ask", json={"question": "bridge"}, headers=STREAM
        ) as response:
            lines = response.iter_lines()  # kept: httpx2 hangs up when this is collected
            next(line for line in lines if line == "event: status")
            assert product.abandoned == 0
        wait_until(lambda: product.abandoned == 1, "the answer is abandoned")


def test_work_stops_when_a_waiting_client_leaves() -> None:
    product = FakeProduct(now=NOW)
    product.pace = asyncio.Event().wait  # type: ignore[assignment]  # it never comes
    with served(product) as server, httpx2.Client(base_url=server.url) as client:
        with pytest.raises(httpx2.ReadTimeout):
            client.post("/v1/ask", json={"question": "bridge"}, timeout=0.3)
        wait_until(lambda: product.abandoned == 1, "the answer is abandoned")


def test_a_sentence_is_sent_before_the_next_is_ready() -> None:
    product = FakeProduct(now=NOW)
    early = [None] * 2
    allowed = asyncio.Event()

    async def pace() -> None:
        if early:
            early.pop()
        else:
            await allowed.wait()

    product.pace = pace
    with (
        served(product) as server,
        httpx2.stream(
            "POST", f"{server.url}/v1/ask", json={"question": "bridge"}, headers=STREAM
        ) as response,
    ):
        lines = response.iter_lines()
        next(line for line in lines if line == "event: sentence")
        server.call(allowed.set)
        assert [line for line in lines if line.startswith("event: ")] == [
            "event: sentence", "event: sentence", "event: answer", "event: done",
        ]  # fmt: skip


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(["question", "history", "as_of", "filters", "model", "limit", "x"])


def test_no_body_is_answered_with_a_fault_of_ours() -> None:
    client = client_of(FakeProduct(now=NOW), ServeSettings())
    headers = {"Content-Type": "application/json"}
    statuses = set()

    @settings(deadline=None, max_examples=60)
    @given(body=st.dictionaries(fields, json_values))
    def asking(body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        response = asyncio.run(client.post("/v1/ask", content=content, headers=headers))
        assert response.status_code in (200, 400, 422)
        statuses.add(response.status_code)

    asking()
    assert 422 in statuses


async def test_work_that_was_begun_for_a_stream_too_many_is_stopped(product: FakeProduct) -> None:
    app = create_app(product, ServeSettings(max_answers=1))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        with streams_of(app).answers.taken():
            body = {"question": "Is the bridge open?"}
            response = await client.post("/v1/ask", json=body, headers=STREAM)
        assert code_of(response) == (503, "overloaded")
        assert (len(product.asked), product.abandoned) == (1, 1)  # not once it is collected
