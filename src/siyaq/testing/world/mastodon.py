"""A Mastodon server for the world: streaming over WebSocket and SSE, timelines, look-up by id.

Speaks what Mastodon 4.4 does of `/api/v1/streaming`, `/api/v1/timelines/{public,tag,home}`,
`/api/v1/statuses?id[]=`, `/api/v2/instance`. Every request needs the token. What it streams it
streams once: a client that is not there misses it. A `FaultProxy` before it cuts the wire.
"""

from __future__ import annotations

import asyncio
import json
import time
from bisect import bisect_left, bisect_right, insort
from collections import Counter, deque
from collections.abc import AsyncIterator
from itertools import islice
from random import Random
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from siyaq.testing.world.app_server import AppServer
from siyaq.testing.world.fediverse import Change, Fediverse, Toot, status_json
from siyaq.testing.world.mischief import Mischief
from siyaq.testing.world.moment import to_milliseconds_text
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.proxy import FaultProxy

MISDEEDS = (
    "refuse",  # answer a request to stream with `status`
    "rest_error",  # answer a REST request with `status`
    "duplicate",  # send the last `count` messages again
    "reorder",  # hold `count` messages back and send them in another order
    "garbage",  # send what no reader can use
    "freeze",  # stay connected and alive, and stream nothing any more on this connection
    "late",  # leave out the first `count` changes after a connection: the wish takes its time
    "skip",  # leave out the next `count` changes, and go on as if nothing had been
)
_IN_STREAM = ("duplicate", "reorder", "garbage", "freeze", "skip")
_STREAMING = "/api/v1/streaming"
_LOOK_SECONDS = 0.01
_THUMP_SECONDS = 0.2
_MOST_IDS = 20

Message = tuple[str, str, str]
"""Stream, event, payload."""


