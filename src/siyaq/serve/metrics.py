"""What HTTP costs, counted in the registry that the settings hand over."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """Metrics of one server. Labels come from closed sets: a stranger cannot make new ones."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.requests = Counter(
            "siyaq_serve_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "siyaq_serve_first_byte_seconds",
            "Time from a request's head to its response's head",
            ["route"],
            registry=registry,
        )
        self.streams = Gauge(
            "siyaq_serve_open_streams", "Event streams open now", ["kind"], registry=registry
        )
        self.dropped = Counter(
            "siyaq_serve_dropped_clients",
            "Clients cut off, by reason",
            ["reason"],
            registry=registry,
        )


class Measured:
    """Counts every response by route and status."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note the head of its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                route, method = route_of(scope), method_of(scope)
                self._metrics.requests.labels(method, route, message["status"]).inc()
                self._metrics.seconds.labels(route).observe(time.perf_counter() - started)
            await send(message)

        await self._app(scope, receive, noting)


def method_of(scope: Scope) -> str:
    """Return the method of a request, "other" for one that a stranger made up."""
    method: str = scope["method"]
    return method if method in _METHODS else "other"


def route_of(scope: Scope) -> str:
    """Return the path that a request was routed by, its parameters named, once that is known."""
    route: BaseRoute | None = scope.get("route")
    return str(getattr(route, "path", "other"))
