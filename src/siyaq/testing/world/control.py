"""Ordering the network about over HTTP: its clock, its faults, its answer key, its dishes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from siyaq.testing.world.dishes import MAPPING, latest
from siyaq.testing.world.faults import FAULTS, Fault
from siyaq.testing.world.proxy import CUTS

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
    at: str = ""


class _Misdeed(msgspec.Struct, forbid_unknown_fields=True):
    """What can be said of a misdeed of Mastodon or X."""

    do: str
    at: str
    status: int = 503
    seconds: float = 1.0
    count: int = 5
    times: int = 1


_ON_CONNECTING = ("refuse", "rest_error", "late", "blackhole")
"""What strikes only those who connect: they are sent away first."""


class Control:
    """`GET /control` tells how the network is, `POST /control` changes it.

    Orders are `{"do": NAME, …}`: a fault of `faults.FAULTS` with its fields and `times`, or
    `restart` (down for `seconds`), `forget` (hold only the last `seconds`), `pause`, `resume`,
    `step` (`seconds`), `speed` (`value`). With `"at": "mastodon"` or `"x"` an order is a misdeed
    of that server, or a cut of its wire (`proxy.CUTS`). `GET /control/truth?at=RFC3339` is the
    answer key. `GET /dishes.ndjson` is what dishes measured around internet outages so far, to
    be read with `/dishes.toml`.
    """

    def __init__(self, network: SimulatedNetwork) -> None:
        self._network = network

    def routes(self) -> list[BaseRoute]:
        """Return the routes to serve."""
        return [
            Route("/control", self._status),
            Route("/control", self._order, methods=["POST"]),
            Route("/control/truth", self._truth),
            Route("/dishes.ndjson", self._dishes),
            Route("/dishes.toml", _mapping),
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
        if order.at:
            self._disturb(msgspec.convert(body, _Misdeed))
            return
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

    def _disturb(self, order: _Misdeed) -> None:
        """Let a server that is not Jetstream's misbehave. Raises ValueError."""
        if order.at not in ("mastodon", "x"):
            raise ValueError(f"nobody is called {order.at!r}, only: mastodon, x")
        server = self._network.mastodon if order.at == "mastodon" else self._network.x
        if not 1 <= order.times <= _MOST_TIMES:
            raise ValueError(f"times must be in 1..{_MOST_TIMES}, got {order.times}")
        if order.do in server.mischief.known:
            server.mischief.order(
                order.do,
                status=order.status,
                seconds=order.seconds,
                count=order.count,
                times=order.times,
            )
        elif order.do in CUTS:
            for _ in range(order.times):
                server.wire.order(order.do)
        else:
            known = ", ".join(sorted({*server.mischief.known, *CUTS}))
            raise ValueError(f"unknown order {order.do!r} at {order.at}, one of: {known}")
        if order.do in _ON_CONNECTING:
            server.wire.drop_streams()

    async def _dishes(self, _: Request) -> Response:
        world, now = self._network.world, self._network.pace.now()
        lines = await asyncio.to_thread(latest, world.stories(world.start, now), now)
        return Response(lines, media_type="application/x-ndjson")

    async def _truth(self, request: Request) -> Response:
        asked = request.query_params.get("at")
        try:
            at = datetime.fromisoformat(asked) if asked else self._network.pace.now()
            truth = await asyncio.to_thread(self._network.truth, at)
        except (TypeError, ValueError) as error:
            return _json({"error": str(error)}, 400)
        return _json(truth)


async def _mapping(_: Request) -> Response:
    return PlainTextResponse(MAPPING)


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
