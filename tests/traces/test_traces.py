"""Traces of the whole product, as a receiver of OpenTelemetry's protocol gets them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from siyaq.access import KeyRing, Role
from siyaq.agents.agency import Task
from siyaq.app import keys, models
from siyaq.app.agency import agents_at_work
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import Config, load
from siyaq.serve import ServeSettings, create_app
from siyaq.testing.model_server import ModelServer, Reply
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import wait_until
from siyaq.testing.writers import faithful
from siyaq.traces import Tracer, TraceSettings, open_tracer
from tests.app.conftest import send
from tests.traces.receiver import Receiver, receiving

FIRE = {
    "id": "quay:1",
    "author": {"id": "u1", "handle": "norra"},
    "text": "The fire at the quay of Tyre burned 14 boats, nobody was hurt.",
}
FLOOD = {
    "id": "wadi:1",
    "author": {"id": "u2", "handle": "salma"},
    "text": "أغلق السيل في وادي القرية 9 طرق مساء السبت.",
}
ASKED = {
    "How many boats burned in the fire at the quay?": ("boats", "Tyre", "quay", "norra", "14"),
    "كم طريقا أغلق السيل في وادي القرية؟": ("السيل", "القرية", "salma", "طرق"),
}
BROKEN = Reply(pieces=["{", "x"], dies_after=1)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def settings(tmp_path: Path, url: str, **values: str | int) -> Config:
    flags: dict[str, str | int | None] = {
        "data": str(tmp_path / "data"),
        "embed.processes": 0,
        "traces.endpoint": url,
        **values,
    }
    return load(environ={}, flags=flags)


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[tuple[Siyaq, httpx2.AsyncClient]]:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, FIRE, FLOOD)
        app = create_app(siyaq, ServeSettings(tracer=siyaq.tracer))
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield siyaq, client


def asked(
    config: Config, question: str, headers: list[tuple[str, str]] | None = None
) -> dict[str, object]:
    """Ask over HTTP and close everything: what waits is handed over by then."""

    async def run() -> dict[str, object]:
        async with serving(config) as (_, client):
            response = await client.post("/v1/ask", json={"question": question}, headers=headers)
            assert response.status_code == 200
            answer: dict[str, object] = response.json()
            return answer

    return asyncio.run(run())


@pytest.mark.parametrize("question", list(ASKED))
def test_an_answer_is_a_trace_of_its_parts_that_repeats_no_word(
    tmp_path: Path, question: str
) -> None:
    with receiving() as receiver, ModelServer(faithful) as server:
        config = settings(tmp_path, receiver.url)
        models.use(config, server.url, model="stub", key_env="")
        answer = asked(config, question)
    assert answer["model"] == "server:stub"
    request = receiver.named("POST /v1/ask")
    assert (request.kind, request.parent) == ("server", "")
    assert request.attributes["http.response.status_code"] == 200
    ask = receiver.named("ask")
    assert ask.parent == request.id
    assert ask.attributes["siyaq.answer.status"] == "answered"
    assert ask.attributes["siyaq.answer.id"] == answer["id"]
    parts = {one.name for one in receiver.below(ask)}
    assert parts == {"retrieval siyaq", "read", "check", "write"}
    retrieval = receiver.named("retrieval siyaq")
    assert retrieval.attributes["gen_ai.operation.name"] == "retrieval"
    embedding = receiver.below(retrieval)[0]
    assert embedding.attributes["gen_ai.operation.name"] == "embeddings"
    assert embedding.attributes["gen_ai.embeddings.dimension.count"] == 512
    chat = receiver.named("chat stub")
    assert chat.parent == receiver.named("write").id
    assert chat.kind == "client"
    said = dict(chat.attributes)
    assert said.pop("gen_ai.usage.input_tokens")
    assert said.pop("gen_ai.usage.output_tokens")
    assert said.pop("gen_ai.request.max_tokens")
    assert said.pop("server.port")
    assert said == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "stub",
        "gen_ai.provider.name": "openai",
        "gen_ai.response.finish_reasons": ["stop"],
        "server.address": "127.0.0.1",
    }
    assert any(one.name == "check" for one in receiver.below(receiver.named("write")))
    assert {one.trace for one in receiver.spans} == {request.trace}
    assert receiver.resource["service.name"] == "siyaq"
    said_in_all = "".join(one.words for one in receiver.spans)
    for word in ASKED[question]:
        assert f'"{word}' not in said_in_all
        assert word not in said_in_all or word.isdecimal()


def test_a_callers_trace_goes_on_to_the_models_server(tmp_path: Path) -> None:
    with receiving() as receiver, ModelServer(faithful) as server:
        config = settings(tmp_path, receiver.url)
        models.use(config, server.url, model="stub", key_env="")
        asked(config, next(iter(ASKED)), [("traceparent", PARENT), ("tracestate", "their=words")])
    request = receiver.named("POST /v1/ask")
    assert (request.trace, request.parent) == tuple(PARENT.split("-")[1:3])
    chat = receiver.named("chat stub")
    (headers,) = server.headers
    assert headers["traceparent"] == f"00-{request.trace}-{chat.id}-01"
    assert "tracestate" not in headers


def test_what_is_no_trace_is_not_gone_on_from() -> None:
    wrong: list[list[str]] = [
        [PARENT[:-3]],
        [PARENT.replace(PARENT.split("-")[1], "0" * 32)],
        ["ff" + PARENT[2:]],
        ["x" * 60_000],
        [PARENT, PARENT],
    ]

    async def run(tracer: Tracer) -> None:
        app = create_app(FakeProduct(now=NOW), ServeSettings(tracer=tracer))
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            for headers in wrong:
                told = [("traceparent", one) for one in headers]
                assert (await client.get("/v1/status", headers=told)).status_code == 200

    with (
        receiving() as receiver,
        open_tracer(TraceSettings(endpoint=receiver.url), lambda _what, _spans: None) as tracer,
    ):
        asyncio.run(run(tracer))
    requests = [one for one in receiver.spans if one.name == "GET /v1/status"]
    assert [one.parent for one in requests] == [""] * len(wrong)
    assert PARENT.split("-")[1] not in {one.trace for one in requests}


def test_an_answer_that_a_model_fails_for_is_told_of_as_given(tmp_path: Path) -> None:
    with receiving() as receiver, ModelServer(lambda _: BROKEN) as server:
        config = settings(tmp_path, receiver.url)
        models.use(config, server.url, model="stub", key_env="")
        assert asked(config, next(iter(ASKED)))["status"] == "answered"
    assert receiver.named("chat stub").failed
    assert receiver.named("write").attributes["siyaq.model.failed"] is True
    assert not receiver.named("ask").failed


def test_a_request_that_fails_is_told_of_and_probes_are_not(tmp_path: Path) -> None:
    async def run(receiver: Receiver) -> None:
        async with serving(settings(tmp_path, receiver.url)) as (siyaq, client):

            def fail(*_: object) -> None:
                raise ValueError("the quay of Tyre")

            siyaq._retriever.rank = fail  # type: ignore[method-assign,assignment]
            assert (await client.get("/v1/search?q=quay")).status_code == 500
            assert (await client.get("/v1/posts/quay:1/context")).status_code == 404
            for probe in ("/healthz", "/readyz", "/metrics"):
                assert (await client.get(probe)).status_code == 200

    with receiving() as receiver:
        asyncio.run(run(receiver))
    search = receiver.named("search")
    assert search.failed
    assert search.attributes == {"error.type": "ValueError"}
    assert receiver.named("GET /v1/search").failed
    assert not receiver.named("GET /v1/posts/{post_id}/context").failed
    assert len(receiver.spans) == 4
    assert "quay" not in "".join(one.words for one in receiver.spans)


def test_a_run_of_an_agent_is_a_trace_of_its_calls(tmp_path: Path) -> None:
    calls = [
        {"calls": [{"tool": "ask", "id": "a", "arguments": {"question": next(iter(ASKED))}}]},
        {"tool": "context", "id": "b", "arguments": {"post_id": "quay:none"}},
        {"tool": "finish", "arguments": {"result": {"$from": "a"}}},
    ]
    plan = "\n".join(map(json.dumps, calls))

    async def run(config: Config) -> None:
        with closing(KeyRing(config.data)) as ring, closing(keys.budget(config)) as budget:
            key, _ = ring.create(Role.WRITER)
            async with open_siyaq(config, write=True) as siyaq:
                await send(siyaq, FIRE)
                async with agents_at_work(config, siyaq, siyaq, ring, budget) as agency:
                    run_id = await agency.begin(Task(words="x", plan=plan, caps={}), key.id)
                    standing = agency.desk.journal.standing
                    await asyncio.to_thread(
                        wait_until, lambda: standing(run_id)[0] == "done", "the run is done"
                    )

    with receiving() as receiver:
        asyncio.run(run(settings(tmp_path, receiver.url)))
    agent = receiver.named("invoke_agent siyaq")
    assert agent.parent == ""
    assert agent.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert agent.attributes["siyaq.run.status"] == "done"
    assert {one.name for one in receiver.below(agent)} == {
        "execute_tool ask",
        "execute_tool context",
        "execute_tool finish",
    }
    tool = receiver.named("execute_tool ask")
    assert tool.attributes == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "ask",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": "a",
    }
    assert receiver.named("ask").parent == tool.id
    failed = receiver.named("execute_tool context")
    assert failed.failed
    assert failed.attributes["error.type"] == "not_found"
    assert "quay" not in "".join(one.words for one in receiver.spans)


def test_headers_are_sent_along_and_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "headers"
    file.write_text("x-team = desk\n\n")
    with receiving() as receiver:
        config = load(
            environ={"SIYAQ__TRACES__HEADERS": "authorization=Bearer abc"},
            flags={
                "data": str(tmp_path / "data"),
                "embed.processes": 0,
                "traces.endpoint": receiver.url,
                "traces.headers_file": str(file),
            },
        )
        asked(config, "fire")
    assert receiver.headers[0]["authorization"] == "Bearer abc"
    assert receiver.headers[0]["x-team"] == "desk"


_BASE = """
import json, os, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter")):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from siyaq.__main__ import main
def run(*arguments):
    sys.argv = ["siyaq", *arguments, "--data", os.environ["TRIED"]]
    try:
        main()
    except SystemExit as ended:
        return ended.code
