"""A real small model, SmolLM2-135M, run in this process by llama.cpp."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from siyaq.core.errors import ModelUnavailable
from siyaq.models.files import digest
from siyaq.models.gguf import GgufModel
from tests.models.chatting import chat

COUNTED = {
    "type": "object",
    "properties": {"boats": {"type": "integer", "maximum": 999}, "id": {"enum": ["e1", "e2"]}},
    "required": ["boats", "id"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def small(smollm2: Path) -> Iterator[GgufModel]:
    """Return the model, loaded once."""
    model = GgufModel("gguf:small", smollm2, sha256=digest(smollm2), context_tokens=512)
    yield model
    model.close()


def test_it_speaks_and_counts_tokens(small: GgufModel) -> None:
    text, deltas = chat(small, "Say hello.", tokens=8)
    assert len(text) > 3
    last = deltas[-1]
    assert last.finish_reason in ("stop", "length")
    assert last.input_tokens > 10
    assert 1 <= last.output_tokens <= 8
    assert len(deltas) >= 3, "it is streamed"


def test_the_same_prompt_gives_the_same_reply(small: GgufModel) -> None:
    assert chat(small, "Name a color.", tokens=6)[0] == chat(small, "Name a color.", tokens=6)[0]


def test_output_follows_a_schema(small: GgufModel) -> None:
    text, _ = chat(small, "14 boats burned, says post e1. JSON.", tokens=40, schema=COUNTED)
    reply = json.loads(text)
    assert isinstance(reply["boats"], int)
    assert reply["id"] in ("e1", "e2")


def test_a_prompt_that_begins_alike_is_not_computed_twice(small: GgufModel) -> None:
    shared = "The harbor of Tyre was closed on Monday after a fire broke out at dawn. " * 8
    with watching(small) as watched:
        for question in ("Who?", "Where?"):
            chat(small, shared + question, tokens=1)
    assert watched.cached[-1] > 100


LONG = {"type": "array", "items": {"type": "integer"}, "minItems": 400}
"""Has no end within the tokens of a test."""


def test_leaving_early_stops_the_computation(small: GgufModel) -> None:
    with watching(small) as watched:
        text, _ = chat(small, "Count.", tokens=400, schema=LONG, enough=lambda said: len(said) > 3)
        assert len(text) < 40
        assert watched.ended.wait(60)
    assert 1 <= watched.chunks < 300, "of 400"


@contextmanager
def watching(model: GgufModel) -> Iterator[_Watched]:
    """Put a watch on the engine of a model."""
    engine = model.engine()
    model._engine = watched = _Watched(engine)
    yield watched
    model._engine = engine


class _Watched:
    """An engine, how many chunks it made, and how much of each prompt it knew already."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.chunks = 0
        self.cached: list[int] = []
        self.ended = threading.Event()

    def handle_chat_completions(self, request: object, on_chunk: Callable[[Any], bool]) -> None:
        """Pass on, and count."""

        def counted(chunk: Any) -> bool:
            self.chunks += 1
            if usage := chunk.get("usage"):
                self.cached.append(usage["prompt_tokens_details"]["cached_tokens"])
            return on_chunk(chunk)

        self.engine.handle_chat_completions(request, counted)
        self.ended.set()


def test_a_prompt_beyond_the_context_is_an_error(small: GgufModel) -> None:
    with pytest.raises(ModelUnavailable, match="exceeds the available context size"):
        chat(small, "boats " * 2000)


def test_its_http_side_is_locked(small: GgufModel) -> None:
    address = small.engine().listening_address
    for path in ("/v1/models", "/props", "/slots", "/completion"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(address + path, timeout=60)
        assert caught.value.code in (401, 404)
        caught.value.close()


def test_another_file_than_was_pulled_is_refused(smollm2: Path) -> None:
    with pytest.raises(ModelUnavailable, match="has sha256"):
        chat(GgufModel("gguf:x", smollm2, sha256="0" * 64, context_tokens=512), "x")


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF" + bytes(400), b"PK\x03\x04"])
def test_a_file_that_is_no_model_is_refused(smollm2: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailable):
        chat(GgufModel("gguf:bad", path, context_tokens=512), "x")


def test_no_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no model file"):
        chat(GgufModel("gguf:gone", tmp_path / "gone.gguf", context_tokens=512), "x")
