"""Saved questions over HTTP: kept, listed, paused, removed; their alerts, and a feed of them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from siyaq.access import Owners
from siyaq.core.errors import NotFound
from siyaq.core.product import Product
from siyaq.core.query import Filters
from siyaq.serve.alerts.atom import feed
from siyaq.serve.alerts.shapes import (
    AlertsJson,
    WatchesJson,
    WatchJson,
    alert_json,
    watch_json,
)
from siyaq.serve.alerts.told import Messages
from siyaq.serve.asking import Names
from siyaq.serve.home import home_of
from siyaq.serve.json import JsonResponse
from siyaq.serve.keys import caller_of
from siyaq.serve.strings import language_of
from siyaq.watches import Draft, Watch, WatchDesk
from siyaq.watches.desk import ALERTS_SHOWN, MOST_MINUTES, QUESTION_CHARS

FED = 30
"""How many alerts a feed holds, the newest."""

_Id = Annotated[str, Path(max_length=40, description="the `id` of a saved question")]


class WatchFilters(BaseModel):
    """Which posts may answer."""

    model_config = ConfigDict(extra="forbid")

    lang: Names = ()
    source: Names = ()
    author: Names = ()


class WatchBody(BaseModel):
    """A question to be asked again and again."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=QUESTION_CHARS)]
    filters: WatchFilters = WatchFilters()
    every_minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] = 5
    scope: Literal["anything", "verdict"] = "anything"
    language: Annotated[
        Literal["en", "ar"] | None, Field(description="of messages; null: Accept-Language's")
    ] = None
    webhook: Annotated[str, Field(max_length=2_000, description="alerts are posted to it")] = ""
    email: Annotated[str, Field(max_length=320, description="alerts are mailed to it")] = ""

    def draft(self, language: str) -> Draft:
        """Return it as a desk takes it."""
        return Draft(
            question=self.question,
            filters=Filters(
                langs=tuple(name.lower() for name in self.filters.lang),
                sources=self.filters.source,
                authors=tuple(name.lower().removeprefix("@") for name in self.filters.author),
            ),
            every_minutes=self.every_minutes,
            scope=self.scope,
            language=self.language or language,
            webhook=self.webhook,
            email=self.email,
        )


class PauseBody(BaseModel):
    """Whether a question rests."""

    model_config = ConfigDict(extra="forbid")

    paused: bool


def router(product: Product, kept: WatchDesk | None, owners: Owners) -> APIRouter:
    """Return the routes of saved questions."""
    routes = APIRouter(tags=["watches"])
    messages = Messages(product, owners)

    @routes.get("/v1/watches", summary="Saved questions", response_model=WatchesJson)
    async def listed(request: Request) -> Response:
        if (desk := kept) is None:
            return JsonResponse({"watches": []})
        found = await asyncio.to_thread(desk.listed, caller_of(request))
        return JsonResponse({"watches": [watch_json(desk, one) for one in found]})

    @routes.post(
        "/v1/watches",
        summary="Save a question that keeps watching",
        response_model=WatchJson,
        status_code=201,
    )
    async def saved(request: Request, body: WatchBody) -> Response:
        desk = _held(kept)
        draft = body.draft(language_of(request.headers))
        watch = await desk.add(caller_of(request).key_id, draft)
        return JsonResponse(watch_json(desk, watch), status_code=201)

    @routes.get("/v1/watches/{watch_id}", summary="A saved question", response_model=WatchJson)
    async def one(request: Request, watch_id: _Id) -> Response:
        desk = _held(kept)
        watch = await asyncio.to_thread(desk.find, caller_of(request), watch_id)
        return JsonResponse(watch_json(desk, watch))

    @routes.patch(
        "/v1/watches/{watch_id}",
        summary="Pause a saved question, or go on with it",
        response_model=WatchJson,
    )
    async def paused(request: Request, watch_id: _Id, body: PauseBody) -> Response:
        desk = _held(kept)

        def pause() -> Watch:
            return desk.pause(caller_of(request), watch_id, paused=body.paused)

        return JsonResponse(watch_json(desk, await asyncio.to_thread(pause)))

    @routes.delete(
        "/v1/watches/{watch_id}", summary="Erase a saved question and its alerts", status_code=204
    )
    async def removed(request: Request, watch_id: _Id) -> Response:
        await asyncio.to_thread(_held(kept).remove, caller_of(request), watch_id)
        return Response(status_code=204)

    @routes.get("/v1/alerts", summary="Answers that changed", response_model=AlertsJson)
    async def alerts(
        request: Request, limit: Annotated[int, Query(ge=1, le=ALERTS_SHOWN)] = 50
    ) -> Response:
        if (desk := kept) is None:
            return JsonResponse({"alerts": [], "unseen": 0})
        found = await asyncio.to_thread(desk.alerts, caller_of(request), ALERTS_SHOWN)
        sent = await asyncio.to_thread(desk.deliveries, found[:limit])
        told = [alert_json(alert, sent) for alert in found[:limit]]
        return JsonResponse({"alerts": told, "unseen": sum(not one.seen for one in found)})

    @routes.post("/v1/alerts/seen", summary="Mark every alert as seen", status_code=204)
    async def seen(request: Request) -> Response:
        await asyncio.to_thread(_held(kept).see, caller_of(request))
        return Response(status_code=204)

    @routes.get(
        "/v1/feeds/{token}",
        summary="The alerts of a saved question as an Atom feed, by an address nobody can guess",
        response_class=Response,
        responses={200: {"content": {"application/atom+xml": {}}}},
    )
    async def fed(request: Request, token: Annotated[str, Path(max_length=200)]) -> Response:
        watch, found = await asyncio.to_thread(_held(kept).fed, token, FED)
        home = home_of(request)
        entries = [(alert, await messages.answer(alert)) for alert in found]
        content = feed(watch, entries, address=f"{home}/v1/feeds/{token}", home=f"{home}/")
        headers = {"x-robots-tag": "noindex"}
        return Response(content, media_type="application/atom+xml", headers=headers)

    return routes


def _held(desk: WatchDesk | None) -> WatchDesk:
    if desk is None:
        raise NotFound("this server saves no questions")
    return desk
