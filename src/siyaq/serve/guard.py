"""Who may come in: the right name, the same origin, a known key, a body of reasonable size.

Everything is closed but what is named here, so that a new route is closed until it is opened.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections import deque
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from siyaq.core.errors import SiyaqError
from siyaq.serve import errors
from siyaq.serve.settings import ServeSettings

OPEN_PATHS = frozenset({"/", "/siyaq.js", "/healthz", "/readyz"})
OPEN_PREFIX = "/static/"
INGEST_PATH = "/v1/posts"


class Keys:
    """Bearer keys, kept as digests under a secret of this process, compared in constant time."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._secret = secrets.token_bytes(32)
        self._digests = tuple(self._digest(key.encode()) for key in keys)

    def _digest(self, key: bytes) -> bytes:
        return hmac.digest(self._secret, key, sha256)

    def open_with(self, authorization: str) -> bool:
        """Say whether an Authorization header carries one of the keys, or none is needed."""
        if not self._digests:
            return True
        scheme, _, key = authorization.partition(" ")
        offered = self._digest(key.strip().encode("latin-1", "replace"))
        matches = [hmac.compare_digest(offered, digest) for digest in self._digests]
        return scheme.lower() == "bearer" and any(matches)


class Guard:
    """Refuses requests to another name, from another site, or without a key."""

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self._app = app
        self._known_hosts = settings.known_hosts
        self._keys = Keys(settings.keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        refusal = self._refusal(request)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await errors.problem_response(refusal, request)(scope, receive, send)

    def _refusal(self, request: HTTPConnection) -> SiyaqError | None:
        host = request.headers.get("host", "")
        if self._known_hosts and host_name(host) not in self._known_hosts:
            return errors.UnknownHost(f"this server is not known as {host[:100]!r}")
        path = request.scope["path"]
        if path in OPEN_PATHS or path.startswith(OPEN_PREFIX):
            return None
        if _from_elsewhere(request, host):
            return errors.CrossOrigin("a page of another site may not use this server")
        if not self._keys.open_with(request.headers.get("authorization", "")):
            return errors.Unauthorized("this route needs a key")
        return None


def host_name(host: str) -> str:
    """Return the name in a Host header, without its port and brackets, in lower case."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _from_elsewhere(request: HTTPConnection, host: str) -> bool:
    """Say whether a browser sent this for a page that is not ours.

    `Origin` comes with every cross-origin POST; `Sec-Fetch-Site` also marks a GET that hides its
    origin. A program that is not a browser sends neither.
    """
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return True
    origin = request.headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != host.lower()
    except ValueError:
        return True


class BoundedBody:
    """Takes in the body of every request but an ingest, up to a size and within a time."""

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self._app = app
        self._max_bytes = settings.max_body_bytes
        self._seconds = settings.body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body at hand, or answer it with a problem."""
        if scope["type"] != "http" or scope["path"] == INGEST_PATH:
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                taken = await self._take(receive)
        except TimeoutError:
            slow = errors.TooSlow(f"body did not arrive within {self._seconds:g} seconds")
            await errors.problem_response(slow, HTTPConnection(scope))(scope, receive, send)
            return
        if taken is None:
            large = errors.TooLarge(f"body is larger than {self._max_bytes} bytes")
            headers = {"connection": "close"}
            response = errors.problem_response(large, HTTPConnection(scope), headers)
            await response(scope, receive, send)
            return

        async def again() -> Message:
            return taken.popleft() if taken else await receive()

        await self._app(scope, again, send)

    async def _take(self, receive: Receive) -> deque[Message] | None:
        taken: deque[Message] = deque()
        size = 0
        while True:
            message = await receive()
            taken.append(message)
            size += len(message.get("body", b""))
            if size > self._max_bytes:
                return None
            if message["type"] != "http.request" or not message.get("more_body", False):
                return taken
