"""A wire that can be cut: passes TCP on to a server on loopback, and misbehaves on command."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from ssl import SSLContext
from types import TracebackType
from typing import Literal, Self, get_args

Cut = Literal["reset", "close", "half", "stall", "refuse", "blackhole"]
"""What can happen to a connection:

    reset      both ends are torn off at once
    close      both ends are closed properly
    half       half of what the server sends next arrives, then it is torn off
    stall      it stays open, and nothing passes any more: half-open, as far as anyone can tell
    refuse     the next connection is taken and dropped before a word
    blackhole  the next connection is taken and never answered
"""

CUTS: tuple[Cut, ...] = get_args(Cut)
_AT_ONCE: frozenset[Cut] = frozenset({"refuse", "blackhole"})
_PIECE_BYTES = 65_536


class _Wire:
    """What is known of one connection."""

    def __init__(self) -> None:
        self.streams = False
        self.stalled = False
        self.closes = False


class FaultProxy:
    """Stands before the port `target`. An async context manager.

    Cuts strike connections that carry a stream: those on which a request begins with one of
    `streams`: from their second piece on, or `at_once` from their first, where each is an answer
    to a question of its own. `fired` counts what has really happened. Where the server says
    `renamed[0]`, its clients hear `renamed[1]`: for those that tell where else to find them. With
    `tls`, the server's clients have to speak it, and the server itself does not.
    """

    def __init__(
        self,
        target: int,
        streams: Sequence[bytes],
        *,
        at_once: bool = False,
        renamed: tuple[bytes, bytes] = (b"", b""),
        tls: SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.port = 0
        self.fired: Counter[str] = Counter()
        self.connections = 0
        self._target = target
        self._streams = tuple(streams)
        self._at_once = at_once
        self.renamed = renamed
        self._host = host
        self._tls = tls
        self._orders: deque[Cut] = deque()
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], _Wire] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, self._host, self.port, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    def order(self, cut: Cut) -> None:
        """Let `cut` strike as soon as it can."""
        self._orders.append(cut)

    def drop_streams(self) -> None:
        """Tear off every connection that carries a stream; counted as nothing."""
        for task, wire in list(self._open.items()):
            if wire.streams:
                task.cancel()

    @property
    def waiting(self) -> tuple[Cut, ...]:
        """Orders that have not struck yet."""
        return tuple(self._orders)

    def _take(self, *, at_once: bool) -> Cut | None:
        if not self._orders or (self._orders[0] in _AT_ONCE) is not at_once:
            return None
        cut = self._orders.popleft()
        self.fired[cut] += 1
        return cut

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        wire = self._open[task] = _Wire()
        self.connections += 1
        try:
            await self._serve(wire, reader, writer)
        except asyncio.CancelledError:
            pass  # we are closing, or the connection is torn off
        finally:
            del self._open[task]
            writer.close()
            writer.transport.abort()

    async def _serve(
        self, wire: _Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        match self._take(at_once=True):
            case "refuse":
                return
            case "blackhole":
                with suppress(ConnectionError):
                    while await reader.read(_PIECE_BYTES):
                        pass
                return
            case _:
                pass
        try:
            upstream, onward = await asyncio.open_connection(self._host, self._target)
        except OSError:
            return
        up = asyncio.create_task(self._pass_up(wire, reader, onward))
        down = asyncio.create_task(self._pass_down(wire, upstream, writer))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if down.done() and not down.cancelled():
                with suppress(ConnectionError):
                    await writer.drain()
                    if wire.closes:
                        writer.close()
                        await writer.wait_closed()
        finally:
            onward.close()
            onward.transport.abort()
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _pass_up(
        self, wire: _Wire, reader: asyncio.StreamReader, onward: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(_PIECE_BYTES):
                if not wire.streams:
                    wire.streams = piece.startswith(self._streams)
                if wire.stalled:
                    continue
                onward.write(piece)
                await onward.drain()

    async def _pass_down(
        self, wire: _Wire, upstream: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        answered = self._at_once
        with suppress(ConnectionError):
            while piece := await upstream.read(_PIECE_BYTES):
                cut = self._take(at_once=False) if wire.streams and answered else None
                answered = answered or wire.streams
                if cut == "reset":
                    return
                if self.renamed[0]:
                    piece = piece.replace(*self.renamed)
                if cut == "half":
                    writer.write(piece[: max(1, len(piece) // 2)])
                    wire.closes = True  # what was written still goes out
                    return
                if cut == "stall":
                    wire.stalled = True
                    await asyncio.Event().wait()
                writer.write(piece)
                await writer.drain()
                if cut == "close":
                    break
            wire.closes = True
