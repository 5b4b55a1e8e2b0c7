"""Each request as a span, part of its caller's trace where the caller says so."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from siyaq.serve.metrics import method_of, route_of
from siyaq.traces import NOTHING, Tracer, during

UNTRACED = frozenset({"/healthz", "/readyz", "/metrics"})
"""What machines ask every few seconds."""


class Traced:
    """Traces requests by method, route and status; a path may hold ids, a query may hold words."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, as a span."""
        if scope["type"] != "http" or scope["path"] in UNTRACED:
            await self._app(scope, receive, send)
            return
        method = method_of(scope)
        given = Headers(scope=scope).getlist("traceparent")
        span = self._tracer.begin(
            method,
            {"http.request.method": method, "url.scheme": scope["scheme"]},
            "server",
            given[0] if len(given) == 1 else "",
        )
        if span is NOTHING:
            await self._app(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set({"http.response.status_code": message["status"]})
                if message["status"] >= 500:
                    span.failed(str(message["status"]))
            await send(message)

        with during(span):
            try:
                await self._app(scope, receive, noting)
            finally:  # the route is known by now, also of what breaks down
                span.named(f"{method} {route_of(scope)}")
                span.set({"http.route": route_of(scope)})
