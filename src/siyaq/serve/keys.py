"""Keys over HTTP, for admins: made and shown once, listed, revoked; and what keys have changed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from siyaq.access import (
    Amount,
    AuditEntry,
    Budget,
    Key,
    KeyRing,
    Limits,
    Principal,
    Role,
)
from siyaq.access.collections import MOST_OF_A_KEY
from siyaq.core.errors import NotFound
from siyaq.core.wire import rfc3339
from siyaq.serve.json import JsonResponse
from siyaq.serve.schema import AuditEntryJson, AuditJson, KeyJson, KeysJson, NewKeyJson, QuotaJson
from siyaq.serve.settings import ServeSettings

MAX_DAYS = 3650


_Limit = Annotated[int | None, Field(ge=0, le=10**12, description="0: none; null: as set")]


class LimitsBody(BaseModel):
    """What a key may use within a window, and its share of a model's time."""

    model_config = ConfigDict(extra="forbid")

    requests: _Limit = None
    tokens: _Limit = None
    seconds: _Limit = None
    weight: Annotated[int, Field(ge=1, le=1000)] = 1

    def limits(self) -> Limits:
        """Return them as keys hold them."""
        return Limits(
            requests=self.requests, tokens=self.tokens, seconds=self.seconds, weight=self.weight
        )


class KeyBody(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    name: Annotated[str, Field(max_length=100)] = ""
    origins: Annotated[
        tuple[Annotated[str, Field(max_length=300)], ...],
        Field(max_length=50, description="pages that may use it; of a card-only key"),
    ] = ()
    days: Annotated[int | None, Field(ge=1, le=MAX_DAYS, description="until it expires")] = None
    limits: LimitsBody = LimitsBody()
    collections: Annotated[
        tuple[Annotated[str, Field(max_length=64)], ...],
        Field(max_length=MOST_OF_A_KEY, description="whose posts it sees; none: what is public"),
    ] = ()


def router(settings: ServeSettings) -> APIRouter:
    """Return the routes of keys."""
    ring, audit, budget = settings.key_ring, settings.audit, settings.budget
    routes = APIRouter(tags=["keys"])

    @routes.get("/v1/keys", summary="Every key, without its secret", response_model=KeysJson)
    async def listed() -> Response:
        return JsonResponse({"keys": [key_json(key) for key in _held(ring).listed()]})

    @routes.post(
        "/v1/keys",
        summary="Make a key, which is shown once",
        response_model=NewKeyJson,
        status_code=201,
    )
    async def made(body: KeyBody) -> Response:
        expires_at = datetime.now(UTC) + timedelta(days=body.days) if body.days else None

        def make() -> tuple[Key, str]:
            return _held(ring).create(
                body.role,
                name=body.name,
                origins=body.origins,
                expires_at=expires_at,
                limits=body.limits.limits(),
                collections=settings.collections.checked(body.collections),
            )

        kept, key = await asyncio.to_thread(make)
        return JsonResponse({**key_json(kept), "key": key}, status_code=201)

    @routes.put("/v1/keys/{key_id}/limits", summary="Give a key limits", status_code=204)
    async def limited(key_id: Annotated[str, Path(max_length=40)], body: LimitsBody) -> Response:
        await asyncio.to_thread(_held(ring).limit, key_id, body.limits())
        return Response(status_code=204)

    @routes.get(
        "/v1/quota", summary="What your key has used, and may use", response_model=QuotaJson
    )
    async def quota(request: Request) -> Response:
        return JsonResponse(await asyncio.to_thread(quota_json, budget, caller_of(request)))

    @routes.delete("/v1/keys/{key_id}", summary="Revoke a key", status_code=204)
    async def revoked(key_id: Annotated[str, Path(max_length=40)]) -> Response:
        await asyncio.to_thread(_held(ring).revoke, key_id)
        return Response(status_code=204)

    @routes.get(
        "/v1/audit",
        summary="What keys have changed, the newest first",
        response_model=AuditJson,
    )
    async def audited(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Response:
        found = [] if audit is None else await asyncio.to_thread(audit.newest, limit)
        return JsonResponse({"entries": [entry_json(entry) for entry in found]})

    return routes


def caller_of(request: Request) -> Principal:
    """Return whom the guard has let in."""
    caller = request.scope["state"]["principal"]
    assert isinstance(caller, Principal)
    return caller


def quota_json(budget: Budget | None, caller: Principal) -> QuotaJson:
    """Shape what a caller has used in the window, and the most it may use; null is no limit."""
    used = budget.used(caller.key_id) if budget is not None else Amount()
    most = caller.limits.over(budget.defaults).most() if budget is not None else {}
    return {
        "window_seconds": budget.window_seconds if budget is not None else None,
        "requests": {"used": used.requests, "limit": most.get("requests")},
        "tokens": {"used": used.tokens, "limit": most.get("tokens")},
        "seconds": {"used": used.seconds, "limit": most.get("seconds")},
        "weight": caller.limits.weight,
    }


def key_json(key: Key) -> KeyJson:
    """Shape what is kept of a key."""
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.value,
        "origins": list(key.origins),
        "created_at": rfc3339(key.created_at),
        "expires_at": rfc3339(key.expires_at) if key.expires_at else None,
        "revoked_at": rfc3339(key.revoked_at) if key.revoked_at else None,
        "limits": {
            "requests": key.limits.requests,
            "tokens": key.limits.tokens,
            "seconds": key.limits.seconds,
            "weight": key.limits.weight,
        },
        "collections": list(key.collections),
    }


def entry_json(entry: AuditEntry) -> AuditEntryJson:
    """Shape one thing that was done."""
    return {
        "at": rfc3339(entry.at),
        "key_id": entry.key_id,
        "action": entry.action,
        "status": entry.status,
    }


def _held(ring: KeyRing | None) -> KeyRing:
    if ring is None:
        raise NotFound("this server keeps no keys of its own")
    return ring
