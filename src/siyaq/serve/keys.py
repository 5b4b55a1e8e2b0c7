"""Keys over HTTP, for admins: made and shown once, listed, revoked; and what keys have changed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from siyaq.access import AuditEntry, AuditLog, Key, KeyRing, Role
from siyaq.core.errors import NotFound
from siyaq.core.wire import rfc3339
from siyaq.serve.json import JsonResponse
from siyaq.serve.schema import AuditEntryJson, AuditJson, KeyJson, KeysJson, NewKeyJson

MAX_DAYS = 3650


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


def router(ring: KeyRing | None, audit: AuditLog | None) -> APIRouter:
    """Return the routes of keys."""
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
                body.role, name=body.name, origins=body.origins, expires_at=expires_at
            )

        kept, key = await asyncio.to_thread(make)
        return JsonResponse({**key_json(kept), "key": key}, status_code=201)

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
