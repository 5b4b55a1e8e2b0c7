"""The ASGI application: routes, and the layers around them."""

from __future__ import annotations

from functools import cache
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from siyaq import __version__
from siyaq.core.errors import CorruptionError, SiyaqError
from siyaq.core.product import Product
from siyaq.serve import (
    answers,
    changes,
    embed,
    hooks,
    keys,
    live,
    mcp,
    notes,
    openai,
    page,
    planning,
    posts,
    shared,
    sources,
    system,
)
from siyaq.serve.alerts.routes import router as watch_router
from siyaq.serve.body import BoundedBody
from siyaq.serve.edge import Edge
from siyaq.serve.errors import problem_response
from siyaq.serve.gate import Gate
from siyaq.serve.guard import Guard
from siyaq.serve.metrics import HttpMetrics, Measured
from siyaq.serve.openapi import describe
from siyaq.serve.rationed import rationed
from siyaq.serve.refusals import from_http, from_validation
from siyaq.serve.runs import routes as runs
from siyaq.serve.settings import ServeSettings
from siyaq.serve.sign_in import oidc, sessions
from siyaq.serve.sse import Streams
from siyaq.serve.traced import Traced

_DESCRIPTION = (
    "Answers from live streams, every sentence cited and checked; context for any post."
    " Errors are RFC 9457 problem documents."
)


def create_app(product: Product, settings: ServeSettings) -> FastAPI:
    """Return siyaq over HTTP, ready for `run` or any ASGI server."""
    app = FastAPI(
        title="siyaq",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # it would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    product = rationed(product)
    metrics = HttpMetrics(settings.registry)
    streams = Streams(settings, metrics)
    app.state.streams = streams
    app.include_router(answers.router(product, streams))
    app.include_router(posts.router(product, settings))
    app.include_router(hooks.router(product))
    app.include_router(embed.router(product))
    app.include_router(changes.router(product, streams))
    app.include_router(notes.router(product))
    app.include_router(live.router(product, streams))
    app.include_router(system.router(product, streams, settings.registry))
    app.include_router(openai.router(product, streams))
    app.include_router(planning.router())
    app.include_router(shared.router(product, settings.shares, settings.owners))
    app.include_router(sources.router(settings.roster, settings.shown))
    app.include_router(watch_router(product, settings.watches, settings.owners))
    app.include_router(runs.router(settings.agency))
    app.include_router(keys.router(settings))
    app.include_router(sessions.router(settings))
    app.include_router(oidc.router(settings))
    app.router.routes.extend(mcp.routes(product))
    app.router.routes.extend(page.routes())
    _answer_errors(app)
    # the last one added is the outermost
    app.add_middleware(BoundedBody, settings=settings)
    app.add_middleware(Guard, settings=settings, gate=Gate(settings))
    app.add_middleware(Measured, metrics=metrics)
    app.add_middleware(Traced, tracer=settings.tracer)
    app.add_middleware(Edge)
    app.openapi = cache(lambda: describe(app))  # type: ignore[method-assign]  # FastAPI's own way
    return app


def streams_of(app: FastAPI) -> Streams:
    """Return the open streams of an app."""
    return cast("Streams", app.state.streams)


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(SiyaqError)
    async def on_error(request: Request, error: SiyaqError) -> Response:
        if isinstance(error, CorruptionError):
            raise error  # the edge tells the client, and lets it go on up
        return problem_response(error, request)

    @app.exception_handler(RequestValidationError)
    async def on_bad_request(request: Request, error: RequestValidationError) -> Response:
        return problem_response(from_validation(error), request)

    @app.exception_handler(HTTPException)
    async def on_refusal(request: Request, error: HTTPException) -> Response:
        return problem_response(from_http(error), request, error.headers)
