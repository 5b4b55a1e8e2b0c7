"""A Jetstream server for the world, speaking both dialects on one port of loopback."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Self
from weakref import WeakKeyDictionary

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from siyaq.testing.world import wire
from siyaq.testing.world.faults import Faults
from siyaq.testing.world.moment import from_microseconds
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.stream import Stream
from siyaq.testing.world.subscription import TIME_CURSOR, Refused, Subscription, parse
from siyaq.testing.world.world import World
from siyaq.testing.world.zdict import Compressor

_AHEAD = timedelta(seconds=2)
_DICTIONARY = "/xrpc/network.bsky.jetstream.getZstdDictionary"
_SUBPROTOCOL = Subprotocol("xrpc.v1.json")


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A handshake that may go on: what was asked for, and where to start."""

    subscription: Subscription
    seq: int
    preface: bytes | None


class JetstreamServer:
    """Serves a world from memory. An async context manager; for one event loop.

    `lookback` is how far back a cursor may reach, None for all the way. Each handshake, refused
    or not, is counted in `handshakes` under its dialect and status. With `compressor`, streams are
    compressed for those who ask; a v2 client may fetch its dictionary.
    """

    def __init__(
        self,
        world: World,
        pace: Pace,
        *,
        faults: Faults | None = None,
        lookback: timedelta | None = None,
        v1_cursor: bool = True,
        compressor: Compressor | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.compressor = compressor
        self.world = world
        self.pace = pace
        self.faults = faults or Faults(pace.nudge)
        self.handshakes: Counter[str] = Counter()
        self._lookback = lookback
        self._forgotten_before = world.start
        self._v1_cursor = v1_cursor
        self._host = host
        self._port = port
        self._server: Server | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._admitted: WeakKeyDictionary[ServerConnection, _Admitted] = WeakKeyDictionary()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def port(self) -> int:
        """The port it listens on, once it has been started."""
        return self._port

    @property
    def url(self) -> str:
        """Where siyaq finds it."""
        return f"jetstream://{self._host}:{self._port}"

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return 0 if self._server is None else len(self._server.connections)

    async def start(self) -> None:
        """Listen; on the same port as before, if it was started before."""
        self._server = await serve(
            self._handle,
            self._host,
            self._port,
            process_request=self._admit,
            select_subprotocol=_choose_subprotocol,
            compression=None,
            ping_interval=30,
            ping_timeout=None,
            close_timeout=1,
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        self._preparing = asyncio.create_task(self._prepare())

    async def stop(self) -> None:
        """Cut every connection and stop listening."""
        if self._server is None:
            return
        if self._preparing is not None:
            self._preparing.cancel()
        for connection in list(self._server.connections):
            connection.transport.abort()
        self._server.close()
        await self._server.wait_closed()
        self._server = None

    async def restart(self, down_seconds: float = 0.0) -> None:
        """Go down without a word, and come back on the same port."""
        await self.stop()
        await asyncio.sleep(down_seconds)
        await self.start()
        self.faults.fired["restart"] += 1

    def forget(self, keep: timedelta) -> None:
        """Drop history, as a full server does: only the last `keep` of it is held from now on."""
        self._forgotten_before = max(self._forgotten_before, self.pace.now() - keep)

    @property
    def floor(self) -> datetime:
        """Where the history begins that is still held."""
        if self._lookback is None:
            return self._forgotten_before
        return max(self._forgotten_before, self.pace.now() - self._lookback)

    async def _prepare(self) -> None:
        """Make the near future in a thread, so that a busy world does not hold up its clients."""
        while True:
            now, ahead = self.pace.now(), _AHEAD * self.pace.speed
            await asyncio.to_thread(self.world.events, now, now + ahead)
            await self.pace.wait(now + ahead / 2)

    async def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer the handshake: None lets it go on."""
        if request.path == _DICTIONARY and self.compressor is not None:
            return self._answer("dictionary", HTTPStatus.OK, self.compressor.raw)
        try:
            subscription = parse(request.path)
        except LookupError:
            return self._answer("other", HTTPStatus.NOT_FOUND, b"")
        except Refused as refused:
            body = wire.refusal(refused.error, refused.message)
            return self._answer("other", HTTPStatus.BAD_REQUEST, body)
        dialect = subscription.dialect
        if not self._can_compress(subscription):
            body = wire.refusal("UnknownZstdDictionary", "fetch the current dictionary")
            return self._answer(dialect, HTTPStatus.BAD_REQUEST, body)
        fault = self.faults.take("handshake", dialect)
        if fault is not None and fault.name == "refuse":
            self.faults.count(fault)
            return self._answer(dialect, fault.status, b"", retry_after=fault.seconds)
        seq, too_old = self._place(subscription.cursor)
        preface = None
        if too_old and dialect == "v2":
            if fault is None:
                message = f"cursor is before the oldest event held, seq {seq}"
                return self._answer(
                    dialect, HTTPStatus.BAD_REQUEST, wire.refusal("CursorTooOld", message)
                )
            self.faults.count(fault)
            preface = wire.info("OutdatedCursor", f"starting at seq {seq}")
        elif fault is not None:
            self.faults.order(fault)  # it waits for a cursor that is too old
        self._admitted[connection] = _Admitted(subscription, seq, preface)
        self.handshakes[f"{dialect} 101"] += 1
        return None

    def _can_compress(self, wanted: Subscription) -> bool:
        """Say whether the client asks for plain messages, or for the dictionary there is."""
        if wanted.compress:
            return self.compressor is not None
        if wanted.dictionary is None:
            return True
        return self.compressor is not None and self.compressor.id == wanted.dictionary

    def _place(self, cursor: int | None) -> tuple[int, bool]:
        """Return where a cursor starts, and whether it is too old: then, where history begins.

        Asking for what was before the world's first event is no loss, so it is not too old.
        """
        tip = self.world.next_seq(self.pace.now())
        if cursor is None:
            return tip, False
        if cursor >= TIME_CURSOR:
            moment = max(from_microseconds(cursor), self.world.start)
            cursor = tip if moment >= self.pace.now() else self.world.next_seq(moment)
        first, floor = self.world.next_seq(self.world.start), self.world.next_seq(self.floor)
        wanted = max(cursor, first)
        return max(min(wanted, tip), floor), wanted < floor

    def _answer(
        self, dialect: str, status: int, body: bytes, *, retry_after: float | None = None
    ) -> Response:
        self.handshakes[f"{dialect} {int(status)}"] += 1
        headers = Headers(
            {"Content-Type": "application/json", "Content-Length": str(len(body))},
            Connection="close",
        )
        if retry_after is not None:
            headers["Retry-After"] = str(round(retry_after))
        return Response(int(status), HTTPStatus(status).phrase, headers, body)

    async def _handle(self, connection: ServerConnection) -> None:
        admitted = self._admitted.pop(connection)
        stream = Stream(
            connection,
            admitted.subscription,
            world=self.world,
            pace=self.pace,
            faults=self.faults,
            v1_cursor=self._v1_cursor,
            compressor=self.compressor,
        )
        both = {
            asyncio.create_task(stream.listen()),
            asyncio.create_task(stream.send(admitted.seq, admitted.preface)),
        }
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
        for outcome in await asyncio.gather(*both, return_exceptions=True):
            ignored = (ConnectionClosed, asyncio.CancelledError)
            if isinstance(outcome, BaseException) and not isinstance(outcome, ignored):
                raise outcome


def _choose_subprotocol(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return _SUBPROTOCOL if _SUBPROTOCOL in offered else None
