"""X's API v2 for the world: rules, filtered stream, recent search, mentions, compliance jobs.

Half of the posts come in each spelling of the fields that X has renamed. What it streams it
streams once. Deletions are not streamed: they are told by compliance jobs. `reads` counts posts
that were given out, as the platform would charge for them.
"""

from __future__ import annotations

import asyncio
import html
import json
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from datetime import datetime
from random import Random
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from siyaq.testing.world.app_server import AppServer
from siyaq.testing.world.fediverse import Change, Fediverse, Toot
from siyaq.testing.world.mischief import Mischief
from siyaq.testing.world.moment import microseconds, to_milliseconds_text
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.proxy import FaultProxy
from siyaq.testing.world.world import World

MISDEEDS = (
    "refuse",  # answer a request to stream with `status`
    "rest_error",  # answer any other request with `status`
    "too_many",  # say that there are too many connections, in the stream
    "notice",  # announce an operational disconnect, and hang up
    "duplicate",  # send the last `count` posts again
    "reorder",  # hold `count` posts back and send them in another order
    "garbage",  # send what no reader can use
)
STREAM = "/2/tweets/search/stream"
_IN_STREAM = ("too_many", "notice", "duplicate", "reorder", "garbage")
_EPOCH_MS = 1_288_834_974_657
_LOOK_SECONDS = 0.01
_AT_ONCE = 20
_ALIVE_SECONDS = 0.2
_PLACE = "x.example"

GARBAGE = (
    b"{",
    b"[]",
    b'{"data":{"text":"no id"}}',
    b'{"data":{"id":"1"}}',
    b'{"data":{"id":"1","text":7}}',
    b"[" * 500,
)


