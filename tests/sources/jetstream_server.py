"""A Jetstream server on loopback that does what a test tells it to, in both dialects."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

V1, V2 = "/subscribe", "/xrpc/network.bsky.jetstream.subscribeEvents"
START_US = 1_777_000_000_000_000
STEP_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the network. `raw` is sent in its place where a test wants garbage."""

    seq: int
    kind: str
    did: str
    body: dict[str, object]
    raw: bytes | str | None = None

    @property
    def time_us(self) -> int:
        return START_US + self.seq * STEP_US


@dataclass(slots=True)
class Fault:
    """What goes wrong with one connection."""

    status: int = 0  # refuse with this HTTP status, without ever streaming
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    drop_after: int | None = None  # messages
    how: str = "close"  # or "abort", "error frame", "silence"


@dataclass(slots=True)
class JetstreamServer:
    """Serves `history` from the cursor on, then what `tell` adds. Counts what it was asked."""

    history: list[Told] = field(default_factory=list[Told])
    dialects: frozenset[str] = frozenset({V1, V2})
    cursor_in_v1: bool = False  # as v2 servers do when they speak v1
    floor: int = 0  # the oldest seq that is still held
    pause_every: int = 0
    faults: deque[Fault] = field(default_factory=deque[Fault])
    requests: list[str] = field(default_factory=list[str])
    port: int = 0
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, *told: Told) -> None:
        self.history.extend(told)
        self._grown.set()
        self._grown = asyncio.Event()

    @property
    def url(self) -> str:
        return f"jetstream://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[JetstreamServer]:
        async with serve(
            self._handle, "127.0.0.1", 0, process_request=self._answer, close_timeout=0.5
        ) as server:
            self.port = _port(server)
            yield self

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request.path)
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        if self.faults and self.faults[0].status:
            fault = self.faults.popleft()
            return _respond(connection, fault.status, fault.body, fault.headers)
        if parts.path not in self.dialects:
            return _respond(connection, 404, "not here")
        wrong = {V1: ("collections", "kinds"), V2: ("wantedCollections",)}[parts.path]
        if any(name in query for name in wrong):
            return _respond(connection, 400, json.dumps({"error": "InvalidRequest"}))
        cursor = int(query.get("cursor", ["0"])[0])
        if parts.path == V2 and 0 < cursor < self.floor:
            message = f"the oldest event still held is seq {self.floor}"
            body = json.dumps({"error": "CursorTooOld", "message": message})
            return _respond(connection, 400, body)
        return None

    async def _handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        parts = urlsplit(connection.request.path)
        cursor = parse_qs(parts.query).get("cursor")
        fault = self.faults.popleft() if self.faults else Fault()
        at = len(self.history) if cursor is None else self._index(int(cursor[0]))
        sent = 0
        while True:
            if sent == fault.drop_after:
                return await self._drop(connection, fault.how)
            grown = self._grown
            if at < len(self.history):
                try:
                    await connection.send(self._message(self.history[at], parts.path), text=True)
                except ConnectionClosed:
                    return None
                at, sent = at + 1, sent + 1
                if self.pause_every and sent % self.pause_every == 0:
                    await asyncio.sleep(0.002)
            else:
                waiting = asyncio.ensure_future(grown.wait())
                closing = asyncio.ensure_future(connection.wait_closed())
                await asyncio.wait({waiting, closing}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if closing.done():
                    return None
                closing.cancel()

    async def _drop(self, connection: ServerConnection, how: str) -> None:
        if how == "abort":
            connection.transport.abort()
        elif how == "error frame":
            await connection.send(json.dumps({"$type": "error", "error": "ConsumerTooSlow"}))
        elif how == "silence":
            await connection.wait_closed()
        else:
            await connection.close()

    def _index(self, cursor: int) -> int:
        """Find the first event of a cursor; one that is too old is silently clamped, as in v1."""
        for index, told in enumerate(self.history):
            reached = told.time_us >= cursor if cursor >= 10**15 else told.seq >= cursor
            if reached and told.seq >= self.floor:
                return index
        return len(self.history)

    def _message(self, told: Told, path: str) -> bytes | str:
        if told.raw is not None:
            return told.raw
        return as_v1(told, with_cursor=self.cursor_in_v1) if path == V1 else as_v2(told)


def as_v1(told: Told, *, with_cursor: bool = False) -> str:
    cursor = {"cursor": told.seq} if with_cursor else {}
    envelope = {"did": told.did, "time_us": told.time_us, "kind": told.kind, told.kind: told.body}
    return json.dumps(envelope | cursor)


def as_v2(told: Told) -> str:
    seconds, micros = divmod(told.time_us, 10**6)
    time = f"{_iso(seconds)}.{micros:06d}Z"
    inner = told.body if told.kind == "commit" else {told.kind: told.body}
    payload = {
        "$type": f"network.bsky.jetstream.subscribeEvents#{told.kind}",
        "seq": told.seq,
        "did": told.did,
        "time": time,
    }
    return json.dumps({"$type": "message", "payload": payload | inner})


def post(seq: int, text: str = "", **record: object) -> Told:
    body = {"$type": "app.bsky.feed.post", "text": text or f"post number {seq}"} | record
    commit: dict[str, object] = {
        "rev": f"3l{seq:011d}",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": f"r{seq}",
        "cid": f"cid{seq}",
        "record": body,
    }
    return Told(seq, "commit", f"did:plc:author{seq % 7}", commit)


def posts(seqs: Sequence[int]) -> list[Told]:
    return [post(seq) for seq in seqs]


def garbage(seq: int, raw: bytes | str) -> Told:
    return Told(seq, "commit", "did:plc:x", {}, raw)


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _respond(
    connection: ServerConnection,
    status: int,
    body: str,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    response = connection.respond(HTTPStatus(status), body)
    for name, value in headers:
        response.headers[name] = value
    return response


def _port(server: Server) -> int:
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port
