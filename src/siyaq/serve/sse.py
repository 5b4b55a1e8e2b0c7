"""Server-sent events (WHATWG HTML, 9.2): encoding them, and streams that end when they should.

A stream ends when its events do, when the client leaves, when it takes nothing for too long, or
when the server shuts down, of which the client is told. However it ends, the iterator behind it
is closed, so that nobody works for a client who has gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from siyaq.access import current
from siyaq.core.errors import Overloaded
from siyaq.serve.errors import ShuttingDown, ours, problem, problem_response
from siyaq.serve.metrics import HttpMetrics
from siyaq.serve.settings import ServeSettings
from siyaq.serve.strings import language_of

logger = logging.getLogger("siyaq.serve")

KEEP_ALIVE = b": keep-alive\n\n"


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: a name, and an object that goes out as JSON.

    OpenAI's chats have events without a name, and end with one that says `[DONE]`: without data.
    """

    name: str
    data: Mapping[str, object]

    def encode(self) -> bytes:
        """Return it as sent. JSON holds no line break, so one data line is enough."""
        if not self.name:
            return b"data: %b\n\n" % (msgspec.json.encode(self.data) if self.data else b"[DONE]")
        return b"event: %b\ndata: %b\n\n" % (self.name.encode(), msgspec.json.encode(self.data))


Events = AsyncGenerator[ServerEvent, None]


SHARE = 4
"""One key may hold a quarter of the places of a kind, so that it cannot take them all."""


class Slots:
    """How many of one kind may be open at once, streams or answers that are being made."""

    def __init__(self, kind: str, limit: int, metrics: HttpMetrics) -> None:
        self.kind = kind
        self.limit = limit
        self._taken = Counter[str]()
        self._gauge = metrics.streams.labels(kind)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a place for the block. Raises Overloaded when there is none for this caller."""
        account = current()
        caller = account.caller.key_id if account is not None else ""
        most = max(1, self.limit // SHARE) if caller else self.limit
        if self._taken.total() >= self.limit or self._taken[caller] >= most:
            raise Overloaded(f"all {most} {self.kind} places are taken")
        self._taken[caller] += 1
        self._gauge.set(self._taken.total())
        try:
            yield
        finally:
            self._taken[caller] -= 1
            self._taken += Counter()  # lets go of who has none
            self._gauge.set(self._taken.total())


class Streams:
    """Every open stream of one server, so that all can be ended together."""

    def __init__(self, settings: ServeSettings, metrics: HttpMetrics) -> None:
        self.settings = settings
        self.metrics = metrics
        self.live = Slots("live", settings.max_live_streams, metrics)
        self.answers = Slots("answer", settings.max_answers, metrics)
        self._closing = asyncio.Event()

    @property
    def closing(self) -> bool:
        """Whether the server is going away."""
        return self._closing.is_set()

    def close(self) -> None:
        """Tell every client that the server goes away, and end its stream."""
        self._closing.set()

    async def closed(self) -> None:
        """Wait until the server goes away."""
        await self._closing.wait()


class EventStream(Response):
    """A response that sends events as they come, and comments while none do.

    `behind` is what has begun already where `events` have not: to close these does not close it.
    """

    media_type = "text/event-stream"

    def __init__(
        self, events: Events, slots: Slots, streams: Streams, *, behind: Events | None = None
    ) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._behind = behind
        self._slots = slots
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream, or a problem where too many are open already."""
        request = Request(scope)
        with ExitStack() as place:
            try:
                place.enter_context(self._slots.taken())
            except Overloaded as error:
                await self._close()
                await problem_response(error, request)(scope, receive, send)
                return
            try:
                await self._send_all(receive, send, language_of(request.headers))
            except TimeoutError:
                self._streams.metrics.dropped.labels("slow_client").inc()
                logger.warning("slow client dropped", extra={"kind": self._slots.kind})
            finally:
                await self._close()

    async def _close(self) -> None:
        await self._events.aclose()
        if self._behind is not None:
            await self._behind.aclose()

    async def _send_all(self, receive: Receive, send: Send, language: str) -> None:
        head = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(head)
        await self._send_piece(send, KEEP_ALIVE)  # so that proxies pass the head on
        gone = asyncio.ensure_future(until_gone(receive))
        closing = asyncio.ensure_future(self._streams.closed())
        upcoming = asyncio.ensure_future(_following(self._events))
        try:
            while True:
                await asyncio.wait(
                    {gone, closing, upcoming},
                    timeout=self._streams.settings.keep_alive_seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if gone.done():
                    return
                if upcoming.done():
                    event = upcoming.result()
                    if event is None:
                        break
                    await self._send_piece(send, event.encode())
                    upcoming = asyncio.ensure_future(_following(self._events))
                elif closing.done():
                    farewell = problem(ShuttingDown("the server is shutting down"), language)
                    await self._send_piece(send, ServerEvent("problem", {**farewell}).encode())
                    break
                else:
                    await self._send_piece(send, KEEP_ALIVE)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            for task in (gone, closing, upcoming):
                task.cancel()
            await asyncio.gather(gone, closing, upcoming, return_exceptions=True)

    async def _send_piece(self, send: Send, piece: bytes) -> None:
        async with asyncio.timeout(self._streams.settings.slow_client_seconds):
            await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _following(events: Events) -> ServerEvent | None:
    with suppress(StopAsyncIteration):
        return await anext(events)
    return None


async def until_gone(receive: Receive) -> None:
    """Return when the client has left. What it still sends is read and dropped."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def begun(events: Events, request: Request) -> Events:
    """Wait for the first event, and return the stream of all of them, problems among them.

    An error before the first one is raised: it still has a status line to itself.
    """
    first = await anext(events)
    return problems_as_events(_resumed(first, events), language_of(request.headers))


async def _resumed(first: ServerEvent, rest: Events) -> Events:
    try:
        yield first
        async for event in rest:
            yield event
    finally:
        await rest.aclose()


async def problems_as_events(events: Events, language: str) -> Events:
    """Pass events on; an error becomes a last event, since the status line is long gone."""
    try:
        async for event in events:
            yield event
    except Exception as error:  # noqa: BLE001  # the edge: whatever it was, the client is told
        yield ServerEvent("problem", {**problem(ours(error), language)})
    finally:
        await events.aclose()
