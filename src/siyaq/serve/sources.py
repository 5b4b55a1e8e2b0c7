"""Sources followed, paused and left while siyaq runs; and the settings, each with its origin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from typing_extensions import TypedDict

from siyaq.core.errors import NotFound
from siyaq.core.product import Roster
from siyaq.core.reports import Followed
from siyaq.serve.json import JsonResponse
from siyaq.serve.settings import Shown

_Id = Annotated[str, Path(max_length=40, description="the `id` of a followed source")]


class FollowBody(BaseModel):
    """A source to follow."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    name: Annotated[str | None, Field(max_length=100, description="null: what it calls itself")] = (
        None
    )


class RestBody(BaseModel):
    """Whether a source rests."""

    model_config = ConfigDict(extra="forbid")

    paused: bool


class FollowedJson(TypedDict):
    """A source that is followed, or rests.

    `added`: it was added while siyaq ran, and can be removed; the others stand in the settings.
    `problem`: why it could not be opened. How it is doing stands in /v1/status.
    """

    id: str
    url: str
    source: str
    added: bool
    paused: bool
    problem: str


class FollowedListJson(TypedDict):
    """What is followed or rests."""

    sources: list[FollowedJson]


class SettingJson(TypedDict):
    """A setting. `origin` is default, a file's name, environment or command line."""

    key: str
    value: str | int
    origin: str
    about: str


class SettingsJson(TypedDict):
    """Every setting, secrets masked."""

    settings: list[SettingJson]


def router(kept: Roster | None, shown: Callable[[], Sequence[Shown]]) -> APIRouter:
    """Return the routes of followed sources and of settings."""
    routes = APIRouter(tags=["system"])

    @routes.get("/v1/sources", summary="Sources that are followed", response_model=FollowedListJson)
    async def listed() -> Response:
        found = kept.listed() if kept is not None else ()
        return JsonResponse({"sources": [_followed_json(one) for one in found]})

    @routes.post(
        "/v1/sources", summary="Follow a source", response_model=FollowedJson, status_code=201
    )
    async def followed(body: FollowBody) -> Response:
        made = await _held(kept).follow(body.url, body.name or None)
        return JsonResponse(_followed_json(made), status_code=201)

    @routes.patch(
        "/v1/sources/{source_id}",
        summary="Pause a source, or go on with it where it was left",
        response_model=FollowedJson,
    )
    async def paused(source_id: _Id, body: RestBody) -> Response:
        return JsonResponse(_followed_json(await _held(kept).pause(source_id, paused=body.paused)))

    @routes.delete("/v1/sources/{source_id}", summary="Follow a source no more", status_code=204)
    async def left(source_id: _Id) -> Response:
        await _held(kept).leave(source_id)
        return Response(status_code=204)

    @routes.get(
        "/v1/settings",
        summary="Every setting, its value and where that came from",
        response_model=SettingsJson,
    )
    async def settings() -> Response:
        told = [
            {"key": key, "value": value, "origin": origin, "about": about}
            for key, value, origin, about in shown()
        ]
        return JsonResponse({"settings": told})

    return routes


def _followed_json(one: Followed) -> FollowedJson:
    return {
        "id": one.id,
        "url": one.url,
        "source": one.source,
        "added": one.added,
        "paused": one.paused,
        "problem": one.problem,
    }


def _held(roster: Roster | None) -> Roster:
    if roster is None:
        raise NotFound("this server follows what it was started with")
    return roster
