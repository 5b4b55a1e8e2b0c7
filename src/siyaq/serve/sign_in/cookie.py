"""The cookie of a session (RFC 6265bis).

`__Host-`: a browser takes it from this host alone, over TLS or on loopback, and no neighbour can
put one there. Scripts cannot read it, and requests that other sites begin do not carry it, but
for somebody who follows a link to a page.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

NAME = "__Host-siyaq"
MAX_CHARS = 200


def read(request: HTTPConnection, name: str = NAME) -> str:
    """Return what the browser keeps for us, "" for nothing that can be ours."""
    found = request.cookies.get(name, "")
    return found if found.isascii() and len(found) <= MAX_CHARS else ""


def give(response: Response, value: str, seconds: int, name: str = NAME) -> None:
    """Let the browser keep something for a while; 0 seconds: no longer."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )
    response.headers["cache-control"] = "no-store"


def take_back(response: Response, name: str = NAME) -> None:
    """Let the browser forget it."""
    give(response, "", 0, name)
