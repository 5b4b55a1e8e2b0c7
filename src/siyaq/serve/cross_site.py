"""Pages of other sites: kept out, but for those that a card-only key was made for.

These may read cards, with their key, and nothing else (the Fetch standard's CORS protocol).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response

from siyaq.access import Need
from siyaq.serve import needs
from siyaq.serve.errors import CrossOrigin
from siyaq.serve.gate import Gate

PREFLIGHT_SECONDS = 600
_HEADERS = "authorization, content-type, accept-language"


def host_name(host: str) -> str:
    """Return the name in a Host header, without its port and brackets, in lower case."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def comes_from_elsewhere(request: HTTPConnection, host: str) -> bool:
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


def is_of_our_page(request: HTTPConnection) -> bool:
    """Say whether a request that is not from elsewhere may change what a session may change.

    A browser sends a cookie by itself, so that what changes something must bring what no browser
    leaves out and no page of another site can forge.
    """
    return (
        request.scope["method"] in ("GET", "HEAD")
        or "origin" in request.headers
        or request.headers.get("sec-fetch-site") == "same-origin"
    )


def page_of(request: HTTPConnection, gate: Gate) -> str:
    """Return the origin of the page that asks for a card and may, else ""."""
    origin = request.headers.get("origin", "")
    if not origin or not _is_card(request.scope["method"], request) or len(origin) > 300:
        return ""
    return origin if gate.admits_pages_of(origin) else ""


def is_preflight(request: HTTPConnection) -> bool:
    """Say whether a browser asks what it may send."""
    return (
        request.scope["method"] == "OPTIONS"
        and "origin" in request.headers
        and "access-control-request-method" in request.headers
    )


def preflight(request: HTTPConnection, gate: Gate) -> Response:
    """Tell a browser what a page may send for a card. Raises CrossOrigin for other pages."""
    origin = request.headers["origin"]
    method = request.headers["access-control-request-method"]
    if not _is_card(method, request) or not gate.admits_pages_of(origin[:300]):
        raise CrossOrigin("a page of another site may not use this server")
    response = Response(status_code=204)
    share(response.headers, origin)
    response.headers["access-control-allow-methods"] = "GET, POST"
    response.headers["access-control-allow-headers"] = _HEADERS
    response.headers["access-control-max-age"] = str(PREFLIGHT_SECONDS)
    return response


def share(headers: MutableHeaders, origin: str) -> None:
    """Let the pages of an origin read a response."""
    headers["access-control-allow-origin"] = origin
    headers.add_vary_header("origin")


def _is_card(method: str, request: HTTPConnection) -> bool:
    route = needs.asked(method, request.scope["path"])
    return route is not None and route.need in (Need.CARD, Need.PHRASE)