class MastodonServer:
    """One server of a fediverse. An async context manager; for one event loop.

    `url` is behind the wire that can be cut. `requests` counts answers by path and status.
    """

    def __init__(
        self, fediverse: Fediverse, name: str, pace: Pace, *, token: str = "let-me-read"
    ) -> None:
        self.fediverse = fediverse
        self.name = name
        self.pace = pace
        self.token = token
        self.mischief = Mischief(MISDEEDS)
        self.requests: Counter[str] = Counter()
        self.streaming = 0
        self.closed_timelines = False  # as where an administrator has closed them
        self.stumbles = False  # once: the look-up after one that showed a post to be gone fails
        self._numbers: list[int] = []
        self._shelf: dict[int, Toot] = {}
        self._shelved = 0
        app = Starlette(
            routes=[
                Route("/api/v2/instance", self._instance),
                Route("/api/v1/timelines/public", self._timeline),
                Route("/api/v1/timelines/home", self._timeline),
                Route("/api/v1/timelines/tag/{tag}", self._timeline),
                Route("/api/v1/statuses", self._look_up),
                Route(f"{_STREAMING}/health", _health),
                WebSocketRoute(_STREAMING, self._socket),
                Route(_STREAMING + "/{path:path}", self._events),
            ]
        )
        self._server = AppServer(app)
        self.wire = FaultProxy(0, [])

    async def __aenter__(self) -> Self:
        self._server.start()
        self.wire = FaultProxy(self._server.port, [f"GET {_STREAMING}".encode()])
        await self.wire.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.wire.__aexit__(kind, error, trace)
        await self._server.stop()

    @property
    def host(self) -> str:
        """Where siyaq finds it, behind the wire."""
        return f"127.0.0.1:{self.wire.port}"

    @property
    def url(self) -> str:
        """The URL to follow: everything that is public."""
        return f"mastodon://{self.host}"

    @property
    def fired(self) -> Counter[str]:
        """Everything that went wrong on command, on the wire and behind it."""
        return self.mischief.fired + self.wire.fired

    def kick(self) -> None:
        """Send every client away, so that it comes back at once."""
        self.wire.drop_streams()

    def changes(self) -> list[Change]:
        """Return everything that the server has heard so far."""
        self.fediverse.advance(self.pace.now())
        return self.fediverse.changes[self.name]

    def _json(self, toot: Toot) -> dict[str, object]:
        return status_json(self.fediverse, self.name, toot)

    def _refusal(self, request: Request | WebSocket, misdeed: str) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            told = "authorization" in request.headers
            message = "The access token is invalid" if told else "Missing access token"
            return self._counted(request, JSONResponse({"error": message}, 401))
        order = self.mischief.take(misdeed)
        if order is None:
            return None
        headers = {"X-RateLimit-Reset": to_milliseconds_text(self.pace.now())}
        return self._counted(request, JSONResponse({"error": "no"}, order.status, headers))

    def _counted(self, request: Request | WebSocket, response: Response) -> Response:
        self.requests[f"{request.url.path} {response.status_code}"] += 1
        return response

    async def _instance(self, request: Request) -> Response:
        refusal = self._refusal(request, "rest_error")
        urls = {"streaming": f"ws://{self.host}"}
        body = {"domain": self.name, "version": "4.4.0", "configuration": {"urls": urls}}
        return refusal or self._counted(request, JSONResponse(body))

    def _fill_shelf(self) -> None:
        """Put what the server has heard of where timelines are read from."""
        changes = self.changes()
        for change in changes[self._shelved :]:
            number = int(self.fediverse.number_on(self.name, change.toot))
            if change.kind == "delete":
                if self._shelf.pop(number, None) is not None:
                    del self._numbers[bisect_left(self._numbers, number)]
            else:
                if number not in self._shelf:
                    insort(self._numbers, number)
                self._shelf[number] = change.toot
        self._shelved = len(changes)

    async def _timeline(self, request: Request) -> Response:
        refusal = self._refusal(request, "rest_error")
        if refusal is not None:
            return refusal
        if self.closed_timelines:
            return self._counted(
                request, JSONResponse({"error": "This action is not allowed"}, 403)
            )
        self._fill_shelf()
        asked = request.query_params
        stream = "public"
        if asked.get("local") == "true":
            stream = "public:local"
        tag = request.path_params.get("tag")
        limit = min(int(asked.get("limit", "20")), 40)
        rises = "min_id" in asked  # from the oldest on; else from the newest back
        between = self._numbers[
            bisect_right(self._numbers, int(asked.get("min_id", "0"))) : bisect_left(
                self._numbers, int(asked.get("max_id", str(2**63)))
            )
        ]
        fits = (
            number
            for number in (between if rises else reversed(between))
            if self._shelf[number].visibility == "public"
            and self._wants(f"hashtag:{tag}" if tag else stream, self._shelf[number])
        )
        page = sorted(islice(fits, limit), reverse=True)
        return self._counted(
            request, JSONResponse([self._json(self._shelf[number]) for number in page])
        )

    async def _look_up(self, request: Request) -> Response:
        refusal = self._refusal(request, "rest_error")
        if refusal is not None:
            return refusal
        self._fill_shelf()
        ids = request.query_params.getlist("id[]")
        if len(ids) > _MOST_IDS:
            return self._counted(request, JSONResponse({"error": "too many"}, 422))
        found = [self._shelf[int(one)] for one in ids if int(one) in self._shelf]
        if self.stumbles and len(found) < len(ids):
            self.stumbles = False
            self.mischief.order("rest_error", status=500)
        return self._counted(request, JSONResponse([self._json(toot) for toot in found]))

    def _wants(self, key: str, toot: Toot) -> bool:
        name, _, tag = key.partition(":")
        if name == "hashtag":
            return f"#{tag}".lower() in toot.text.lower().split()
        if tag == "local":
            return toot.author.home == self.name
        return tag != "remote" or toot.author.home != self.name

    async def _events(self, request: Request) -> Response:
        refusal = self._refusal(request, "refuse")
        if refusal is not None:
            return refusal
        key = request.path_params["path"].replace("/", ":")
        if "tag" in request.query_params:
            key += f":{request.query_params['tag']}"
        body = self._sse(key)
        return self._counted(request, StreamingResponse(body, media_type="text/event-stream"))

    async def _sse(self, key: str) -> AsyncIterator[str]:
        yield ":)\n"
        async for _, event, payload in self._messages([key]):
            yield ":thump\n" if not event else f"event: {event}\ndata: {payload}\n\n"

    async def _socket(self, socket: WebSocket) -> None:
        refusal = self._refusal(socket, "refuse")
        if refusal is not None:
            await socket.send_denial_response(refusal)
            return
        await socket.accept()
        keys: list[str] = []
        sending = asyncio.create_task(self._send(socket, keys))
        try:
            while True:
                wish = json.loads(await socket.receive_text())
                key = ":".join(filter(None, (wish["stream"], wish.get("tag"), wish.get("list"))))
                if wish["stream"].partition(":")[0] not in ("public", "hashtag", "list", "user"):
                    answer = {"error": "Unknown stream type", "status": 400}
                    await socket.send_text(json.dumps(answer))
                elif wish["type"] == "subscribe":
                    keys.append(key)
                else:
                    keys.remove(key)
        except WebSocketDisconnect:
            pass
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(self, socket: WebSocket, keys: list[str]) -> None:
        async for key, event, payload in self._messages(keys):
            if event:
                name = key.split(":")
                stream = [":".join(name[:-1]), name[-1]] if name[0] == "hashtag" else [key]
                frame = {"stream": stream, "event": event, "payload": payload}
                await socket.send_text(json.dumps(frame, ensure_ascii=False))

    async def _messages(self, keys: list[str]) -> AsyncIterator[Message]:
        """Yield (stream, event, payload) from now on; an empty event is a thump."""
        telling = _Telling(self, keys)
        thump_at = time.monotonic()
        self.streaming += 1
        try:
            while True:
                for message in telling.next():
                    yield message
                if time.monotonic() >= thump_at:
                    yield "", "", ""
                    thump_at = time.monotonic() + _THUMP_SECONDS
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self.streaming -= 1

    def told(self, change: Change, keys: list[str]) -> list[Message]:
        """Return what a client of the streams `keys` is sent of a change."""
        if change.kind == "delete":
            payload = self.fediverse.number_on(self.name, change.toot)
        else:
            payload = json.dumps(self._json(change.toot), ensure_ascii=False)
        return [(key, change.kind, payload) for key in keys if self._wants(key, change.toot)]


