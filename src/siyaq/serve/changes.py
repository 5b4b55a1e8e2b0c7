"""How a card changed: its kept versions, and a stream of what changes while one listens."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from siyaq.core.ids import PostId
from siyaq.core.product import Product
from siyaq.serve.json import JsonResponse
from siyaq.serve.phraser import phraser_for
from siyaq.serve.posts import named
from siyaq.serve.schema import CardVersionsJson
from siyaq.serve.shape.card import card_json
from siyaq.serve.shape.card_history import card_version_json
from siyaq.serve.sse import Events, EventStream, ServerEvent, Streams, begun

_Id = Annotated[str, Path(description="`source:native id`, percent-encoded")]
_EXAMPLE = 'event: card\ndata: {"post_id":"…","change":{"kind":"reversed"}}\n\n'


def router(product: Product, streams: Streams) -> APIRouter:
    """Return the routes of changes."""
    routes = APIRouter(tags=["cards"])

    @routes.get(
        "/v1/posts/{post_id}/context/versions",
        summary="How the card of a post stood each time it differed, the newest first",
        response_model=CardVersionsJson,
    )
    async def versions(post_id: _Id) -> Response:
        found = await product.card_versions(named(post_id))
        return JsonResponse({"versions": [card_version_json(one) for one in found]})

    @routes.get(
        "/v1/posts/{post_id}/context/changes",
        summary="The card of a post now, and again each time it changes",
        response_class=Response,
        responses={
            200: {
                "description": "Events `card` (the card; `change` says how it differs) and "
                "`problem`, without end, or until the post is gone",
                "content": {"text/event-stream": {"example": _EXAMPLE}},
            }
        },
    )
    async def changes(request: Request, post_id: _Id) -> Response:
        events = _changes(product, named(post_id), await phraser_for(request, product))
        told = await begun(events, request)
        return EventStream(told, streams.live, streams, behind=events)

    return routes


async def _changes(product: Product, name: PostId, phraser: str | None) -> Events:
    async with aclosing(product.context_changes(name)) as cards:
        async for card in cards:
            yield ServerEvent("card", {**card_json(card, phraser)})