class XServer:
    """X, seen through its API. An async context manager; for one event loop."""

    def __init__(self, world: World, pace: Pace, *, token: str = "bearer-of-good-news") -> None:
        self.pace = pace
        self.token = token
        self.mischief = Mischief(MISDEEDS)
        self.requests: Counter[str] = Counter()
        self.rules: dict[str, dict[str, str]] = {}
        self.reads = 0
        self.streaming = 0
        self.replays = False  # every client is told all there ever was, and garbage first
        self.compliance: list[dict[str, object]] = []  # events for the compliance stream
        self._world = Fediverse(world, [_PLACE])
        self._ids: dict[str, list[str]] = {}  # by uri: every id that a post has had
        self._live: dict[str, Toot] = {}
        self._folded = 0
        self._jobs: dict[str, list[str]] = {}
        app = Starlette(
            routes=[
                Route(f"{STREAM}/rules", self._show_rules),
                Route(f"{STREAM}/rules", self._change_rules, methods=["POST"]),
                Route(STREAM, self._stream),
                Route("/2/tweets/search/recent", self._search),
                Route("/2/users/{user}/mentions", self._mentions),
                Route("/2/tweets/compliance/stream", self._compliance),
                Route("/2/compliance/jobs", self._make_job, methods=["POST"]),
                Route("/2/compliance/jobs/{job}", self._job),
                Route("/upload/{job}", self._upload, methods=["PUT"]),
                Route("/download/{job}", self._download),
            ]
        )
        self._server = AppServer(app)
        self.wire = FaultProxy(0, [])

    async def __aenter__(self) -> Self:
        self._server.start()
        streams = [f"GET {STREAM}?".encode(), b"GET /2/tweets/compliance/stream?"]
        self.wire = FaultProxy(self._server.port, streams)
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
    def base(self) -> str:
        """Where it is, behind the wire."""
        return f"http://127.0.0.1:{self.wire.port}"

    @property
    def url(self) -> str:
        """What to follow, without options."""
        return f"x+{self.base}"

    @property
    def fired(self) -> Counter[str]:
        """Everything that went wrong on command, on the wire and behind it."""
        return self.mischief.fired + self.wire.fired

    def changes(self) -> list[Change]:
        """Return everything that has happened so far; posts have their ids from here on."""
        self._world.advance(self.pace.now())
        changes = self._world.changes[_PLACE]
        for change in changes[self._folded :]:
            uri = change.toot.uri
            if change.kind == "delete":
                self._live.pop(uri, None)
            else:
                self._live[uri] = change.toot
                edited = change.toot.edited_at
                self._ids.setdefault(uri, []).append(_id(change.toot, edited))
        self._folded = len(changes)
        return changes

    def truth(self, *rules: str) -> dict[str, Toot]:
        """Return the live posts that any of `rules` matches, by the first id they had."""
        self.changes()
        return {
            self._ids[uri][0]: toot
            for uri, toot in self._live.items()
            if any(_matches(rule, toot) for rule in rules)
        }

    def mentioned(self) -> set[str]:
        """Return the posts that are said to mention whoever asks: one in seven."""
        return {number for number in self.truth("*") if (int(number) >> 22) % 7 == 0}

    def _refusal(self, request: Request, misdeed: str) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            body = {"title": "Unauthorized", "detail": "Unauthorized", "status": 401}
            return self._counted(request, JSONResponse(body, 401))
        order = self.mischief.take(misdeed)
        if order is None:
            return None
        body = {"title": "ConnectionException", "detail": "no", "connection_issue": "Too many"}
        return self._counted(request, JSONResponse(body, order.status))

    def _counted(self, request: Request, response: Response) -> Response:
        self.requests[f"{request.method} {request.url.path} {response.status_code}"] += 1
        return response

    async def _show_rules(self, request: Request) -> Response:
        body: dict[str, object] = {"meta": {}}
        if self.rules:
            body["data"] = list(self.rules.values())
        return self._refusal(request, "rest_error") or self._counted(request, JSONResponse(body))

    async def _change_rules(self, request: Request) -> Response:
        refusal = self._refusal(request, "rest_error")
        if refusal is not None:
            return refusal
        body = await request.json()
        for number in body.get("delete", {}).get("ids", []):
            self.rules.pop(number, None)
        for rule in body.get("add", []):
            number = str(1000 + len(self.rules) + self.requests.total())
            self.rules[number] = {"id": number, "value": rule["value"], "tag": rule["tag"]}
        return self._counted(request, JSONResponse({"meta": {"summary": {}}}, 201))

    async def _stream(self, request: Request) -> Response:
        refusal = self._refusal(request, "refuse")
        if refusal is not None:
            return refusal
        return self._counted(request, StreamingResponse(self._lines()))

    async def _lines(self) -> AsyncIterator[bytes]:
        telling = _Telling(self)
        alive_at = time.monotonic()
        self.streaming += 1
        try:
            while not telling.ended:
                if lines := telling.next():
                    yield b"".join(line + b"\r\n" for line in lines)
                if time.monotonic() >= alive_at:
                    yield b"\r\n"
                    alive_at = time.monotonic() + _ALIVE_SECONDS
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self.streaming -= 1

    async def _search(self, request: Request) -> Response:
        refusal = self._refusal(request, "rest_error")
        if refusal is not None:
            return refusal
        asked = request.query_params
        since = datetime.fromisoformat(asked["start_time"])
        until = datetime.fromisoformat(asked["end_time"])
        found = [
            toot
            for toot in self.truth(asked["query"]).values()
            if since <= (toot.edited_at or toot.created_at) < until
        ]
        return self._page(request, found, int(asked.get("next_token", "0")), "next_token")

    async def _mentions(self, request: Request) -> Response:
        refusal = self._refusal(request, "rest_error")
        if refusal is not None:
            return refusal
        after = int(request.query_params.get("since_id", "0"))
        mentioned = self.mentioned()
        found = [
            toot
            for number, toot in self.truth("*").items()
            if number in mentioned and int(self._ids[toot.uri][-1]) > after
        ]
        before = int(request.query_params.get("pagination_token", "0"))
        return self._page(request, found, before, "pagination_token")

    def _page(self, request: Request, found: list[Toot], before: int, token: str) -> Response:
        """Answer with the newest of what is older than `before`: what is deleted moves no page."""
        numbers = {toot.uri: int(self._ids[toot.uri][-1]) for toot in found}
        found = [toot for toot in found if not before or numbers[toot.uri] < before]
        found.sort(key=lambda toot: numbers[toot.uri], reverse=True)
        size = int(request.query_params["max_results"])
        if not 5 <= size <= 100:
            return self._counted(request, JSONResponse({"title": "Invalid Request"}, 400))
        page = found[:size]
        self.reads += len(page)
        messages = [self.message(toot, ()) for toot in page]
        users = [user for one in messages for user in one["includes"]["users"]]  # type: ignore[index]
        meta: dict[str, object] = {"result_count": len(page)}
        if len(found) > size:
            meta["next_token"] = str(numbers[page[-1].uri])
        body = {"data": [one["data"] for one in messages], "meta": meta}
        body["includes"] = {"users": users}
        return self._counted(request, JSONResponse(body))

    async def _compliance(self, request: Request) -> Response:
        refusal = self._refusal(request, "refuse")
        if refusal is not None:
            return refusal
        first = request.query_params["partition"] == "1"

        async def lines() -> AsyncIterator[bytes]:
            sent = 0
            while True:
                for event in self.compliance[sent:] if first else []:
                    sent += 1
                    yield json.dumps({"data": event}).encode() + b"\r\n"
                yield b"\r\n"
                await asyncio.sleep(_ALIVE_SECONDS)

        return self._counted(request, StreamingResponse(lines()))

    async def _make_job(self, request: Request) -> Response:
        refusal = self._refusal(request, "rest_error")
        if refusal is not None:
            return refusal
        number = str(len(self._jobs) + 1)
        self._jobs[number] = []
        body = {
            "id": number,
            "status": "created",
            "upload_url": f"{self.base}/upload/{number}",
            "download_url": f"{self.base}/download/{number}",
        }
        return self._counted(request, JSONResponse({"data": body}))

    async def _upload(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return self._counted(request, Response(status_code=400))
        self._jobs[request.path_params["job"]] = (await request.body()).decode().split()
        return self._counted(request, Response())

    async def _job(self, request: Request) -> Response:
        refusal = self._refusal(request, "rest_error")
        number = request.path_params["job"]
        body = {"data": {"id": number, "status": "complete"}}
        return refusal or self._counted(request, JSONResponse(body))

    async def _download(self, request: Request) -> Response:
        self.changes()
        live = {number for uri in self._live for number in self._ids[uri]}
        gone = [n for n in self._jobs[request.path_params["job"]] if n not in live]
        lines = [{"id": n, "action": "delete", "reason": "deleted"} for n in gone]
        return self._counted(request, Response("\n".join(map(json.dumps, lines))))

    def message(self, toot: Toot, rules: tuple[dict[str, str], ...]) -> dict[str, object]:
        """Return a post as the stream tells of it: in either spelling, by its id."""
        ids = list(self._ids[toot.uri])
        old = int(ids[0]) >> 4 & 1 == 0
        data: dict[str, object] = {
            "id": ids[-1],
            "text": html.escape(toot.text, quote=False),
            "author_id": toot.author.did[-12:],
            "created_at": to_milliseconds_text(toot.edited_at or toot.created_at),
            "lang": toot.lang,
            "edit_history_tweet_ids" if old else "edit_history_post_ids": ids,
        }
        if len(toot.text) > 280:  # the whole of a long post stands beside its beginning
            data["note_tweet" if old else "note_post"] = {"text": data["text"]}
            data["text"] = html.escape(toot.text[:280], quote=False)
        user = {"id": toot.author.did[-12:], "username": toot.author.name, "name": ""}
        told: dict[str, object] = {"data": data, "includes": {"users": [user]}}
        if rules:
            told["matching_rules"] = [{"id": one["id"], "tag": one["tag"]} for one in rules]
        return told

    def matching(self, toot: Toot) -> tuple[dict[str, str], ...]:
        """Return the rules that a post matches."""
        return tuple(rule for rule in self.rules.values() if _matches(rule["value"], toot))


class _Telling:
    """What one client of the stream is told, and the misdeeds it suffers."""

    def __init__(self, server: XServer) -> None:
        self.ended = False
        self._server = server
        self._place = 0 if server.replays else len(server.changes())
        self._garbage = server.replays
        self._sent: deque[bytes] = deque(maxlen=50)
        self._held: list[bytes] = []
        self._hold = 0

    def next(self) -> list[bytes]:
        """Return what is to be sent now."""
        due = list(GARBAGE) if self._garbage else self._misbehave()
        self._garbage = False
        changes = self._server.changes()[self._place :][:_AT_ONCE]
        self._place += len(changes)
        for change in changes:
            rules = self._server.matching(change.toot)
            if change.kind != "delete" and rules:
                message = self._server.message(change.toot, rules)
                self._held.append(json.dumps(message, ensure_ascii=False).encode())
                self._server.reads += 1
        if len(self._held) < self._hold:
            return due
        if self._hold:
            Random(len(self._held)).shuffle(self._held)
        due += self._held
        self._sent.extend(self._held)
        self._held, self._hold = [], 0
        return due

    def _misbehave(self) -> list[bytes]:
        order = None if self._hold else self._server.mischief.take(*_IN_STREAM)
        match "" if order is None else order.name:
            case "reorder":
                self._hold = order.count if order else 0
            case "duplicate":
                return list(self._sent)[-(order.count if order else 0) :]
            case "garbage":
                return list(GARBAGE)
            case "notice":
                self.ended = True
                told = {"title": "operational-disconnect", "disconnect_type": "UpstreamDisconnect"}
                return [json.dumps({"errors": [told]}).encode()]
            case "too_many":
                self.ended = True
                return [b'{"title":"ConnectionException","connection_issue":"TooManyConnections"}']
        return []


def _id(toot: Toot, edited_at: datetime | None) -> str:
    """Return an id that tells its time as X's do."""
    milliseconds = toot.number >> 16 if edited_at is None else microseconds(edited_at) // 1000
    low = (toot.number & 0xFFFF) << 4 | (edited_at is not None)
    return str((milliseconds - _EPOCH_MS) << 22 | low)


def _matches(rule: str, toot: Toot) -> bool:
    if rule.startswith("lang:"):
        return toot.lang == rule.removeprefix("lang:")
    return rule == "*" or rule.lower() in toot.text.lower()