class _Telling:
    """What one client is told, and the misdeeds it suffers."""

    def __init__(self, server: MastodonServer, keys: list[str]) -> None:
        self._server = server
        self._keys = keys
        self._place = len(server.changes())
        self._sent: deque[Message] = deque(maxlen=50)
        self._held: list[Message] = []
        self._hold = 0
        self._frozen = False
        late = server.mischief.take("late")
        self._skip = late.count if late else 0

    def next(self) -> list[Message]:
        """Return what is to be sent now."""
        due = self._misbehave()
        changes = self._server.changes()[self._place :]
        self._place += len(changes)
        left_out = min(self._skip, len(changes))
        self._skip -= left_out
        changes = changes[left_out:]
        if not self._frozen:
            for change in changes:
                self._held += self._server.told(change, self._keys)
        if len(self._held) < self._hold:
            return due
        if self._hold:
            Random(len(self._held)).shuffle(self._held)
        due += self._held
        self._sent.extend(self._held)
        self._held, self._hold = [], 0
        return due

    def _misbehave(self) -> list[Message]:
        order = None if self._hold else self._server.mischief.take(*_IN_STREAM)
        if order is None:
            return []
        match order.name:
            case "freeze":
                self._frozen = True
            case "skip":
                self._skip = order.count
            case "reorder":
                self._hold = order.count
            case "duplicate":
                return list(self._sent)[-order.count :]
            case "garbage":
                return _garbage(self._keys)
        return []


def _garbage(keys: list[str]) -> list[Message]:
    key = keys[0] if keys else "public"
    return [
        (key, "update", "{"),
        (key, "update", "[]"),
        (key, "update", '{"id":"1"}'),
        (key, "update", '{"id":"1","uri":"https://a.example/1","visibility":"public"}'),
        (key, "update", "[" * 500 + "]" * 500),
        (key, "marvel", "{}"),
    ]


async def _health(_: Request) -> Response:
    return PlainTextResponse("OK")
