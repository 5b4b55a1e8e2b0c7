"""How siyaq is doing: for people, for whoever restarts it, and for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response

from siyaq.core.product import Product
from siyaq.serve.errors import ShuttingDown
from siyaq.serve.json import JsonResponse
from siyaq.serve.schema import HealthJson, StatusJson
from siyaq.serve.shape.status import status_json
from siyaq.serve.sse import Streams


def router(product: Product, streams: Streams, registry: CollectorRegistry) -> APIRouter:
    """Return the routes that say how siyaq is doing."""
    routes = APIRouter(tags=["system"])

    @routes.get("/v1/status", summary="How siyaq is doing", response_model=StatusJson)
    async def status() -> Response:
        return JsonResponse(status_json(await product.status()))

    @routes.get("/healthz", summary="Whether the process is alive", response_model=HealthJson)
    async def alive() -> Response:
        return JsonResponse({"status": "ok"})

    @routes.get("/readyz", summary="Whether it can answer now", response_model=HealthJson)
    async def ready() -> Response:
        if streams.closing:
            raise ShuttingDown("the server is shutting down")
        await product.status()
        return JsonResponse({"status": "ready"})

    @routes.get(
        "/metrics",
        summary="Metrics in Prometheus's text format",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"example": "siyaq_log_seq 42.0"}}}},
    )
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return routes
