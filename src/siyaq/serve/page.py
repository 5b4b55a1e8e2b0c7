"""The page and its files: read once, served from memory, nothing else on the disk reachable."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ANYWHERE = ("/siyaq.js", "/static/embed.css")
"""Files that pages of other sites load: they hold nothing of anybody's."""

_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    etag: str


def routes() -> list[Route]:
    """Return a route for every file in `static/`, the page at "/" and the component at its own."""
    found = dict(_files(files("siyaq.serve") / "static", ""))
    named = {"/": found["index.html"], "/siyaq.js": found["siyaq.js"]}
    named["/plan"] = found["plan.html"]
    named["/sw.js"] = found["sw.js"]  # a worker serves what lies below its own path
