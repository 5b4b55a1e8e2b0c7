"""A tracer by itself: what it sends, and what it bears."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from threading import enumerate  # noqa: A004  # the threads that live

import pytest

from siyaq.config import load
from siyaq.core.errors import ConfigError, ModelUnavailable
from siyaq.models.server import ServerModel
from siyaq.testing.model_server import ModelServer, Reply
from siyaq.testing.serving import wait_until
from siyaq.traces import Tracer, TraceSettings, headers_in, open_tracer
from siyaq.traces.otel import BATCH, QUEUE
from siyaq.traces.span import at_hand
from tests.traces.receiver import Manner, receiving

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@contextmanager
def tracing(url: str, sample_rate: float = 1.0) -> Iterator[Tracer]:
    chosen = TraceSettings(endpoint=url, sample_rate=sample_rate)
    with open_tracer(chosen, lambda _what, _spans: None) as tracer:
        yield tracer


def test_a_caller_who_wants_no_trace_leaves_none() -> None:
    with receiving() as receiver, tracing(receiver.url) as tracer:
        tracer.begin("request", traceparent=PARENT[:-1] + "0").end()
        tracer.begin("another").end()
    assert [one.name for one in receiver.spans] == ["another"]


def test_a_rate_of_none_leaves_the_traces_that_callers_want() -> None:
    with receiving() as receiver, tracing(receiver.url, sample_rate=0.0) as tracer:
        tracer.begin("wanted", traceparent=PARENT).end()
        tracer.begin("another").end()
    assert [one.name for one in receiver.spans] == ["wanted"]


@pytest.mark.parametrize(
    ("reply", "status"),
    [(Reply(status=500), 500), (Reply(pieces=["{"], finish=None), None), (Reply(raw=b"no"), None)],
)
def test_a_model_that_fails_is_told_of_by_its_kind(reply: Reply, status: int | None) -> None:
    async def run(url: str) -> None:
        model = ServerModel("server:stub", url, "stub", retries=0)
        asking = model.stream([{"role": "user", "content": "Tyre"}], max_output_tokens=9)
        async with aclosing(asking) as deltas:
            async for _ in deltas:
                pass

    with (
        receiving() as receiver,
        ModelServer(lambda _: reply) as server,
        tracing(receiver.url) as tracer,
        at_hand(tracer.begin("ask")),
        pytest.raises(ModelUnavailable),
    ):
        asyncio.run(run(server.url))
    (chat,) = receiver.spans
    assert chat.failed
    assert chat.attributes["error.type"] == "model_unavailable"
    assert chat.attributes.get("http.response.status_code") == status
    assert "sk-echo" not in chat.words
    assert "Tyre" not in chat.words


def test_a_call_for_tools_is_a_call_of_a_model() -> None:
    reply = Reply(tool_calls=[{"index": 0, "id": "c", "function": {"name": "find"}}])

    async def run(url: str) -> None:
        model = ServerModel("server:stub", url, "stub", retries=0)
        calls, _, _ = await model.call_tools([], [], max_output_tokens=9)
        assert [call.name for call in calls] == ["find"]

    with (
        receiving() as receiver,
        ModelServer(lambda _: reply) as server,
        tracing(receiver.url) as tracer,
        at_hand(tracer.begin("ask")),
    ):
        asyncio.run(run(server.url))
    (chat,) = receiver.spans
    assert not chat.failed
    assert server.headers[0]["traceparent"].split("-")[2] == chat.id


@pytest.mark.parametrize("manner", ["silent", "garbage", "busy", "endless", "elsewhere"])
def test_a_receiver_that_fails_loses_spans_and_holds_up_nothing(
    manner: Manner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyaq.traces.otel.SEND_SECONDS", 60.0)  # nothing ends by itself
    monkeypatch.setattr("siyaq.traces.otel.CLOSE_SECONDS", 0.2)
    counted: Counter[str] = Counter()

    def count(what: str, spans: int) -> None:
        counted[what] += spans

    many = QUEUE + 3 * BATCH
    with (
        receiving(manner) as receiver,
        open_tracer(TraceSettings(endpoint=receiver.url), count) as tracer,
    ):
        tracer.begin("first").end()
        wait_until(receiver.asked.is_set, "a batch was sent")
        for _ in range(many):
            tracer.begin("many").end()
        if manner == "endless":  # it is not listened to
            wait_until(lambda: counted["lost"] > 0, "the batch is given up")
    assert counted["made"] == many + 1
    wait_until(lambda: not _sending(), "what waited is sent or lost")
    assert counted["sent"] == 0
    assert counted["lost"] <= many + 1
    if manner == "silent":
        assert counted["lost"] <= QUEUE + BATCH  # a full queue let the rest go


def test_where_nobody_listens_spans_are_lost_and_counted() -> None:
    counted: Counter[str] = Counter()

    def count(what: str, spans: int) -> None:
        counted[what] += spans

    with open_tracer(TraceSettings(endpoint="http://127.0.0.1:1"), count) as tracer:
        tracer.begin("one").end()
    wait_until(lambda: counted["lost"] == 1, "the span is lost")
    assert counted["sent"] == 0


def _sending() -> bool:
    return any(one.name in ("traces end", "OtelBatchSpanRecordProcessor") for one in enumerate())


@pytest.mark.parametrize("text", ["secret", "a b=secret", "x=سر secret", "x=secret\r\ny=1"])
def test_a_header_that_cannot_be_is_refused_without_its_value(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        headers_in(text, "")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["ftp://x", "http://", "http://u:p@x", "http://x/?key=1", "//x"])
def test_an_endpoint_that_cannot_be_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="endpoint"):
        load(environ={}, flags={"traces.endpoint": url})
