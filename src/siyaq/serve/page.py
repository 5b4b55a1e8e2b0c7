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
    named["/agents"] = found["agents.html"]
    named["/sw.js"] = found["sw.js"]  # a worker serves what lies below its own path
    named |= {f"/static/{name}": file for name, file in found.items()}
    return [_route(path, file) for path, file in named.items()]


def _files(folder: Traversable, prefix: str) -> list[tuple[str, _File]]:
    found: list[tuple[str, _File]] = []
    for entry in folder.iterdir():
        name = prefix + entry.name
        suffix = entry.name.rpartition(".")[2]
        if entry.is_dir():
            found += _files(entry, f"{name}/")
        elif suffix in _MEDIA_TYPES:
            content = entry.read_bytes()
            etag = f'"{sha256(content).hexdigest()[:32]}"'
            found.append((name, _File(content, _MEDIA_TYPES[suffix], etag)))
    return found


def _route(path: str, file: _File) -> Route:
    async def serve(request: Request) -> Response:
        headers = {"etag": file.etag, "cache-control": "no-cache"}
        if path in ANYWHERE:
            headers |= {
                "access-control-allow-origin": "*",
                "cross-origin-resource-policy": "cross-origin",
            }
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, media_type=file.media_type, headers=headers)

    return Route(path, serve, methods=["GET"], include_in_schema=False)
