"""The newspapers over HTTP: feeds and sitemaps with ETag and Last-Modified, articles, a hub."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import Any, Literal, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from siyaq.testing.world import feeds, pages
from siyaq.testing.world.app_server import AppServer
from siyaq.testing.world.event import Article
from siyaq.testing.world.faults import Faults, Stage
from siyaq.testing.world.hostility import misbehave
from siyaq.testing.world.hub import Hub
from siyaq.testing.world.pace import Pace
from siyaq.testing.world.words import Lang
from siyaq.testing.world.world import World

FEED_ENTRIES = 40
"""A feed lists so many articles, the newest first."""

_FORMS: dict[str, tuple[Callable[[feeds.Edition], bytes], str]] = {
    "xml": (feeds.rss, "application/rss+xml; charset=utf-8"),
    "atom": (feeds.atom, "application/atom+xml; charset=utf-8"),
    "json": (feeds.json_feed, "application/feed+json"),
    "sitemap": (pages.sitemap, "application/xml"),
    "sitemap.gz": (pages.zipped_sitemap, "application/gzip"),
    "index": (pages.sitemap_index, "application/xml"),
    "html": (pages.front_page, "text/html; charset=utf-8"),
}
Form = Literal["xml", "atom", "json", "sitemap", "sitemap.gz", "index", "html"]
_ARTICLES_KEPT = timedelta(hours=2)
_ONE_TICK = timedelta(microseconds=1)


class FeedServer:
    """Serves both papers at `/news/{en,ar}.FORM`. An async context manager.

    `requests` counts answers by path and status. `routes` are served beside the papers. With
    `teasers`, feeds tell the beginning of each article only; with `silent`, articles are corrected
    on their pages and nowhere else; with `with_hub`, feeds name `hub`. `withdrawn` articles, by
    guid, are listed no more, and their pages answer as it says.
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
        self.hub = Hub()
        self.teasers = False
        self.silent = False
        self.with_hub = False
        self.withdrawn: dict[str, int] = {}
        self._host = host
        app = Starlette(
            routes=[
                Route("/news/{paper:str}/{slug}.html", self._article),
                Route("/news/{name}", self._document),
                Route("/robots.txt", self._robots),
                Route("/hub", self.hub.subscribe, methods=["POST"]),
                *routes,
            ]
        )
        self._server = AppServer(app, host=host, port=port, graceful_seconds=1)

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
        return f"http://{self._host}:{self._server.port}"

    def topic(self, paper: Lang, form: Form) -> str:
        """Return where a document is."""
        return f"{self.base}/news/{paper}.{form}"

    def url(self, paper: Lang, form: Form) -> str:
        """Return where siyaq finds a feed."""
        return f"rss+{self.topic(paper, form)}"

    def start(self) -> None:
        """Listen; connections made from now on are answered once the loop runs."""
        self._server.start()

    async def stop(self) -> None:
        """Stop listening and answer what is being answered."""
        await self._server.stop()

    def articles(self, paper: Lang, *, first_versions: bool = False) -> list[Article]:
        """Return the latest versions of the paper's articles, the newest article first."""
        now = self.pace.now()
        since = max(self.world.start, now - _ARTICLES_KEPT)
        versions = self.world.articles(since, now + _ONE_TICK)
        if first_versions:
            versions = versions[::-1]
        shown = {article.guid: article for article in versions if article.paper == paper}
        newest = sorted(shown.values(), key=lambda article: article.published_at, reverse=True)
        return [one for one in newest if one.guid not in self.withdrawn][:FEED_ENTRIES]

    def edition(self, paper: Lang, form: Form) -> feeds.Edition:
        """Return what a document says now."""
        return feeds.Edition(
            paper=self.world.papers[paper],
            articles=self.articles(paper, first_versions=self.silent),
            base=f"{self.base}/news/{paper}",
            started=self.world.start,
            topic=self.topic(paper, form),
            hub=f"{self.base}/hub" if self.with_hub else "",
            teasers=self.teasers,
        )

    async def publish(self, paper: Lang, form: Form, **how: Any) -> list[int]:
        """Let the hub bring a document as it is now; see `Hub.publish`."""
        document = _FORMS[form][0](self.edition(paper, form))
        return await self.hub.publish(self.topic(paper, form), document, **how)

    async def _document(self, request: Request) -> Response:
        paper, _, form = request.path_params["name"].partition(".")
        if paper not in self.world.papers or form not in _FORMS:
            return self._counted(request, PlainTextResponse("no such document", 404))
        edition = self.edition(paper, form)
        make, media_type = _FORMS[form]
        return await self._answer(request, "feed", make(edition), edition.changed_at, media_type)

    async def _article(self, request: Request) -> Response:
        slug = request.path_params["slug"]
        paper: Lang = "ar" if request.path_params["paper"] == "ar" else "en"
        for article in self.articles(paper):
            if article.slug == slug:
                document = pages.page(article).encode()
                return await self._answer(
                    request, "page", document, article.updated_at, "text/html; charset=utf-8"
                )
        gone = {guid.rpartition(":")[2]: status for guid, status in self.withdrawn.items()}
        return self._counted(request, PlainTextResponse("no such article", gone.get(slug, 404)))

    async def _robots(self, request: Request) -> Response:
        return self._counted(request, Response(pages.ROBOTS, media_type="text/plain"))

    async def _answer(
        self,
        request: Request,
        stage: Stage,
        document: bytes,
        changed_at: datetime,
        media_type: str,
    ) -> Response:
        headers = {
            "ETag": f'"{hashlib.sha256(document).hexdigest()[:20]}"',
            "Last-Modified": format_datetime(changed_at.astimezone(UTC), usegmt=True),
        }
        fault = self.faults.take(stage)
        if fault is not None:
            self.faults.count(fault)
            spoiled = await misbehave(fault, request, document, headers, media_type)
            return self._counted(request, spoiled)
        if _unchanged(request, headers["ETag"], changed_at):
            return self._counted(request, Response(status_code=304, headers=headers))
        return self._counted(request, Response(document, 200, headers, media_type))

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
