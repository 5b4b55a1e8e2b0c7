"""The newspapers over HTTP: feeds with ETag and Last-Modified, articles, and their misbehavior."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import Literal, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from siyaq.testing.world import feeds
from siyaq.testing.world.event import Article
from siyaq.testing.world.faults import Fault, Faults
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.words import Lang
from siyaq.testing.world.world import World

FEED_ENTRIES = 40
"""A feed lists so many articles, the newest first."""

_FORMATS = {"xml": feeds.rss, "atom": feeds.atom}
_TYPES = {"xml": "application/rss+xml", "atom": "application/atom+xml"}
_ARTICLES_KEPT = timedelta(hours=2)
_ONE_TICK = timedelta(microseconds=1)


class _Server(uvicorn.Server):
    """uvicorn inside somebody else's program: signals are not its business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class FeedServer:
    """Serves both papers at `/news/{en,ar}.{xml,atom}`. An async context manager.

    `requests` counts answers by path and status. `routes` are served beside the papers.
    """

    def __init__(
        self,
        world: World,
        pace: Pace,
        *,
        faults: Faults | None = None,
        routes: Sequence[BaseRoute] = (),
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.world = world
        self.pace = pace
        self.faults = faults or Faults()
        self.requests: Counter[str] = Counter()
        self._host = host
        self._port = port
        self._app = Starlette(
            routes=[
                Route("/news/{paper}.{form}", self._feed),
                Route("/news/{paper}/{slug}.html", self._article),
                *routes,
            ]
        )
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def base(self) -> str:
        """The address of the server, without a slash at its end."""
        return f"http://{self._host}:{self._port}"

    def url(self, paper: Lang, form: Literal["xml", "atom"]) -> str:
        """Return where siyaq finds a feed."""
        return f"rss+{self.base}/news/{paper}.{form}"

    def start(self) -> None:
        """Listen; connections made from now on are answered once the loop runs."""
        listener = socket.create_server((self._host, self._port))
        self._port = listener.getsockname()[1]
        settings = uvicorn.Config(
            self._app,
            log_level="error",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(settings)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Stop listening and answer what is being answered."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        await self._serving
        self._server = self._serving = None

    def articles(self, paper: Lang) -> list[Article]:
        """Return the latest versions of the paper's articles, the newest first."""
        now = self.pace.now()
        since = max(self.world.start, now - _ARTICLES_KEPT)
        versions = self.world.articles(since, now + _ONE_TICK)
        latest = {article.guid: article for article in versions if article.paper == paper}
        newest = sorted(latest.values(), key=lambda article: article.published_at, reverse=True)
        return newest[:FEED_ENTRIES]

    async def _feed(self, request: Request) -> Response:
        paper, form = request.path_params["paper"], request.path_params["form"]
        if paper not in self.world.papers or form not in _FORMATS:
            return self._counted(request, PlainTextResponse("no such feed", 404))
        articles = self.articles(paper)
        document = _FORMATS[form](
            self.world.papers[paper], articles, f"{self.base}/news/{paper}", self.world.start
        )
        changed_at = feeds.newest(articles, self.world.start)
        headers = {
            "ETag": f'"{hashlib.sha256(document).hexdigest()[:20]}"',
            "Last-Modified": format_datetime(changed_at.astimezone(UTC), usegmt=True),
        }
        fault = self.faults.take("feed")
        if fault is not None:
            return self._counted(request, await self._misbehave(fault, document, headers))
        if _unchanged(request, headers["ETag"], changed_at):
            return self._counted(request, Response(status_code=304, headers=headers))
        media_type = f"{_TYPES[form]}; charset=utf-8"
        return self._counted(request, Response(document, 200, headers, media_type))

    async def _article(self, request: Request) -> Response:
        slug = request.path_params["slug"]
        paper: Lang = "ar" if request.path_params["paper"] == "ar" else "en"
        for article in self.articles(paper):
            if article.slug == slug:
                return self._counted(request, HTMLResponse(feeds.page(article)))
        return self._counted(request, PlainTextResponse("no such article", 404))

    async def _misbehave(self, fault: Fault, document: bytes, headers: dict[str, str]) -> Response:
        self.faults.count(fault)
        if fault.name == "feed_error":
            retry = {"Retry-After": str(round(fault.seconds))}
            return PlainTextResponse("not now", fault.status, retry)
        if fault.name == "feed_cut":
            return Response(document[: len(document) // 2], 200, media_type="application/rss+xml")
        if fault.name == "feed_garbage":
            return Response(b"\x00\xff<rss><channel><item>&nope;", 200, media_type="text/html")
        await asyncio.sleep(fault.seconds)
        return Response(document, 200, headers, "application/rss+xml; charset=utf-8")

    def _counted(self, request: Request, response: Response) -> Response:
        self.requests[f"{request.url.path} {response.status_code}"] += 1
        return response


def _unchanged(request: Request, etag: str, changed_at: datetime) -> bool:
    """Say whether the client's copy is current. An ETag outranks a date, as RFC 9110 has it."""
    known = request.headers.get("if-none-match")
    if known is not None:
        return etag in (tag.strip() for tag in known.split(","))
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False
