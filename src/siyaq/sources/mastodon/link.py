"""An open connection to a server's streams, as the messages that come through it.

Over a WebSocket all streams share one connection; as server-sent events each has its own. The
server is heard of every few seconds even where nobody posts (a ping, or `:thump`), so silence
means that the connection is dead.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.core.event import Rejected, RejectReason
from siyaq.sources import fields
from siyaq.sources.decode import decode_object
from siyaq.sources.event_stream import EventStream
from siyaq.sources.fetch import Fetcher, Opened
from siyaq.sources.limits import BATCH_EVENTS, LINE_BYTES
from siyaq.sources.mastodon.address import Stream, Transport
from siyaq.sources.refusal import Refusal
from siyaq.sources.trouble import Answered, Lost

FRAME_BYTES = 8 * LINE_BYTES
_OPEN_SECONDS = 10.0
_CLOSE_SECONDS = 1.0
_USER_AGENT = "siyaq (+https://pypi.org/project/siyaq/)"
_STREAMING = "/api/v1/streaming"

# The library writes handshakes, tokens included, into the log it is given. This one is made
# outside the tree of loggers, where nobody who sets up logging can wake it.
_mute = logging.Logger("siyaq.sources.mastodon.wire", level=logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Told:
    """One message: the key of its stream, what it is, and what it carries."""

    stream: str
    event: str
    payload: bytes


class Messages:
    """What the streams bring, buffered so that it can be taken many at a time."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Told | Rejected | Lost | Answered] = asyncio.Queue(
            2 * BATCH_EVENTS
        )

    async def take(
        self, timeout_seconds: float
    ) -> tuple[list[Told | Rejected], Lost | Answered | None]:
        """Wait for a message; return it with all that are there, and how the link ended.

        Nothing after `timeout_seconds` of quiet.
        """
        taken: list[Told | Rejected] = []
        try:
            async with asyncio.timeout(timeout_seconds):
                message = await self.queue.get()
        except TimeoutError:
            return taken, None
        while not isinstance(message, Lost | Answered):
            taken.append(message)
            if self.queue.empty() or len(taken) >= BATCH_EVENTS:
                return taken, None
            message = self.queue.get_nowait()
        return taken, message


@asynccontextmanager
async def linked(
    fetcher: Fetcher,
    base: str,
    token: str,
    streams: Sequence[Stream],
    transport: Transport,
    *,
    silence_seconds: float,
) -> AsyncIterator[Messages]:
    """Connect and yield what comes. Raises Lost or Answered where there is no connection."""
    messages = Messages()
    if transport == "ws":
        async with _socket(fetcher, base, token, silence_seconds) as connection:
            for stream in streams:
                try:
                    await connection.send(msgspec.json.encode(stream.wish), text=True)
                except ConnectionClosed as closed:
                    raise Lost(f"the connection ended: {closed}") from closed
            async with _running([_receive(connection, messages)]):
                yield messages
        return
    ready = [asyncio.get_running_loop().create_future() for _ in streams]
    async with _running(
        [
            _listen(fetcher, base, token, stream, messages, opened, silence_seconds)
            for stream, opened in zip(streams, ready, strict=True)
        ]
    ):
        try:
            for opened in ready:
                await opened
        finally:
            for opened in ready:
                opened.cancel()
        yield messages


