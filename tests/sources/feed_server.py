"""An HTTP server on loopback whose feed grows with each poll."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


def item(number: int, text: str = "", published: str = "Mon, 04 May 2026 10:00:00 GMT") -> str:
    return (
        f"<item><guid>urn:item:{number}</guid><title>Headline {number}</title>"
        f"<link>https://news.example/{number}</link><pubDate>{published}</pubDate>"
        f"<description>{text or f'What happened, part {number}.'}</description></item>"
    )


@dataclass(slots=True)
class FeedServer:
    """Shows the first `shown` entries, and `grows_by` more to whoever has seen those.

    What a client has seen, its ETag says, so that every client meets the same feed.
    """

    entries: list[str] = field(default_factory=list[str])
    shown: int = 100
    grows_by: int = 0
    channel: str = ""
    answers: deque[bytes] = field(default_factory=deque[bytes])  # sent raw, in place of the feed
    requests: list[str] = field(default_factory=list[str])
    port: int = 0

    @property
    def url(self) -> str:
        return f"rss+http://127.0.0.1:{self.port}/feed.xml"

    def document(self, shown: int) -> bytes:
        entries = "".join(reversed(self.entries[:shown]))
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
            f"<title>Example News</title>{self.channel}{entries}</channel></rss>"
        ).encode()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FeedServer]:
        server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            yield self

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head.decode())
                writer.write(self._answer(head.decode()))
                await writer.drain()
        writer.close()

    def _answer(self, head: str) -> bytes:
        if self.answers:
            return self.answers.popleft()
        seen = re.search(r'if-none-match: "(\d+)"', head, re.IGNORECASE)
        shown = self.shown if seen is None else int(seen[1]) + self.grows_by
        shown = min(shown, len(self.entries))
        if seen is not None and shown == int(seen[1]):
            return answered(304, b"")
        return answered(200, self.document(shown), f'ETag: "{shown}"\r\n')


def answered(status: int, body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body