codes = [run("ingest", "-"), run("ask", "how many boats burned?", "--json")]
loaded = [name for name in sys.modules if name.startswith("opentelemetry")]
os.environ["SIYAQ__TRACES__ENDPOINT"] = "http://127.0.0.1:4318"
codes.append(run("ask", "how many boats burned?"))
print(json.dumps({"loaded": loaded, "codes": codes}))
"""


def test_without_the_extra_siyaq_works_and_says_what_a_receiver_needs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BASE],
        env=os.environ | {"TRIED": str(tmp_path / "d"), "SIYAQ__EMBED__PROCESSES": "0"},
        input=json.dumps(FIRE) + "\n",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert '"answered"' in done.stdout, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["loaded"] == []
    assert told["codes"][:2] == [0, 0]
    assert told["codes"][2] not in (0, None)
    assert "pip install 'siyaq[otel]'" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_spans_side_by_side_keep_to_their_own_parents(tmp_path: Path) -> None:
    async def run(receiver: Receiver) -> None:
        async with serving(settings(tmp_path, receiver.url)) as (_, client):
            questions = [client.post("/v1/ask", json={"question": one}) for one in ASKED]
            await asyncio.gather(*questions)

    with receiving() as receiver:
        asyncio.run(run(receiver))
    requests = [one for one in receiver.spans if one.name == "POST /v1/ask"]
    assert len({one.trace for one in requests}) == 2
    for request in requests:
        (ask,) = receiver.below(request)
        assert all(one.trace == ask.trace for one in receiver.below(ask))
        assert len(receiver.below(ask)) == 3
