"""Transports to MCP servers over which no more comes at once than can be held.

The official client reads an answer whole, and a line of a program however long it is, before it
looks at either. So both are cut off here, before: the connection breaks.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import anyio
import httpx2

from siyaq.core.errors import SourceUnavailable
from siyaq.processes import reaped, started

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from mcp.client._transport import TransportStreams
    from mcp.shared.message import SessionMessage

MOST_BYTES = 8 * 1024 * 1024
"""Of one answer: twice what a result may have, so that it is told of, and little beside a run."""

END_SECONDS = 2.0


class BoundedTransport(httpx2.AsyncHTTPTransport):
    """HTTP whose answers end where they become too large.

    Of a stream of events the client itself bounds each one.
    """

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. To read more of its answer than there may be raises SourceUnavailable."""
        response = await super().handle_async_request(request)
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            response.stream = _Bounded(response.stream)
        return response


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > MOST_BYTES:
                raise SourceUnavailable(f"an answer has more than {MOST_BYTES} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


@asynccontextmanager
async def program(
    command: str, arguments: Sequence[str], env: Mapping[str, str]
) -> AsyncGenerator[TransportStreams, None]:
    """Start a program and speak to it over its standard streams, one message a line.

    It ends with the block, and with it whatever it has started. Raises OSError where it cannot be
    started.
    """
    from mcp.client.stdio import get_default_environment

    starting = asyncio.create_subprocess_exec(
        command,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=get_default_environment() | dict(env),
        limit=MOST_BYTES,
        start_new_session=True,
    )
    process = await started(starting)
    heard, incoming = anyio.create_memory_object_stream["SessionMessage | Exception"](0)
    outgoing, said = anyio.create_memory_object_stream["SessionMessage"](0)
    tasks = [
        asyncio.create_task(_hear(process, heard)),
        asyncio.create_task(_say(process, said, heard)),
    ]
    try:
        yield incoming, outgoing
    finally:
        for task in tasks:
            task.cancel()
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for stream in (incoming, outgoing, heard, said):
                stream.close()
            await asyncio.shield(_ended(process))


async def _hear(
    process: asyncio.subprocess.Process,
    heard: MemoryObjectSendStream[SessionMessage | Exception],
) -> None:
    """Pass on what a program says, until it ends, or says too much at once."""
    from mcp.shared.message import SessionMessage
    from mcp.types import jsonrpc_message_adapter

    assert process.stdout is not None
    with heard, suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # a line that does not end
                return
            if not line:
                return
            if not line.strip():
                continue
            try:
                message = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError as error:
                await heard.send(error)
            else:
                await heard.send(SessionMessage(message))


async def _say(
    process: asyncio.subprocess.Process,
    said: MemoryObjectReceiveStream[SessionMessage],
    heard: MemoryObjectSendStream[SessionMessage | Exception],
) -> None:
    assert process.stdin is not None
    try:
        async for one in said:
            text = one.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(text.encode() + b"\n")
            await process.stdin.drain()
    except OSError:  # it reads no more: whoever waits for an answer is told
        heard.close()


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Have a program end: by the end of its input, by a request, by force."""
    assert process.stdin is not None
    process.stdin.close()
    rest = asyncio.create_task(_unread(process))  # one that still writes could not end
    try:
        for number in (None, signal.SIGTERM):
            if number is not None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), END_SECONDS)
                break
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # and whatever it has started
        rest.cancel()
        await reaped(process)


async def _unread(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    with suppress(OSError):
        while await process.stdout.read(64 * 1024):
            pass
