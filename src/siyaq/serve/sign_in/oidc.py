"""Signing in through a provider: to it, and back from it (OpenID Connect, authorization code)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from siyaq.access import Key, People, SignInFailed
from siyaq.core.errors import NotFound
from siyaq.serve.settings import ServeSettings
from siyaq.serve.sign_in import cookie, flow, sessions
from siyaq.serve.sign_in.claims import name_of, role_of
from siyaq.serve.sign_in.refusal import NotSignedIn

logger = logging.getLogger("siyaq.serve")

LOGIN = "/login"
CALLBACK = "/login/callback"


def router(settings: ServeSettings) -> APIRouter:
    """Return the routes to the provider and back."""
    routes = APIRouter(tags=["session"])

    @routes.get(
        LOGIN, summary="Sign in through the provider", response_class=Response, status_code=303
    )
    async def begun(request: Request) -> Response:
        people, provider = sessions.people_of(settings), settings.provider
        if provider is None:
            raise NotFound("this server has no provider to sign in through")
        going = flow.begin(people.links, request.query_params.get("next", ""), provider.clock())
        try:
            address = await provider.address(going, sessions.here(settings, request) + CALLBACK)
        except NotSignedIn as error:
            return _back(error)
        response = _to(address)
        cookie.give(response, going.token, flow.SECONDS, flow.COOKIE)
        return response

    @routes.get(
        CALLBACK, summary="Back from the provider", response_class=Response, status_code=303
    )
    async def returned(request: Request) -> Response:
        people = sessions.people_of(settings)
        try:
            key, coming = await _arrived(settings, people, request)
            token = await sessions.begin(
                settings, request, key, "sign in through the provider", once=coming.state
            )
        except NotSignedIn as error:
            response = _back(error)
        except SignInFailed as error:
            response = _back(NotSignedIn("expired", str(error)))
        else:
            response = _to(coming.page)
            cookie.give(response, token, settings.session_seconds)
        cookie.take_back(response, flow.COOKIE)
        return response

    return routes


async def _arrived(
    settings: ServeSettings, people: People, request: Request
) -> tuple[Key, flow.Flow]:
    provider = settings.provider
    if provider is None:
        raise NotFound("this server has no provider to sign in through")
    answer = _once_each(request)
    token, state = cookie.read(request, flow.COOKIE), answer.get("state", "")
    coming = flow.resume(people.links, token, state, provider.clock())
    if coming is None:
        raise NotSignedIn("expired", "it was begun too long ago, or in another browser")
    claims = await provider.claims(answer, coming, sessions.here(settings, request) + CALLBACK)
    role = role_of(claims, provider.settings)
    if role is None:
        raise NotSignedIn("not_allowed", "no role for whoever came")
    try:
        key = await asyncio.to_thread(
            people.arrived, provider.settings.issuer, str(claims["sub"]), name_of(claims), role
        )
    except SignInFailed as error:
        raise NotSignedIn("closed", str(error)) from error
    return key, coming


def _once_each(request: Request) -> Mapping[str, str]:
    """Return the parameters of an answer, none of which may come twice (RFC 6749, 3.1)."""
    pairs = request.query_params.multi_items()
    if len({name for name, _ in pairs}) < len(pairs):
        raise NotSignedIn("refused", "a parameter of the answer came twice")
    return dict(pairs)


def _back(error: NotSignedIn) -> Response:
    logger.warning("a sign-in was refused", extra={"code": error.why, "why": str(error)})
    return _to(f"/?sign-in={error.why}")


def _to(address: str) -> Response:
    headers = {"location": address, "cache-control": "no-store"}
    return Response(status_code=303, headers=headers)
