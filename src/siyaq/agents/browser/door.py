"""The only way out of a browser: a proxy on this machine that looks at every connection.

A browser follows redirects, loads parts of pages and opens sockets by itself. All of it passes
here, so hosts, addresses and bytes are checked once, for whatever it is: the host must be on the
run's list, its addresses public (`sources.fetch` resolves and checks them, and the connection
goes to a checked one), and every byte is counted against what the current call was granted.
Between calls nothing passes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from siyaq.agents.amounts import Amounts
from siyaq.agents.hosts import allows
from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.sources.fetch import Fetcher
from siyaq.sources.visitor import host_of

_HEAD_BYTES = 64 * 1024
_PIECE_BYTES = 64 * 1024
_CONNECT_SECONDS = 10.0
_TLS_PORT = 443
_DROPPED = ("proxy-", "connection:", "keep-alive:", "upgrade:")

_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Over(Exception):
    """The call's bytes are spent."""


_BROKEN = (_Over, OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


class Door:
    """A proxy for one browser. Use as an async context manager; `hosts` may grow meanwhile.

    `allowed_url` is the operator's own: its host and port may be anywhere, private or not.
    """

    def __init__(self, hosts: Iterable[str], *, allowed_url: str = "") -> None:
        self.hosts = set(hosts)
        self.refused: set[str] = set()
        self.cut = False  # whether the call's bytes did not do
        self._limit: asyncio.Timeout | None = None
        self._fetcher = Fetcher(allowed_url=allowed_url)
        self._left = {"bytes_down": 0.0, "bytes_up": 0.0}
        self._spent = dict(self._left)
        self._open = asyncio.Event()
        self._busy: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where the proxy is."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD_BYTES)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        await self._server.wait_closed()

    def unlock(self, granted: Amounts, limit: asyncio.Timeout) -> None:
        """Let bytes pass, as many as a call was granted; then let `limit` end the call."""
        self._limit = limit
        self._left = {
            "bytes_down": granted.get("bytes_down", float("inf")),
            "bytes_up": granted.get("bytes_up", float("inf")),
        }
        self._spent = dict.fromkeys(self._spent, 0.0)
        self.refused.clear()
        self.cut = False
        self._open.set()

    def lock(self) -> None:
        """Let nothing pass any more."""
        self._open.clear()

    def spent(self) -> Amounts:
        """Return what has passed since it was unlocked."""
        return {"bytes_down": self._spent["bytes_down"], "bytes_up": self._spent["bytes_up"]}

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            await self._serve((reader, writer))
        except _BROKEN:
            pass  # the browser sees a connection that broke
        except asyncio.CancelledError:
            pass  # the door is closing; asyncio's server would log the end of this task as an error
        finally:
            self._busy.discard(task)
            await _closed(writer)

    async def _serve(self, browser: _Stream) -> None:
        head = (await browser[0].readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *headers = head.removesuffix("\r\n\r\n").split("\r\n")
        method, target, version = line.split(" ", 2)
        tunnel = method == "CONNECT"
        url = _tunnel_url(target) if tunnel else target
        try:
            outside = await self._connected(url)
        except (SourceRefused, SourceUnavailable) as error:
            self.refused.add(host_of(url))
            said = str(error).encode()
            browser[1].write(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n" + said)
            await browser[1].drain()
            return
        try:
            if tunnel:
                browser[1].write(f"{version} 200 Connection established\r\n\r\n".encode())
                await self._both(browser, outside)
            else:
                await self._once(method, url, headers, browser, outside)
        finally:
            await _closed(outside[1])

    async def _connected(self, url: str) -> _Stream:
        """Connect to a host that may be visited. Raises SourceRefused, SourceUnavailable."""
        await self._open.wait()
        if not allows(self.hosts, url):
            raise SourceRefused(f"{host_of(url)!r} is not among the hosts that this run may visit")
        parts = urlsplit(url)
        port = parts.port or (_TLS_PORT if parts.scheme == "https" else 80)
        for address in await self._fetcher.addresses(url):
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return await asyncio.open_connection(str(address), port)
        raise SourceUnavailable(f"cannot connect to {host_of(url)!r} port {port}")

    async def _both(self, browser: _Stream, outside: _Stream) -> None:
        ways = (
            asyncio.create_task(self._passed(browser[0], outside[1], "bytes_up")),
            asyncio.create_task(self._passed(outside[0], browser[1], "bytes_down")),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _once(
        self, method: str, url: str, headers: list[str], browser: _Stream, outside: _Stream
    ) -> None:
        """Pass one request on and its answer back, and no second one: it has another host."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kept = [one for one in headers if not one.lower().startswith(_DROPPED)]
        sizes = [one for one in kept if one.lower().startswith("content-length:")]
        size = int(sizes[0].partition(":")[2]) if sizes else 0
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""])
        self._count("bytes_up", len(head))
        outside[1].write(head.encode("latin-1"))
        await self._passed(browser[0], outside[1], "bytes_up", most=size)
        await self._passed(outside[0], browser[1], "bytes_down")

    async def _passed(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        kind: str,
        most: float = float("inf"),
    ) -> None:
        """Pass bytes on until there are no more, or `most`. Raises _Over."""
        while most > 0 and (piece := await reader.read(int(min(_PIECE_BYTES, most)))):
            most -= len(piece)
            await self._open.wait()
            self._count(kind, len(piece))
            writer.write(piece)
            await writer.drain()

    def _count(self, kind: str, size: int) -> None:
        if self._spent[kind] + size > self._left[kind]:
            self.cut = True
            assert self._limit is not None
            self._limit.reschedule(asyncio.get_running_loop().time())
            raise _Over
        self._spent[kind] += size


def _tunnel_url(target: str) -> str:
    scheme = "https" if target.endswith(f":{_TLS_PORT}") else "http"
    return f"{scheme}://{target}"


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, asyncio.CancelledError):
        await writer.wait_closed()
