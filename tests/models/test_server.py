"""A model behind a server: it streams, it fails clearly, and it tells nobody a secret."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from types import AsyncGeneratorType
from typing import Any

import pytest

from siyaq.core.errors import ModelUnavailable
from siyaq.models.chunks import MAX_LINE_BYTES
from siyaq.models.server import ServerModel
from siyaq.testing.model_server import ModelServer, Reply, in_turn, says
from tests.models.chatting import chat

KEY = "sk-secret-0123456789"


def model(server: ModelServer, **changed: Any) -> ServerModel:
    """Return the model behind a server."""
    return ServerModel("server:stub", server.url, "stub-1", **{"stall_seconds": 5.0, **changed})


def test_a_reply_is_streamed_with_what_it_cost() -> None:
    with ModelServer(says("fourteen boats burned")) as server:
        text, deltas = chat(model(server, key=KEY), "how many?")
    assert text == "fourteen boats burned"
    assert [delta.text for delta in deltas[:2]] == ["fourtee", "n boats"]
    last = deltas[-1]
    assert (last.finish_reason, last.input_tokens, last.output_tokens) == ("stop", 11, 3)
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert server.requests[0]["messages"] == [{"role": "user", "content": "how many?"}]


def test_a_schema_is_asked_for() -> None:
    schema = {"type": "object"}
    with ModelServer(says("{}")) as server:
        chat(model(server), "x", schema=schema)
    assert server.requests[0]["response_format"]["json_schema"]["schema"] == schema
    assert "tools" not in server.requests[0]


def test_a_server_that_knows_no_schema_is_asked_without() -> None:
    def old(body: Mapping[str, Any]) -> Reply:
        return Reply(status=400) if "response_format" in body else Reply.of("fine")

    with ModelServer(old) as server:
        asked = model(server)
        assert chat(asked, "x", schema={"type": "object"})[0] == "fine"
        assert len(server.requests) == 3
        assert chat(asked, "x", schema={"type": "object"})[0] == "fine"
        assert len(server.requests) == 4, "what it takes is remembered"


def test_a_busy_server_is_asked_again_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("openai._base_client.anyio.sleep", sleep)
    with ModelServer(in_turn(Reply(status=503), Reply.of("at last"))) as server:
        assert chat(model(server), "x")[0] == "at last"
    with ModelServer(lambda _: Reply(status=503)) as server:
        with pytest.raises(ModelUnavailable, match="answered with status 503"):
            chat(model(server), "x")
        assert len(server.requests) == 3
    assert len(waits) == 3
    assert len(set(waits)) == 3, "waits have jitter"


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_what_a_server_says_of_a_failure_is_not_repeated(status: int) -> None:
    refusing = ModelServer(lambda _: Reply(status=status))
    with refusing as server, pytest.raises(ModelUnavailable) as caught:
        chat(model(server, key=KEY, retries=0), "x")
    told = f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    assert f"status {status}" in told
    assert "sk-" not in told


def test_a_server_that_dies_in_mid_answer_says_so() -> None:
    dying = Reply(pieces=["four", "teen"], dies_after=1)
    with ModelServer(lambda _: dying) as server:
        with pytest.raises(ModelUnavailable, match="in mid-answer, after 4 characters"):
            chat(model(server), "x")
        assert len(server.requests) == 1, "what was half said is not asked for again"


def test_a_server_that_stalls_is_given_up() -> None:
    silent = Reply(pieces=["four", "teen"], stalls_after=1, stall_seconds=3.0)
    told = r"said nothing for 0\.3 seconds in mid-answer"
    with ModelServer(lambda _: silent) as server, pytest.raises(ModelUnavailable, match=told):
        chat(model(server, stall_seconds=0.3), "x")


GARBAGE = {
    "nothing": b"",
    "a page": b"<html>",
    "not JSON": b"data: {not json\n\n",
    "no list": b'data: {"choices": 7}\n\n',
    "no object": b"data: [7]\n\n",
    "a field of its class": b'data: {"_fields_set": 7, "choices": []}\n\n',
    "an error": b'data: {"error": {"message": "no"}}\n\n',
    "deep": b'data: {"choices": ' + b"[" * 100_000,
    "long": b'data: {"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}], "more": "'
    + b"x" * MAX_LINE_BYTES
    + b'"}\n\n',
    "not text": b"\xff\xfe\x00" * 50,
}


@pytest.mark.parametrize("raw", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_an_error_of_ours(raw: bytes) -> None:
    with ModelServer(lambda _: Reply(raw=raw)) as server, pytest.raises(ModelUnavailable):
        chat(model(server, retries=0), "x")


@pytest.mark.parametrize("raw", [raw for raw in GARBAGE.values() if raw.startswith(b"data")])
def test_garbage_is_an_error_where_tools_are_called_too(raw: bytes) -> None:
    with ModelServer(lambda _: Reply(raw=raw)) as server, pytest.raises(ModelUnavailable):
        asyncio.run(model(server, retries=0).call_tools([], [], max_output_tokens=9))


def test_nobody_there_is_an_error_with_a_hint() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ModelUnavailable, match="could not be reached") as caught:
        chat(ServerModel("server:x", url, "x", retries=0), "x")
    assert "siyaq models list" in caught.value.hint


def test_a_redirect_takes_the_key_nowhere() -> None:
    with ModelServer(says("caught")) as other:
        away = Reply(status=307, location=f"{other.url}/chat/completions")
        refused = pytest.raises(ModelUnavailable, match="status 307")
        with ModelServer(lambda _: away) as server, refused:
            chat(model(server, key=KEY, retries=0), "x")
        assert other.requests == []


def test_leaving_early_hangs_up() -> None:
    slow = Reply(pieces=["a"] * 400, seconds_a_piece=0.01)
    with ModelServer(lambda _: slow) as server:
        text, _ = chat(model(server), "x", enough=lambda said: len(said) >= 3)
        assert text == "aaa"

        assert server.left.wait(30)


@pytest.mark.parametrize("wanted", [3, 1_000])
def test_nothing_is_left_for_the_garbage_collector_to_close(wanted: int) -> None:
    dropped: list[AsyncGeneratorType[Any, Any]] = []

    async def gather(model: ServerModel) -> list[AsyncGeneratorType[Any, Any]]:
        hooks = sys.get_asyncgen_hooks()

        def finish(one: AsyncGenerator[Any, Any]) -> None:
            assert isinstance(one, AsyncGeneratorType)
            dropped.append(one)
            if hooks.finalizer is not None:
                hooks.finalizer(one)

        sys.set_asyncgen_hooks(finalizer=finish)
        stream = model.stream([{"role": "user", "content": "x"}], max_output_tokens=9)
        async with aclosing(stream) as deltas:
            for _ in range(wanted):
                if await anext(deltas, None) is None:
                    break
        return [one for one in dropped if isinstance(one, AsyncGeneratorType) and one.ag_frame]

    with ModelServer(lambda _: Reply(pieces=["a"] * 50)) as server:
        assert asyncio.run(gather(model(server))) == []
    assert len(dropped) < 3, "what can be closed by name is"


def test_calls_for_tools_come_to_nothing() -> None:
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "rm", "arguments": ""}}
    with ModelServer(lambda _: Reply(pieces=["ok"], tool_calls=[call])) as server:
        text, deltas = chat(model(server), "x")
    assert text == "ok"
    assert {delta.text for delta in deltas} == {"ok", ""}


def test_a_model_prints_without_its_key() -> None:
    assert KEY not in repr(ServerModel("server:x", "https://models.example/v1", "x", key=KEY))
