"""A chat model from a GGUF file, run in this process by llama.cpp through xllamacpp.

llama.cpp's own engine does the work: the prompt that two requests begin with alike is computed
once, output is constrained to a JSON schema, and sampling is greedy, so that the same prompt gives
the same reply. Its HTTP side, which xllamacpp always starts on a free port of loopback, is locked
with a key that nobody holds.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from siyaq.core.errors import ModelUnavailable
from siyaq.core.ports import Delta
from siyaq.meter import native_work
from siyaq.models.files import verify
from siyaq.models.traced import chat_span, told

BATCH_TOKENS = 256
"""Prompt tokens computed at a time; a request can be given up between two batches."""

_INSTALL = "install it with 'pip install xllamacpp', which brings llama.cpp ready made"


class GgufModel:
    """Implements `core.ports.Model`. Loads on first use; safe to use from several tasks.

    `sha256` is what the file must hash to, "" to take it as it is. One request runs at a time;
    others wait for it.
    """

    def __init__(
        self, name: str, path: Path, *, sha256: str = "", threads: int = 1, context_tokens: int
    ) -> None:
        self._name = name
        self._path = path
        self._sha256 = sha256
        self._threads = threads
        self._context_tokens = context_tokens
        self._loading = threading.Lock()
        self._engine: Any = None

    @property
    def name(self) -> str:
        """`gguf:name`."""
        return self._name

    def stream(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_output_tokens: int,
        json_schema: Mapping[str, object] | None = None,
    ) -> AsyncGenerator[Delta, None]:
        """Stream a reply, one Delta a token; leaving early stops the computation.

        Raises ModelUnavailable: no file, not the file that was pulled, not a model, no room for
        the prompt in its context, no xllamacpp.
        """
        most = {"gen_ai.request.max_tokens": max_output_tokens}
        begun = chat_span(self._path.name, {"gen_ai.provider.name": "llama.cpp", **most})
        return told(begun, self._reply(messages, max_output_tokens, json_schema))

    async def _reply(
        self,
        messages: Sequence[Mapping[str, str]],
        max_output_tokens: int,
        json_schema: Mapping[str, object] | None,
    ) -> AsyncGenerator[Delta, None]:
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[Mapping[str, Any] | BaseException | None] = asyncio.Queue()
        left = threading.Event()

        def put(item: Mapping[str, Any] | BaseException | None) -> None:
            with suppress(RuntimeError):  # the event loop is gone, and who asked with it
                loop.call_soon_threadsafe(chunks.put_nowait, item)

        def on_chunk(chunk: Mapping[str, Any]) -> bool:
            put(chunk)
            return left.is_set()

        request = _request(messages, max_output_tokens, json_schema)
        loop.run_in_executor(None, self._run, request, on_chunk, put)
        try:
            async for delta in _deltas(chunks, self._name):
                yield delta
        finally:
            left.set()

    def close(self) -> None:
        """Free the weights. A request that still runs fails."""
        with self._loading:
            self._engine = None

    def _run(
        self,
        request: Mapping[str, object],
        on_chunk: Callable[[Mapping[str, Any]], bool],
        put: Callable[[BaseException | None], None],
    ) -> None:
        try:
            engine = self.engine()
            with native_work():
                engine.handle_chat_completions(request, on_chunk)
        except ModelUnavailable as error:
            put(error)
        except (ValueError, RuntimeError) as error:
            put(ModelUnavailable(f"model {self._name!r} cannot answer: {_brief(error)}"))
        else:
            put(None)

    def engine(self) -> Any:
        """Return llama.cpp's engine (an xllamacpp.Server), loading the weights if need be. Blocks.

        Raises ModelUnavailable.
        """
        with self._loading:
            if self._engine is None:
                verify(self._path, self._sha256)
                self._engine = _engine(self._name, self._path, self._threads, self._context_tokens)
            return self._engine


def _engine(name: str, path: Path, threads: int, context_tokens: int) -> Any:
    try:
        import xllamacpp  # an optional extra
    except ImportError as error:
        raise ModelUnavailable(f"model {name!r} needs xllamacpp", hint=_INSTALL) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = context_tokens
    params.n_batch = BATCH_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.api_keys = [secrets.token_hex(32)]
    params.endpoint_slots = params.endpoint_props = params.ui = False
    params.n_threads_http = 1
    params.cache_ram_mib = 0  # the slot keeps the last prompt; more would be kept for nobody
    params.verbosity = -1
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise ModelUnavailable(
            f"model {name!r}: {str(path)!r} is not a model that llama.cpp can load",
            hint="pull it again, or use another: 'siyaq models list'",
        ) from error


def _request(
    messages: Sequence[Mapping[str, str]],
    max_output_tokens: int,
    json_schema: Mapping[str, object] | None,
) -> dict[str, object]:
    request: dict[str, object] = {
        "messages": [dict(message) for message in messages],
        "max_tokens": max_output_tokens,
        "temperature": 0.0,
        "seed": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,  # a chunk for each batch of the prompt: a chance to stop
        "cache_prompt": True,
    }
    if json_schema is not None:
        request["grammar"] = grammar(json_schema)
    return request


def grammar(json_schema: Mapping[str, object]) -> str:
    """Return a grammar (of llguidance) for JSON of a schema without white space between tokens.

    Where white space may stand, a small model can go on with it for ever.
    """
    compact = {**json_schema, "x-guidance": {"whitespace_flexible": False}}
    return f"%llguidance {{}}\nstart: %json {json.dumps(compact)}"


async def _deltas(
    chunks: asyncio.Queue[Mapping[str, Any] | BaseException | None], name: str
) -> AsyncGenerator[Delta, None]:
    reason: Literal["stop", "length"] = "stop"
    used: Mapping[str, int] = {}
    while (chunk := await chunks.get()) is not None:
        if isinstance(chunk, BaseException):
            raise chunk
        if "error" in chunk:
            told = _brief(chunk["error"].get("message", "no reason given"))
            raise ModelUnavailable(f"model {name!r} cannot answer: {told}")
        used = chunk.get("usage") or used
        for choice in chunk.get("choices", ()):
            if choice.get("finish_reason") == "length":
                reason = "length"
            yield Delta(text=choice.get("delta", {}).get("content") or "")  # "": still reading
    yield Delta(
        finish_reason=reason,
        input_tokens=used.get("prompt_tokens", 0),
        output_tokens=used.get("completion_tokens", 0),
    )


def _brief(error: object) -> str:
    """Return the first line of what the engine says, never the prompt it may repeat below."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
