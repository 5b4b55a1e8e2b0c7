"""Runs of agents over HTTP. Whoever has a key sees the runs that were begun with it.

An admin sees and ends those of others too, and leaves it to them what they do.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, Response

from siyaq.agents import USUAL, Amounts, Run
from siyaq.agents.agency import Agency, Task
from siyaq.agents.amounts import Kind
from siyaq.agents.rhythm import Rhythm
from siyaq.core.errors import NotFound, QueryError
from siyaq.serve.errors import Forbidden
from siyaq.serve.json import JsonResponse
from siyaq.serve.keys import caller_of
from siyaq.serve.runs.shapes import RunsJson, RunViewJson, brief_json, view_json

TASK_CHARS = 4_000
TURNS = 500
PICTURE = ".png"

_Id = Annotated[str, Path(max_length=200, description="the `id` of a run")]
_Caps = dict[Kind, Annotated[float, Field(ge=0, le=1e15)]]
_Turns = Annotated[list[dict[str, Any]], Field(max_length=TURNS)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RunBody(_Body):
    """A task. `plan`: its turns, where its user has written them; none: it is planned."""

    task: Annotated[str, Field(min_length=1, max_length=TASK_CHARS)]
    model: Annotated[str, Field(max_length=200, description="a chat model that plans")] = ""
    plan: _Turns = []
    budget: Annotated[_Caps, Field(description="caps by kind, over the usual ones")] = {}
    allow: Annotated[list[Annotated[str, Field(max_length=253)]], Field(max_length=50)] = []
    every_seconds: Annotated[float, Field(ge=0, le=31_622_400)] = 0.0
    when: Annotated[str, Field(max_length=500, description="words of a post that sets it off")] = ""
    times: Annotated[int, Field(ge=0, le=1_000_000)] = 0

    def wanted(self) -> Task:
        """Return it as an agency takes it. Raises QueryError."""
        again = self.every_seconds or self.when
        return Task(
            words=self.task,
            model=self.model,
            caps={**USUAL, **self.budget},
            allowed=tuple(self.allow),
            plan="\n".join(map(json.dumps, self.plan)),
            rhythm=Rhythm(every=self.every_seconds, words=self.when, times=self.times)
            if again
            else None,
        )


class ResumeBody(_Body):
    """What a run gets before it goes on: other caps, by kind."""

    budget: _Caps = {}


class PlanBody(_Body):
    """A plan in place of the one before."""

    plan: _Turns


class DecisionBody(_Body):
    """Whether exactly this call may be made."""

    allow: bool


class _Front:
    """The runs of whoever asks."""

    def __init__(self, agency: Agency | None) -> None:
        self._agency = agency

    @property
    def agency(self) -> Agency:
        """Return the agents that work here. Raises NotFound."""
        if self._agency is None:
            raise NotFound("no agents work here", hint="start it with 'siyaq serve'")
        return self._agency

    async def own(self, request: Request, run_id: str) -> Run:
        """Return a run of whoever asks. Raises NotFound."""
        return await asyncio.to_thread(self.agency.desk.run, run_id, caller_of(request).key_id)

    async def any(self, request: Request, run_id: str) -> Run:
        """Return a run of whoever asks, of anybody where an admin does. Raises NotFound."""
        caller = caller_of(request)
        user = "" if caller.oversees else caller.key_id
        return await asyncio.to_thread(self.agency.desk.run, run_id, user)

    async def viewed(self, run_id: str, status: int = 200) -> Response:
        """Show how a run stands now."""

        def view() -> RunViewJson:
            run = self.agency.desk.run(run_id)
            desk = self.agency.desk
            return view_json(run, desk.subs(run), desk.children(run))

        return JsonResponse(await asyncio.to_thread(view), status_code=status)


def router(agency: Agency | None) -> APIRouter:
    """Return the routes of runs."""
    routes = APIRouter(tags=["agents"])
    front = _Front(agency)
    _begin_and_look(routes, front)
    _steer(routes, front)
    return routes


def _begin_and_look(routes: APIRouter, front: _Front) -> None:
    @routes.get("/v1/runs", summary="Runs of agents", response_model=RunsJson)
    async def listed(
        request: Request,
        *,
        all_keys: Annotated[
            bool, Query(alias="all", description="those of every key, for an admin")
        ] = False,
    ) -> Response:
        caller, desk = caller_of(request), front.agency.desk
        if all_keys and not caller.oversees:
            raise Forbidden("only an admin sees the runs of every key", hint="leave out 'all'")
        user = "" if all_keys else caller.key_id
        runs = await asyncio.to_thread(desk.listed, user, brief=True)
        others = caller.oversees and caller.key_id != ""  # without keys everybody is the same one
        told = [brief_json(run) for run in runs]
        return JsonResponse({"runs": told, "others": others})

    @routes.post(
        "/v1/runs", summary="Give an agent a task", response_model=RunViewJson, status_code=201
    )
    async def begun(request: Request, body: RunBody) -> Response:
        run_id = await front.agency.begin(body.wanted(), caller_of(request).key_id)
        return await front.viewed(run_id, 201)

    @routes.get("/v1/runs/{run_id}", summary="A run, step by step", response_model=RunViewJson)
    async def shown(request: Request, run_id: _Id) -> Response:
        return await front.viewed((await front.any(request, run_id)).id)

    @routes.get(
        "/v1/runs/{run_id}/files/{path:path}",
        summary="A file that a run has made",
        response_class=Response,
        responses={200: {"content": {"application/octet-stream": {}}}},
    )
    async def file(
        request: Request, run_id: _Id, path: Annotated[str, Path(max_length=200)]
    ) -> Response:
        found = front.agency.desk.file(await front.any(request, run_id), path)
        if found.suffix == PICTURE:
            return FileResponse(found, media_type="image/png")
        return FileResponse(found, media_type="application/octet-stream", filename=found.name)


def _steer(routes: APIRouter, front: _Front) -> None:
    @routes.post("/v1/runs/{run_id}/pause", summary="Let it rest", response_model=RunViewJson)
    async def paused(request: Request, run_id: _Id) -> Response:
        front.agency.desk.pause(await front.any(request, run_id))
        return await front.viewed(run_id)

    @routes.post("/v1/runs/{run_id}/resume", summary="Carry it on", response_model=RunViewJson)
    async def resumed(request: Request, run_id: _Id, body: ResumeBody) -> Response:
        run, caps = await front.own(request, run_id), _amounts(body.budget)
        if caps:
            front.agency.desk.give(run, caps)
        front.agency.desk.resume(run)
        return await front.viewed(run_id)

    @routes.post("/v1/runs/{run_id}/cancel", summary="End it", response_model=RunViewJson)
    async def cancelled(request: Request, run_id: _Id) -> Response:
        front.agency.desk.cancel(await front.any(request, run_id))
        return await front.viewed(run_id)

    @routes.put("/v1/runs/{run_id}/plan", summary="Another plan", response_model=RunViewJson)
    async def planned(request: Request, run_id: _Id, body: PlanBody) -> Response:
        run = await front.own(request, run_id)
        if not body.plan:
            raise QueryError("the plan is empty", hint="cancel the run instead")
        if run.status == "paused":
            run = await front.agency.desk.rested(run)
        tools = await front.agency.tools(run)
        front.agency.desk.edit(run, [*map(json.dumps, body.plan)], tools)
        return await front.viewed(run_id)

    @routes.put(
        "/v1/runs/{run_id}/calls/{call}",
        summary="Allow or forbid what it waits with",
        response_model=RunViewJson,
    )
    async def decided(
        request: Request,
        run_id: _Id,
        call: Annotated[str, Path(max_length=150)],
        body: DecisionBody,
    ) -> Response:
        run, desk = await front.own(request, run_id), front.agency.desk
        desk.decide(run, call, given=body.allow)
        desk.resume(run)
        return await front.viewed(run_id)


def _amounts(caps: _Caps) -> Amounts:
    return dict(caps)
