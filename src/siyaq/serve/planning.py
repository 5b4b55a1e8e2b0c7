"""Plans over HTTP: the scenarios in the box, with other values where somebody moves a lever."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from siyaq.core.errors import QueryError
from siyaq.plan import PlanJson, Scenario, load, names, run
from siyaq.plan.report import report
from siyaq.plan.scenario import profiles, using
from siyaq.plan.told import ToldJson, tell
from siyaq.serve.json import JsonResponse
from siyaq.serve.schema import ScenariosJson
from siyaq.serve.strings import LANGUAGES, language_of

SAMPLES = 300
MOST_SAMPLES = 1000
AT_ONCE = 2
"""Plans computed at the same time: each takes a core for up to a second."""


class PlanParameters(BaseModel):
    """How a scenario is changed: `set` is KEY=VALUE, with a unit where one is wanted."""

    model_config = ConfigDict(extra="forbid")

    set: list[Annotated[str, Field(max_length=120)]] = Field(default=[], max_length=40)
    model: Annotated[str, Field(max_length=60)] = ""
    hardware: Annotated[str, Field(max_length=60)] = ""
    samples: Annotated[int, Field(ge=0, le=MOST_SAMPLES)] = SAMPLES
    seed: Annotated[int, Field(ge=0, le=2**31)] = 7
    lang: Annotated[str, Field(max_length=10)] = ""

    def scenario(self, name: str) -> Scenario:
        """Return the scenario that is meant. Raises NotFound, BadScenario, QueryError."""
        chosen = {"model": self.model, "hardware": self.hardware}
        scenario = using(name, {kind: one for kind, one in chosen.items() if one})
        changed = dict(map(_pair, self.set))
        today = datetime.now(UTC).date().isoformat()
        return scenario.having(changed, "whoever asked", today) if changed else scenario

    def language(self, request: Request) -> str:
        """Return the language asked for, in the address or by the browser."""
        if self.lang in LANGUAGES:
            return self.lang
        return language_of(request.headers)


def router() -> APIRouter:
    """Return the routes that plan."""
    routes = APIRouter(tags=["plans"])
    turns = asyncio.Semaphore(AT_ONCE)

    async def made(name: str, asked: PlanParameters) -> PlanJson:
        scenario = asked.scenario(name)
        async with turns:
            return await asyncio.to_thread(run, scenario, samples=asked.samples, seed=asked.seed)

    @routes.get("/v1/plan", summary="The scenarios in the box", response_model=ScenariosJson)
    async def scenarios() -> Response:
        return JsonResponse(
            {
                "scenarios": [
                    {"name": name, "title": dict(one.title), "about": dict(one.about)}
                    for name, one in ((name, load(name)) for name in names())
                ],
                "models": sorted(profiles("model")),
                "hardware": sorted(profiles("hardware")),
            }
        )

    @routes.get(
        "/v1/plan/{name}",
        summary="From users to graphics cards, megawatts and money",
        response_model=PlanJson,
    )
    async def plan(name: str, asked: Annotated[PlanParameters, Query()]) -> Response:
        return JsonResponse(await made(name, asked))

    @routes.get(
        "/v1/plan/{name}/told",
        summary="The same in the words of one language",
        response_model=ToldJson,
    )
    async def told(
        name: str, asked: Annotated[PlanParameters, Query()], request: Request
    ) -> Response:
        return JsonResponse(tell(await made(name, asked), asked.language(request)))

    @routes.get(
        "/v1/plan/{name}/report",
        summary="The same as one HTML file, to be kept",
        response_class=Response,
        responses={200: {"content": {"text/html": {"example": "<!doctype html>"}}}},
    )
    async def page(
        name: str, asked: Annotated[PlanParameters, Query()], request: Request
    ) -> Response:
        text = report(await made(name, asked), first=asked.language(request))
        headers = {"content-disposition": f'attachment; filename="siyaq-plan-{name}.html"'}
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)

    return routes


def _pair(told: str) -> tuple[str, object]:
    key, equals, value = told.partition("=")
    if not equals:
        raise QueryError(f"set {told!r} is not KEY=VALUE", hint="set=demand.weekly_users=2000000")
    try:
        return key, float(value)
    except ValueError:
        return key, value
