"""One WebSocket connection to a Jetstream server, as messages and the reason it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from siyaq.core.hosts import is_loopback
from siyaq.sources.jetstream.address import Dialect
from siyaq.sources.limits import BATCH_EVENTS, LINE_BYTES
from siyaq.sources.trouble import Answered, Lost

FRAME_BYTES = 8 * LINE_BYTES
"""Beyond this a message is not even received. Between the two it is counted and passed over."""

_OPEN_SECONDS = 10.0
_PING_SECONDS = 15.0
_CLOSE_SECONDS = 1.0
_TOO_BIG = 1009
_USER_AGENT = "siyaq (+https://pypi.org/project/siyaq/)"


class _DirectConnect(connect):
    """A connection to the configured server and to no other."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Messages:
    """The messages of one open connection, buffered so that they can be taken many at a time."""

    def __init__(self, connection: ClientConnection, silence_seconds: float) -> None:
        self._connection = connection
        self._silence_seconds = silence_seconds
        self._queue: asyncio.Queue[bytes | Lost] = asyncio.Queue(2 * BATCH_EVENTS)

    async def take(self) -> tuple[list[bytes], Lost | None]:
        """Wait for a message; return it with all that have arrived, and how the stream ended."""
        taken: list[bytes] = []
        while True:
            message = await self._queue.get()
            if isinstance(message, Lost):
                return taken, message
            taken.append(message)
            if self._queue.empty() or len(taken) >= BATCH_EVENTS:
                return taken, None

    async def receive(self) -> None:
        """Fill the buffer until the connection ends. TCP holds the server back when it is full."""
        while True:
            try:
                async with asyncio.timeout(self._silence_seconds):
                    message = await self._connection.recv(decode=False)
            except TimeoutError:
                await self._queue.put(Lost(f"no message for {self._silence_seconds:g} seconds"))
                return
            except ConnectionClosed as closed:
                too_big = closed.sent is not None and closed.sent.code == _TOO_BIG
                await self._queue.put(Lost(f"the connection ended: {closed}", too_big=too_big))
                return
            await self._queue.put(message)


@asynccontextmanager
async def connected(
    url: str, dialect: Dialect, *, silence_seconds: float, hello: object = None
) -> AsyncIterator[Messages]:
    """Connect, say `hello` where there is one, and yield the messages.

    Raises Answered, or Lost when there is no connection.
    """
    host = urlsplit(url).hostname or ""
    try:
        connection = await _DirectConnect(
            url,
            subprotocols=[Subprotocol("xrpc.v1.json")] if dialect == "v2" else None,
            user_agent_header=_USER_AGENT,
            proxy=None if is_loopback(host) else True,
            open_timeout=_OPEN_SECONDS,
            ping_interval=_PING_SECONDS,
            ping_timeout=_PING_SECONDS,
            close_timeout=_CLOSE_SECONDS,
            max_size=FRAME_BYTES,
        )
    except InvalidStatus as error:
        told = error.response
        raise Answered.read(told.status_code, told.headers, bytes(told.body or b"")) from error
    except (OSError, WebSocketException) as error:
        raise Lost(f"cannot connect to {host!r}: {error}") from error
    if hello is not None:
        try:
            await connection.send(msgspec.json.encode(hello), text=True)
        except ConnectionClosed as closed:
            raise Lost(f"the connection ended: {closed}") from closed
    messages = Messages(connection, silence_seconds)
    receiving = asyncio.create_task(messages.receive(), name="jetstream receiver")
    try:
        yield messages
    finally:
        receiving.cancel()
        await asyncio.wait([receiving])
        await connection.close()
