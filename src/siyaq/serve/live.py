"""GET /v1/stream: posts as they arrive, and deletions as they happen."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from siyaq.core.post import Post
from siyaq.core.product import Product
from siyaq.core.query import Filters
from siyaq.serve.asking import LiveParameters
from siyaq.serve.shape.post import post_json
from siyaq.serve.sse import Events, EventStream, ServerEvent, Streams, problems_as_events
from siyaq.serve.strings import language_of

_STREAM_EXAMPLE = (
    'event: post\ndata: {"post_id":"bluesky:at://...","text":"..."}\n\n'
    'event: delete\ndata: {"post_id":"bluesky:at://..."}\n\n'
)


def router(product: Product, streams: Streams) -> APIRouter:
    """Return the route of live posts."""
    routes = APIRouter(tags=["posts"])

    @routes.get(
        "/v1/stream",
        summary="Live posts that match, and ids of deleted posts",
        response_class=Response,
        responses={
            200: {
                "description": "Events `post` (the Post format), `delete` and `problem`, "
                "without end. A new version of a post comes as `post` with the same `post_id`.",
                "content": {"text/event-stream": {"example": _STREAM_EXAMPLE}},
            }
        },
    )
    async def stream(request: Request, asked: Annotated[LiveParameters, Query()]) -> Response:
        language = language_of(request.headers)
        events = problems_as_events(_live(product, asked.q, asked.filters()), language)
        return EventStream(events, streams.live, streams)

    return routes


async def _live(product: Product, text: str, filters: Filters) -> Events:
    async with aclosing(product.live(text, filters)) as items:
        async for item in items:
            if isinstance(item, Post):
                yield ServerEvent("post", {**post_json(item)})
            else:
                yield ServerEvent("delete", {"post_id": item})
