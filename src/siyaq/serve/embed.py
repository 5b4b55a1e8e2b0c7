"""The card where no script of ours runs: plain HTML, an image, oEmbed, JSON-LD."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Literal
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from siyaq.core.errors import NotFound
from siyaq.core.ids import PostId
from siyaq.core.product import Product
from siyaq.serve.card_image import card_image
from siyaq.serve.card_page import card_page
from siyaq.serve.card_png import can_draw, card_png
from siyaq.serve.claim_review import claim_reviews
from siyaq.serve.errors import UnsupportedFormat
from siyaq.serve.home import home_of
from siyaq.serve.json import JsonResponse
from siyaq.serve.markup import html_fragment, node
from siyaq.serve.posts import held
from siyaq.serve.schema import OembedJson
from siyaq.serve.strings import language_of, told

FRAME_WIDTH, FRAME_HEIGHT = 600, 420
NARROWEST, SHORTEST = 220, 160
CACHE_SECONDS = 300

_SHEET = "/static/embed.css"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors {}"
)
_CARD = re.compile(r"/v1/posts/([^/]+)/context(?:\.html)?")

_Id = Annotated[str, Path(description="`source:native id` or a post's address, percent-encoded")]
_Language = Annotated[
    Literal["en", "ar"] | None, Query(alias="lang", description="left out: Accept-Language's")
]
_Key = Annotated[str, Query(max_length=200, description="a card-only key, for frames of a page")]


class JsonLdResponse(JsonResponse):
    """JSON-LD, which has a media type of its own."""

    media_type = "application/ld+json"


def router(product: Product) -> APIRouter:
    """Return the routes of cards in other forms."""
    routes = APIRouter(tags=["cards"])

    @routes.get(
        "/v1/posts/{post_id}/context.html",
        summary="The context card of a post as plain HTML",
        response_class=Response,
        responses={200: {"content": {"text/html": {}}}},
    )
    async def page(
        request: Request, post_id: _Id, lang: _Language = None, key: _Key = ""
    ) -> Response:
        name = await held(product, post_id)
        card = await product.context(name)
        home = home_of(request)
        drawn = ".png" if await asyncio.to_thread(can_draw) else ".svg"
        language = _spoken(request, lang)
        image = urlencode({"lang": language} | _with(key))  # who fetches it has no other key
        content = card_page(
            card,
            language,
            oembed=f"{home}/oembed?{urlencode({'url': home + _path(name, '.html')} | _with(key))}",
            image=f"{home}{_path(name, drawn)}?{image}",
            sheet=_SHEET,
        )
        pages = request.state.principal.origins
        return _framed(Response(content, media_type="text/html; charset=utf-8"), pages)

    @routes.get(
        "/v1/posts/{post_id}/context.svg",
        summary="The context card of a post as an image",
        response_class=Response,
        responses={200: {"content": {"image/svg+xml": {}}}},
    )
    async def image(request: Request, post_id: _Id, lang: _Language = None) -> Response:
        card = await product.context(await held(product, post_id))
        content = card_image(card, _spoken(request, lang))
        return Response(content, media_type="image/svg+xml")

    @routes.get(
        "/v1/posts/{post_id}/context.png",
        summary="The context card of a post as a picture of pixels",
        response_class=Response,
        responses={200: {"content": {"image/png": {}}}},
    )
    async def picture(request: Request, post_id: _Id, lang: _Language = None) -> Response:
        card = await product.context(await held(product, post_id))
        content = await asyncio.to_thread(card_png, card, _spoken(request, lang))
        return Response(content, media_type="image/png")

    @routes.get(
        "/v1/posts/{post_id}/context.jsonld",
        summary="The context card of a post as ClaimReview JSON-LD",
        response_class=JsonLdResponse,
        responses={200: {"content": {"application/ld+json": {"schema": {"type": "object"}}}}},
    )
    async def data(request: Request, post_id: _Id) -> Response:
        name = await held(product, post_id)
        card = await product.context(name)
        post = await product.post(name)
        urls = {one.post_id: one.url for one in card.references}
        urls |= {one.post_id: one.url for one in card.copies.members}
        home = home_of(request)
        graph = claim_reviews(
            card, text=post.text, home=home, page=home + _path(name, ".html"), urls=urls
        )
        return JsonLdResponse(graph)

    @routes.get(
        "/oembed", summary="oEmbed 1.0: a frame with the card of a post", response_model=OembedJson
    )
    async def oembed(
        request: Request,
        url: Annotated[
            str, Query(max_length=4_096, description="the address of a card, or of a post's page")
        ],
        maxwidth: Annotated[int, Query(ge=1, le=10_000)] = FRAME_WIDTH,
        maxheight: Annotated[int, Query(ge=1, le=10_000)] = FRAME_HEIGHT,
        kind: Annotated[str, Query(alias="format", max_length=10)] = "json",
        lang: _Language = None,
        key: _Key = "",
    ) -> Response:
        if kind != "json":
            raise UnsupportedFormat(f"oEmbed comes as json, not as {kind!r}")
        name = await _post_at(product, url)
        return JsonResponse(
            _oembed(home_of(request), name, _spoken(request, lang), key, maxwidth, maxheight)
        )

    return routes


def _oembed(
    home: str, name: PostId, language: str, key: str, maxwidth: int, maxheight: int
) -> OembedJson:
    width = max(NARROWEST, min(FRAME_WIDTH, maxwidth))
    height = max(SHORTEST, min(FRAME_HEIGHT, maxheight))
    title = told(language, "panel.card")
    frame = node(
        "iframe",
        {
            "src": f"{home}{_path(name, '.html')}?{urlencode({'lang': language} | _with(key))}",
            "width": str(width),
            "height": str(height),
            "title": title,
            "loading": "lazy",
            "sandbox": "allow-popups",
            "style": "border:0",
        },
    )
    return {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": "siyaq",
        "provider_url": home,
        "html": html_fragment(frame),
        "width": width,
        "height": height,
        "cache_age": CACHE_SECONDS,
    }


async def _post_at(product: Product, url: str) -> PostId:
    """Return the live post whose card, or whose own page, is at an address. Raises NotFound."""
    try:
        found = _CARD.fullmatch(urlsplit(url).path)
        name = await held(product, found[1] if found else quote(url, safe=""))
        return (await product.post(name)).id  # a frame around nothing helps nobody
    except (NotFound, ValueError) as error:
        raise NotFound(
            "this is the address of no card, and of no post that is held here",
            hint="give https://SERVER/v1/posts/ID/context.html, the id percent-encoded",
        ) from error


def _framed(response: Response, pages: tuple[str, ...]) -> Response:
    """Let our own pages, and those that the key is bound to, show a response in a frame."""
    response.headers["content-security-policy"] = _POLICY.format(" ".join(("'self'", *pages)))
    return response


def _with(key: str) -> dict[str, str]:
    return {"key": key} if key else {}


def _path(name: PostId, suffix: str) -> str:
    return f"/v1/posts/{quote(name, safe='')}/context{suffix}"


def _spoken(request: Request, lang: str | None) -> str:
    return lang or language_of(request.headers)
