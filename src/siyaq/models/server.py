"""A chat model behind any server that speaks OpenAI's chat completions, by its official client.

What the server says about a failure is never repeated: it may hold a key or a prompt. A reply's
text is all that is read; tool calls, links and everything else a server may send are ignored.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Any, Literal
from urllib.parse import urlsplit

from siyaq.core.errors import ModelUnavailable
from siyaq.core.ports import Delta, ToolCall
from siyaq.models.chunks import read_chunks
from siyaq.models.traced import chat_span, server_told, told, used
from siyaq.traces import Span, current, ended

CONNECT_SECONDS = 5.0
RETRIES = 2
"""How often a request that brought nothing back is put again, after a wait with jitter."""

MAX_CALLS = 32
MAX_ARGUMENT_CHARS = 100_000

_GARBAGE = (AttributeError, TypeError, ValueError)
"""What reading raises where a server does not send what was agreed."""

_TURNS = 8

_HINTS = {
    401: "set the variable that holds its key, or give another with --key-env",
    403: "set the variable that holds its key, or give another with --key-env",
    404: "check the URL and the model's name: 'siyaq models list'",
    429: "ask again later, or use another model",
}


class ServerModel:
    """Implements `core.ports.Model`. Safe to use from several tasks and event loops.

    `stall_seconds` is how long the server may stay silent, before and within a reply.
    """

    def __init__(
        self,
        name: str,
        url: str,
        model: str,
        *,
        key: str = "",
        stall_seconds: float = 20.0,
        retries: int = RETRIES,
    ) -> None:
        self._name = name
        self._url = url
        self._model = model
        self._key = key
        self._stall_seconds = stall_seconds
        self._retries = retries
        self._dialect = 0

    def __repr__(self) -> str:
        return f"ServerModel({self._name!r}, {_host(self._url)!r})"

    @property
    def name(self) -> str:
        """`server:name`."""
        return self._name

    def stream(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_output_tokens: int,
        json_schema: Mapping[str, object] | None = None,
    ) -> AsyncGenerator[Delta, None]:
        """Stream a reply; leaving early hangs up.

        Raises ModelUnavailable: unreachable, refused, silent for too long, gone in mid-answer.
        """
        return told(
            self._span(max_output_tokens),
            self._reply(messages, max_output_tokens, json_schema),
        )

    async def _reply(
        self,
        messages: Sequence[Mapping[str, str]],
        max_output_tokens: int,
        json_schema: Mapping[str, object] | None,
    ) -> AsyncGenerator[Delta, None]:
        import httpx2  # both take most of a second to load
        import openai

        said = 0
        try:
            async with self._client() as client, AsyncExitStack() as stack:
                begin = self._begin(client, messages, max_output_tokens, json_schema, stack)
                chunks = await stack.enter_async_context(aclosing(read_chunks(await begin)))
                async with aclosing(_deltas(chunks)) as deltas:
                    async for delta in deltas:
                        said += len(delta.text)
                        yield delta
        except openai.APIStatusError as error:
            status = error.status_code
            current().set({"http.response.status_code": status})
            raise ModelUnavailable(
                f"{self._told()} answered with status {status}", hint=_HINTS.get(status, "")
            ) from None  # its text may hold what must not be shown
        except (openai.APITimeoutError, httpx2.TimeoutException):
            raise ModelUnavailable(
                f"{self._told()} said nothing for {self._stall_seconds:g} seconds{_after(said)}"
            ) from None
        except (openai.OpenAIError, httpx2.HTTPError, ValueError, _Unfinished) as error:
            kind = type(error).__name__.strip("_")
            what = "broke off" if said else "could not be reached or understood"
            raise ModelUnavailable(
                f"{self._told()} {what}{_after(said)} ({kind})",
                hint="start it, or use another model: 'siyaq models list'",
            ) from None
        finally:
            await _settle()

    async def call_tools(
        self,
        messages: Sequence[Mapping[str, object]],
        tools: Sequence[Mapping[str, object]],
        *,
        choice: object = "auto",
        max_output_tokens: int,
    ) -> tuple[Sequence[ToolCall], int, int]:
        """Implement `core.ports.CallsTools`. The tools are the caller's: none is called here."""
        import httpx2
        import openai

        wanted: dict[str, Any] = {"stream_options": {"include_usage": True}}
        wanted |= {"tools": list(tools), "tool_choice": choice, "max_tokens": max_output_tokens}
        try:
            with ended(self._span(max_output_tokens)) as asking:
                async with self._client() as client:
                    request = client.chat.completions.with_streaming_response.create(
                        model=self._model,
                        messages=list(messages),
                        stream=True,
                        extra_headers=asking.headers(),
                        **wanted,
                    )
                    async with (
                        request as response,
                        aclosing(read_chunks(response)) as chunks,
                        asyncio.timeout(3 * self._stall_seconds),
                    ):
                        calls, read, written = await _tool_calls(chunks)
                used(asking, read, written)
                return calls, read, written
        except (openai.OpenAIError, httpx2.HTTPError, TimeoutError, *_GARBAGE) as error:
            raise ModelUnavailable(
                f"{self._told()} could not say which tools to call ({type(error).__name__})",
                hint="use a model whose server takes tools: 'siyaq models list'",
            ) from None  # its text may hold what must not be shown

    def _span(self, max_output_tokens: int) -> Span:
        most = {"gen_ai.request.max_tokens": max_output_tokens}
        return chat_span(self._model, {**server_told(self._url), **most})

    def _client(self) -> Any:
        import openai

        return openai.AsyncOpenAI(
            base_url=self._url,
            api_key=self._key or "none",
            max_retries=self._retries,
            timeout=openai.Timeout(self._stall_seconds, connect=CONNECT_SECONDS),
            http_client=openai.DefaultAsyncHttpxClient(
                follow_redirects=False,  # a key goes where it was meant to go
                verify=self._url.startswith("https:"),  # else certificates are loaded for nothing
            ),
        )

    async def _begin(
        self,
        client: Any,
        messages: Sequence[Mapping[str, str]],
        max_output_tokens: int,
        json_schema: Mapping[str, object] | None,
        stack: AsyncExitStack,
    ) -> Any:
        """Send the request in the first dialect that the server takes, and remember which.

        The response is closed with the stack.
        """
        import openai

        dialects = _dialects(max_output_tokens, json_schema)
        for at in range(self._dialect, len(dialects)):
            request = client.chat.completions.with_streaming_response.create(
                model=self._model,
                messages=[dict(message) for message in messages],
                stream=True,
                extra_headers=current().headers(),
                **dialects[at],
            )
            try:
                response = await stack.enter_async_context(request)
            except (openai.BadRequestError, openai.UnprocessableEntityError):
                if at + 1 == len(dialects):
                    raise
            else:
                self._dialect = at
                return response
        raise AssertionError("the last dialect is used or raises")

    def _told(self) -> str:
        return f"model {self._name!r}"  # where it is is its operator's to know


