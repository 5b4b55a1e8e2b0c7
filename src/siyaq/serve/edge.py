"""The outermost layer: headers on every response, and no traceback ever leaves.

The headers are those of OWASP's Secure Headers Project, for a page that loads nothing from
anywhere else and runs no script that is not a file of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_to_bytes

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from siyaq.core.errors import CorruptionError
from siyaq.serve.errors import ours, problem_response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types siyaq-worker",  # which lets one address through, that of our own worker
    )
)

HEADERS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",  # what is deleted must not live on in a cache
}

_POST = re.compile(
    rb"(/v1/posts/)(.+?)"
    rb"(/context(?:\.(?:html|svg|png|jsonld)|/(?:versions|changes|phrased|ratings))?|/notes|/media/[^/]+)?",
    re.DOTALL,
)


class Edge:
    """Wraps every request of the server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; whatever fails inside becomes a problem document."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                framed = "content-security-policy" in headers  # it says who may frame it
                for name, value in HEADERS.items():
                    if not (framed and name == "x-frame-options"):
                        headers.setdefault(name, value)
            await send(message)

        try:
            await self._app({**scope, "path": routed_path(scope)}, receive, dressed)
        except ClientDisconnect:
            return  # nobody is left to tell
        except Exception as error:
            response = problem_response(ours(error), HTTPConnection(scope))  # logs it
            if not started:
                await response(scope, receive, dressed)
            if isinstance(error, (CorruptionError, MemoryError)):
                raise


def routed_path(scope: Scope) -> str:
    """Return the path to route by, in which a post id is one segment whatever it holds.

    Ids hold colons and slashes and may even end in "/context", so that only the path as it was
    sent, still percent-encoded, tells where an id ends.
    """
    path: str = scope["path"]
    match = _POST.fullmatch(scope.get("raw_path") or quote(path).encode())
    if match is None:
        return path
    prefix, name, suffix = match.groups(default=b"")
    return (prefix + quote(unquote_to_bytes(name), safe="").encode() + suffix).decode()
