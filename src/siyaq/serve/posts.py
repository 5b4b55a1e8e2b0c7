"""Posts: searching them, reading one, its card, and taking new ones in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from siyaq.core.errors import NotFound
from siyaq.core.ids import PostId, split_post_id
from siyaq.core.product import Product
from siyaq.serve.asking import ContextBody, IngestParameters, SearchParameters
from siyaq.serve.errors import TooLarge, TooSlow, UnsupportedMedia
from siyaq.serve.json import JsonResponse
from siyaq.serve.phraser import phraser_for
from siyaq.serve.schema import CardJson, IngestReportJson, PostJson, SearchJson
from siyaq.serve.settings import ServeSettings
from siyaq.serve.shape.card import card_json
from siyaq.serve.shape.ingest import report_json
from siyaq.serve.shape.post import post_json
from siyaq.serve.shape.search import ranking_json

MAX_ID_CHARS = 2_000
MAX_ADDRESS_CHARS = 4_096

_NDJSON = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/json",
        "application/octet-stream",
        "text/plain",
    }
)

_Id = Annotated[
    str,
    Path(
        description="`source:native id`, percent-encoded; for a card also the address of its page",
        examples=["bluesky%3Aat%3A%2F%2Fdid%3Aplc%3Aabc%2Fapp.bsky.feed.post%2F3k"],
    ),
]


def router(product: Product, settings: ServeSettings) -> APIRouter:
    """Return the routes of posts."""
    routes = APIRouter(tags=["posts"])

    @routes.get("/v1/search", summary="Rank posts, copies folded", response_model=SearchJson)
    async def search(asked: Annotated[SearchParameters, Query()]) -> Response:
        return JsonResponse(ranking_json(await product.search(asked.query())))

    @routes.get(
        "/v1/posts/{post_id}/context",
        summary="The context card of a post",
        response_model=CardJson,
    )
    async def context(request: Request, post_id: _Id) -> Response:
        card = await product.context(await held(product, post_id))
        return JsonResponse(card_json(card, await phraser_for(request, product)))

    @routes.post(
        "/v1/context",
        summary="The context card of a text met elsewhere, or of the post at an address",
        response_model=CardJson,
    )
    async def context_of_text(request: Request, asked: ContextBody) -> Response:
        if asked.url:
            found = await product.post_at(asked.url)
            card = await product.context(found)
            return JsonResponse(card_json(card, await phraser_for(request, product)))
        return JsonResponse(card_json(await product.context_of_text(asked.text, asked.as_of)))

    @routes.get(
        "/v1/posts/{post_id}",
        summary="A post, in its live version",
        response_model=PostJson,
    )
    async def post(post_id: _Id) -> Response:
        return JsonResponse(post_json(await product.post(named(post_id))))

    @routes.post(
        "/v1/posts",
        summary="Take posts in, one JSON object a line",
        response_model=IngestReportJson,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
            }
        },
    )
    async def ingest(request: Request, asked: Annotated[IngestParameters, Query()]) -> Response:
        lines = _pieces(request, settings)
        return JsonResponse(report_json(await product.ingest(lines, imported=asked.imported)))

    return routes


def named(segment: str) -> PostId:
    """Return the post id in a path segment. Raises NotFound for what cannot be one."""
    name = PostId(unquote(segment, errors="replace"))
    try:
        split_post_id(name)
    except ValueError as error:
        raise NotFound(
            f"{name[:100]!r} is not a post id", hint="a post id is 'source:native id'"
        ) from error
    if len(name) > MAX_ID_CHARS or not name.isprintable():
        raise NotFound(f"post id {name[:100]!r} cannot exist")
    return name


async def held(product: Product, segment: str) -> PostId:
    """Return the post that a path segment names: by its id, or by the address of its page.

    Raises NotFound for what is neither, and where no post that is held is at the address.
    """
    given = unquote(segment, errors="replace")
    if not given.startswith(("https://", "http://")):
        return named(segment)
    if len(given) > MAX_ADDRESS_CHARS or not given.isprintable():
        raise NotFound(f"nothing is at the address {given[:100]!r}")
    return await product.post_at(given)


def _pieces(request: Request, settings: ServeSettings) -> AsyncIterator[bytes]:
    """Check what the head of an ingest says, and return its body in pieces."""
    media = request.headers.get("content-type", "application/x-ndjson")
    if media.partition(";")[0].strip().lower() not in _NDJSON:
        raise UnsupportedMedia(
            "posts come as one JSON object a line",
            hint="send 'Content-Type: application/x-ndjson'",
        )
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMedia("posts cannot be compressed", hint="send them as they are")
    max_bytes = settings.max_ingest_bytes
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced) > max_bytes:
        raise TooLarge(f"body is larger than {max_bytes} bytes", hint="send it in parts")
    return _counted(request, max_bytes, settings.ingest_stall_seconds)


async def _timely(request: Request, seconds: float) -> AsyncIterator[bytes]:
    pieces = request.stream()
    while True:
        try:
            async with asyncio.timeout(seconds):
                piece = await anext(pieces, None)
        except TimeoutError as error:
            raise TooSlow(
                f"nothing came for {seconds:g} seconds", hint="what was whole by then is taken"
            ) from error
        if piece is None:
            return
        yield piece


async def _counted(request: Request, max_bytes: int, seconds: float) -> AsyncIterator[bytes]:
    taken = 0
    async for piece in _timely(request, seconds):
        taken += len(piece)
        if taken > max_bytes:
            raise TooLarge(
                f"body is larger than {max_bytes} bytes",
                hint="some of it may have been taken; sending a post again does no harm",
            )
        if piece:
            yield piece
