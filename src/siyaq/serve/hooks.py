"""Deliveries to webhooks: signed by who sends them, answered once they are durable.

No key opens this route. Whether a delivery may be taken is for the source to say, which knows
the secret that its sender signs with; the body reaches it as it came, byte for byte.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import PlainTextResponse, Response

from siyaq.core.product import Product
from siyaq.serve import schema
from siyaq.serve.errors import UnsupportedMedia
from siyaq.serve.json import JsonResponse

_MESSAGE = {"schema": {"type": "string"}}


def router(product: Product) -> APIRouter:
    """Return the route of webhooks."""
    routes = APIRouter(tags=["posts"])

    @routes.post(
        "/v1/hooks/{name}",
        summary="A signed delivery to a webhook that is followed",
        response_model=schema.DeliveredJson,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": _MESSAGE, "application/x-ndjson": _MESSAGE},
            }
        },
    )
    async def deliver(
        request: Request, name: Annotated[str, Path(description="as in `webhook://NAME`")]
    ) -> Response:
        if request.headers.get("content-encoding", "identity") != "identity":
            raise UnsupportedMedia("deliveries cannot be compressed", hint="send them as they are")
        body = await request.body()  # bounded before it comes here
        delivered = await product.deliver(name, dict(request.headers), body)
        shaped: schema.DeliveredJson = {
            "taken": delivered.taken,
            "refused": dict(delivered.refused),
            "repeated": delivered.repeated,
        }
        return JsonResponse(shaped)

    @routes.get(
        "/v1/hooks/{name}",
        summary="A WebSub hub asks back whether its deliveries are wanted",
        response_class=PlainTextResponse,
    )
    async def confirm(
        request: Request, name: Annotated[str, Path(description="as we gave it to the hub")]
    ) -> Response:
        challenge = await product.confirm(name, dict(request.query_params))
        # as text and nothing else: whoever asks chooses what it says
        return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})

    return routes