class _Unfinished(Exception):
    """The stream ended before the reply did."""


def _dialects(
    max_output_tokens: int, json_schema: Mapping[str, object] | None
) -> list[dict[str, object]]:
    """Return ways to put the same request: all of it, as newer models want it, the least."""
    wanted: dict[str, object] = {"stream_options": {"include_usage": True}}
    if json_schema is not None:
        wanted["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "reply", "schema": dict(json_schema), "strict": True},
        }
    return [
        {**wanted, "max_tokens": max_output_tokens, "temperature": 0.0},
        {**wanted, "max_completion_tokens": max_output_tokens},
        {"max_tokens": max_output_tokens},
    ]


async def _deltas(chunks: Any) -> AsyncGenerator[Delta, None]:
    reason: Literal["stop", "length"] | None = None
    usage = None
    try:
        async for chunk in chunks:
            usage = getattr(chunk, "usage", None) or usage
            for choice in getattr(chunk, "choices", None) or ():
                if choice.finish_reason:
                    reason = "length" if choice.finish_reason == "length" else "stop"
                text = choice.delta.content if choice.delta else None
                if isinstance(text, str) and text:
                    yield Delta(text=text)
    except _GARBAGE as error:
        raise _Unfinished from error
    if reason is None:
        raise _Unfinished
    yield Delta(
        finish_reason=reason,
        input_tokens=_count(usage, "prompt_tokens"),
        output_tokens=_count(usage, "completion_tokens"),
    )


async def _tool_calls(chunks: Any) -> tuple[Sequence[ToolCall], int, int]:
    """Put the calls of a streamed reply together from their pieces."""
    found: dict[int, dict[str, str]] = {}
    usage = None
    async for chunk in chunks:
        usage = getattr(chunk, "usage", None) or usage
        for choice in getattr(chunk, "choices", None) or ():
            for at, piece in enumerate(getattr(choice.delta, "tool_calls", None) or ()):
                place = piece.index if isinstance(piece.index, int) else at
                if len(found) >= MAX_CALLS and place not in found:
                    continue
                call = found.setdefault(place, {"id": "", "name": "", "arguments": ""})
                call["id"] = piece.id or call["id"]
                if piece.function is not None:
                    call["name"] += piece.function.name or ""
                    call["arguments"] += piece.function.arguments or ""
    calls = [
        ToolCall(
            id=call["id"] or f"call_{place}",
            name=call["name"],
            arguments=call["arguments"][:MAX_ARGUMENT_CHARS],
        )
        for place, call in sorted(found.items())
        if call["name"]
    ]
    return calls, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")


async def _settle() -> None:
    """Let the loop finish with a closed connection: what httpcore left open, it closes in turns.

    Unfinished, it would be closed by the garbage collector, on any thread.
    """
    for _ in range(_TURNS):
        await asyncio.sleep(0)


def _count(usage: object, name: str) -> int:
    value = getattr(usage, name, 0)
    return value if isinstance(value, int) and value >= 0 else 0


def _after(said: int) -> str:
    return f" in mid-answer, after {said} characters" if said else ""


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
