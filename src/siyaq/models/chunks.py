"""Reads a streamed chat completion off the wire: server-sent events, each one JSON object.

The official client reads them too, but leaves its generators to the garbage collector, which may
close them on any thread and after their event loop is gone. Here each is closed by who opened it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec

MAX_LINE_BYTES = 4 << 20
"""No server needs more for one piece of a reply."""


async def read_chunks(response: Any) -> AsyncGenerator[Any, None]:
    """Yield each chunk (openai's ChatCompletionChunk, not validated) until `[DONE]` or the end.

    `response` is the client's raw response, its body unread. Raises ValueError: not JSON, an
    error in place of a chunk, a line beyond MAX_LINE_BYTES; and what httpx2 raises.
    """
    from openai.types.chat import ChatCompletionChunk

    async with aclosing(response.http_response.aiter_bytes()) as body, aclosing(_lines(body)) as at:
        async for line in at:
            field, _, value = line.partition(b":")
            if field != b"data":
                continue  # a comment, an event's name: nothing that is needed
            data = value.strip()
            if data.startswith(b"[DONE]"):
                return
            try:
                chunk = msgspec.json.decode(data, type=dict[str, Any])
            except RecursionError as error:
                raise ValueError("JSON nested too deep") from error
            if chunk.get("error"):
                raise ValueError("an error in place of a chunk")
            yield ChatCompletionChunk.construct(**chunk)


async def _lines(body: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Split at LF, CR LF or CR; what no line end follows is a line too."""
    rest = b""
    async for piece in body:
        *whole, rest = (rest + piece).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if len(max([*whole, rest], key=len)) > MAX_LINE_BYTES:
            raise ValueError(f"a line of more than {MAX_LINE_BYTES} bytes")
        for line in whole:
            yield line
    if rest:
        yield rest
