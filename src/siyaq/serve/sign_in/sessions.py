"""Sessions over HTTP: who is signed in, in with a password, and out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from siyaq.access import Key, People, Session
from siyaq.access.passwords import MAX_CHARS as MAX_PASSWORD_CHARS
from siyaq.core.errors import ConfigError, NotFound, Overloaded, SiyaqError
from siyaq.core.hosts import is_loopback
from siyaq.core.wire import rfc3339
from siyaq.serve.cross_site import host_name
from siyaq.serve.json import JsonResponse
from siyaq.serve.schema import SessionJson, SignedOutJson
from siyaq.serve.settings import ServeSettings
from siyaq.serve.sign_in import cookie

logger = logging.getLogger("siyaq.serve")

AT_ONCE = 2
WAITING = 16
"""How many passwords are looked at together, and how many people may be at it, those who wait too:
each look takes memory and time."""


class PasswordBody(BaseModel):
    """A name and its password."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_CHARS)]


def router(settings: ServeSettings) -> APIRouter:
    """Return the routes of sessions."""
    routes = APIRouter(tags=["session"])
    looking = _Looking()

    @routes.get(
        "/v1/session", summary="Who is signed in, and how one can", response_model=SessionJson
    )
    async def shown(request: Request) -> Response:
        told = await asyncio.to_thread(session_json, settings, cookie.read(request))
        return JsonResponse(told, headers={"cache-control": "no-store"})

    @routes.post("/v1/session", summary="Sign in with a password", response_model=SessionJson)
    async def begun(body: PasswordBody, request: Request) -> Response:
        people = people_of(settings)
        async with looking.turn():
            try:
                who = await asyncio.to_thread(people.sign_in, body.name, body.password)
            except SiyaqError as error:
                logger.warning("a sign-in was refused", extra={"code": error.code})
                raise
        token = await begin(
            settings, request, who.key, "sign in with a password", password=who.kept
        )
        response = JsonResponse(await asyncio.to_thread(session_json, settings, token))
        cookie.give(response, token, settings.session_seconds)
        return response

    @routes.delete("/v1/session", summary="Sign out", response_model=SignedOutJson)
    async def left(request: Request) -> Response:
        people = people_of(settings)
        session = await asyncio.to_thread(people.sessions.find, cookie.read(request))
        ended = await asyncio.to_thread(_end, settings, people, session) if session else None
        there = ""
        if settings.provider is not None and ended == settings.provider.settings.issuer:
            there = await settings.provider.end_session_address(f"{here(settings, request)}/")
        response = JsonResponse({"provider_sign_out": there or None})
        cookie.take_back(response)
        return response

    return routes


def people_of(settings: ServeSettings) -> People:
    """Return who may sign in. Raises NotFound for a server where nobody can."""
    if settings.people is None:
        raise NotFound("nobody signs in to this server")
    return settings.people


async def begin(
    settings: ServeSettings,
    request: Request,
    key: Key,
    how: str,
    *,
    once: str = "",
    password: str | None = None,
) -> str:
    """Begin a session in the place of the one that the browser has, and return its token.

    Whatever the browser brought is never taken for the new one. Raises SignInFailed, StorageError.
    """
    people = people_of(settings)

    def beginning() -> str:
        before = people.sessions.find(cookie.read(request))
        if settings.audit is not None:
            settings.audit.begin(key.id, how, 200)
        _, token = people.sessions.begin(
            key.id, settings.session_seconds, once=once, password=password
        )
        if before is not None:
            people.sessions.end(before.id)
        return token

    return await asyncio.to_thread(beginning)


def session_json(settings: ServeSettings, token: str) -> SessionJson:
    """Shape who is signed in with a token, and the ways in."""
    people, ring = settings.people, settings.key_ring
    session = people.sessions.find(token) if people is not None else None
    key = ring.held(session.key_id) if session is not None and ring is not None else None
    stands = key is not None and ring is not None and ring.stands(key.id)
    return {
        "signed_in": {
            "id": key.id,
            "name": key.name,
            "role": key.role.value,
            "until": rfc3339(session.expires_at),
        }
        if key is not None and session is not None and stands
        else None,
        "ways": {
            "password": people is not None and people.has_accounts(),
            "provider": settings.provider.settings.label if settings.provider else None,
        },
    }


def _end(settings: ServeSettings, people: People, session: Session) -> str:
    """End a session, and return through whom it was begun."""
    if settings.audit is not None:
        settings.audit.begin(session.key_id, "sign out", 200)
    people.sessions.end(session.id)
    return people.find(session.key_id).issuer


def here(settings: ServeSettings, request: Request) -> str:
    """Return the address of this server as its people and its provider know it."""
    if settings.provider is not None and settings.provider.settings.public_url:
        return settings.provider.settings.public_url.rstrip("/")
    host = request.headers.get("host", "")
    if not is_loopback(host_name(host)):
        raise ConfigError("where people reach this page is not set", hint="set serve.public_url")
    return f"http://{host}"


class _Looking:
    """Lets a few passwords be looked at together, and a few more wait."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises Overloaded where too many wait."""
        if self._waiting >= WAITING:
            raise Overloaded("too many people sign in at this moment")
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1
