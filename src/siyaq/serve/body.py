"""How large a body may be, and how long it may take to arrive: checked before anything reads it."""

from __future__ import annotations

import asyncio
import re
from collections import deque

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from siyaq.serve import errors
from siyaq.serve.settings import ServeSettings

INGEST_PATH = "/v1/posts"
HOOKS_PATH = "/v1/hooks/"
CHAT_PATHS = frozenset({"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/mcp"})
_PICTURE = re.compile(r"/v1/posts/[^/]+/media/\d{1,2}")


class BoundedBody:
    """Takes in the body of every request but an ingest, up to a size and within a time."""

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self._app = app
        self._max_bytes = settings.max_body_bytes
        self._max_chat_bytes = settings.max_chat_bytes
        self._max_picture_bytes = settings.max_picture_bytes
        self._max_hook_bytes = settings.max_hook_bytes
        self._seconds = settings.body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body at hand, or answer it with a problem."""
        if scope["type"] != "http" or scope["path"] == INGEST_PATH:
            await self._app(scope, receive, send)
            return
        most = self._most(scope)
        try:
            async with asyncio.timeout(self._seconds):
                taken = await self._take(receive, most)
        except TimeoutError:
            slow = errors.TooSlow(f"body did not arrive within {self._seconds:g} seconds")
            await errors.problem_response(slow, HTTPConnection(scope))(scope, receive, send)
            return
        if taken is None:
            large = errors.TooLarge(f"body is larger than {most} bytes")
            headers = {"connection": "close"}
            response = errors.problem_response(large, HTTPConnection(scope), headers)
            await response(scope, receive, send)
            return

        async def again() -> Message:
            return taken.popleft() if taken else await receive()

        await self._app(scope, again, send)

    def _most(self, scope: Scope) -> int:
        if scope["path"] in CHAT_PATHS:
            return self._max_chat_bytes
        if scope["path"].startswith(HOOKS_PATH):
            return self._max_hook_bytes
        if scope["method"] == "PUT" and _PICTURE.fullmatch(scope["path"]):
            return self._max_picture_bytes
        return self._max_bytes

    async def _take(self, receive: Receive, most: int) -> deque[Message] | None:
        taken: deque[Message] = deque()
        size = 0
        while True:
            message = await receive()
            taken.append(message)
            size += len(message.get("body", b""))
            if size > most:
                return None
            if message["type"] != "http.request" or not message.get("more_body", False):
                return taken
