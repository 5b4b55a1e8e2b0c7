"""Ordering the network about over HTTP: its clock, its faults, and its answer key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from siyaq.testing.world.faults import FAULTS, Fault

if TYPE_CHECKING:
    from siyaq.testing.world.network import SimulatedNetwork

_MOST_TIMES = 1000
_DETAILS = frozenset(field.name for field in fields(Fault)) - {"name"}


class _Order(msgspec.Struct):
    """The part of an order that is not a fault's own."""

    do: str
    seconds: float = 1.0
    value: float = 1.0
    times: int = 1


class Control:
    """`GET /control` tells how the network is, `POST /control` changes it.

    Orders are `{"do": NAME, …}`: a fault of `faults.FAULTS` with its fields and `times`, or
    `restart` (down for `seconds`), `forget` (hold only the last `seconds`), `pause`, `resume`,
    `step` (`seconds`), `speed` (`value`). `GET /control/truth?at=RFC3339` is the answer key.
    """

    def __init__(self, network: SimulatedNetwork) -> None:
        self._network = network

    def routes(self) -> list[BaseRoute]:
        """Return the routes to serve."""
        return [
            Route("/control", self._status),
            Route("/control", self._order, methods=["POST"]),
            Route("/control/truth", self._truth),
        ]

    async def _status(self, _: Request) -> Response:
        return _json(self._network.status())

    async def _order(self, request: Request) -> Response:
        try:
            body = msgspec.json.decode(await request.body(), type=dict[str, object])
            order = msgspec.convert(body, _Order)
            await self._obey(order, body)
        except (ValueError, msgspec.ValidationError) as error:
            return _json({"error": str(error)}, 400)
        return _json(self._network.status())

    async def _obey(self, order: _Order, body: Mapping[str, object]) -> None:
        """Carry out an order. Raises ValueError for one that makes no sense."""
        pace, jetstream = self._network.pace, self._network.jetstream
        match order.do:
            case "pause":
                pace.pause()
            case "resume":
                pace.resume()
            case "step":
                pace.step(order.seconds)
            case "speed":
                pace.set_speed(order.value)
            case "forget":
                jetstream.forget(timedelta(seconds=order.seconds))
            case "restart":
                await jetstream.restart(order.seconds)
            case name if name in FAULTS:
                self._strike(name, order.times, body)
            case name:
                raise ValueError(f"unknown order {name!r}")

    def _strike(self, name: str, times: int, body: Mapping[str, object]) -> None:
        if not 1 <= times <= _MOST_TIMES:
            raise ValueError(f"times must be in 1..{_MOST_TIMES}, got {times}")
        details = {key: value for key, value in body.items() if key not in ("do", "times")}
        unknown = sorted(details.keys() - _DETAILS)
        if unknown:
            raise ValueError(f"a fault has no {unknown[0]!r}, only: {', '.join(sorted(_DETAILS))}")
        fault = msgspec.convert({"name": name, **details}, Fault)
        self._network.faults.order(fault, times=times)

    async def _truth(self, request: Request) -> Response:
        asked = request.query_params.get("at")
        try:
            at = datetime.fromisoformat(asked) if asked else self._network.pace.now()
            truth = await asyncio.to_thread(self._network.truth, at)
        except (TypeError, ValueError) as error:
            return _json({"error": str(error)}, 400)
        return _json(truth)


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