@asynccontextmanager
async def _running(work: Sequence[object]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(one) for one in work]  # type: ignore[call-overload]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@asynccontextmanager
async def _socket(
    fetcher: Fetcher, base: str, token: str, silence_seconds: float
) -> AsyncIterator[ClientConnection]:
    parts = urlsplit(base)
    scheme, port = ("wss", 443) if parts.scheme == "https" else ("ws", 80)
    try:
        addresses = await fetcher.addresses(base)
        connection = await connect(
            f"{scheme}://{parts.netloc}{_STREAMING}",
            host=str(addresses[0]),
            port=parts.port or port,
            additional_headers={"Authorization": f"Bearer {token}"},
            user_agent_header=_USER_AGENT,
            proxy=None,
            logger=_mute,
            open_timeout=min(_OPEN_SECONDS, silence_seconds),
            ping_interval=silence_seconds / 2,
            ping_timeout=silence_seconds / 2,
            close_timeout=_CLOSE_SECONDS,
            max_size=FRAME_BYTES,
        )
    except InvalidStatus as error:
        told = error.response
        raise Answered.read(told.status_code, told.headers, bytes(told.body or b"")) from error
    except (OSError, WebSocketException, SourceUnavailable) as error:
        raise Lost(f"cannot connect to {parts.hostname!r}: {error}") from error
    try:
        yield connection
    finally:
        await connection.close()


async def _receive(connection: ClientConnection, messages: Messages) -> None:
    """Fill the buffer until the connection ends. TCP holds the server back when it is full."""
    while True:
        try:
            frame = await connection.recv(decode=False)
        except ConnectionClosed as closed:
            await messages.queue.put(Lost(f"the connection ended: {closed}"))
            return
        for message in _read_frame(frame):
            await messages.queue.put(message)


def _read_frame(frame: bytes) -> list[Told | Rejected | Answered]:
    try:
        body = decode_object(frame)
        stream = fields.items(body.get("stream"), "stream", 3)
    except Refusal as refusal:
        return [refusal.rejected()]
    if isinstance(body.get("error"), str):
        status = body.get("status")
        code = status if isinstance(status, int) and 400 <= status <= 599 else 400
        return [Answered.read(code, {}, frame)]
    event, payload = body.get("event"), body.get("payload", "")
    if not isinstance(event, str) or not all(isinstance(part, str) for part in stream):
        detail = "a message without 'event' or 'stream'"
        return [Rejected(reason=RejectReason.MALFORMED, detail=detail)]
    text = payload if isinstance(payload, str) else msgspec.json.encode(payload).decode()
    return [Told(":".join(map(str, stream)), event, text.encode())]


async def _listen(
    fetcher: Fetcher,
    base: str,
    token: str,
    stream: Stream,
    messages: Messages,
    opened: asyncio.Future[None],
    silence_seconds: float,
) -> None:
    """Read one stream of server-sent events to its end. The first word of it resolves `opened`."""
    url = f"{base}{_STREAMING}{stream.event_path}"
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    events = EventStream()
    problem: Exception = Lost(f"the stream {stream.key!r} ended")
    try:
        async with fetcher.open(url, headers=headers) as answer:
            if answer.status == 200:
                _resolve(opened, None)
            while piece := await _piece(answer, silence_seconds):
                if answer.status != 200:
                    problem = Answered.read(answer.status, answer.headers, piece)
                    break
                for event in events.feed(piece):
                    await messages.queue.put(_told(stream.key, event.name, event.data))
            if answer.status != 200 and isinstance(problem, Lost):
                problem = Answered.read(answer.status, answer.headers, b"")
    except TimeoutError:
        problem = Lost(f"no word for {silence_seconds:g} seconds")
    except SourceRefused as error:
        problem = error
    except SourceUnavailable as error:
        problem = Lost(str(error))
    if not opened.done():
        _resolve(opened, problem)
    else:
        ended = problem if isinstance(problem, Lost | Answered) else Lost(str(problem))
        await messages.queue.put(ended)


async def _piece(answer: Opened, silence_seconds: float) -> bytes:
    async with asyncio.timeout(silence_seconds):
        return await anext(answer.pieces, b"")


def _resolve(opened: asyncio.Future[None], problem: Exception | None) -> None:
    if opened.done():
        return
    if problem is None:
        opened.set_result(None)
    else:
        opened.set_exception(problem)


def _told(stream: str, name: str, data: bytes | None) -> Told | Rejected:
    if data is None:
        detail = f"an event larger than {LINE_BYTES} bytes"
        return Rejected(reason=RejectReason.TOO_LARGE, detail=detail)
    return Told(stream, name, data)
