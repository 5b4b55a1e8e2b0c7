"""Polls a Starlink dish for its status, over gRPC on the local network: readings of one dish.

`starlink://[HOST[:PORT]][?every=5s&site=NAME&identifiers=hashed|kept]`; a dish answers at
192.168.100.1:9200. Names and numbers of fields are facts of its protocol
(`SpaceX.API.Device.Device/Handle`), which has no published description and changes with its
software: every field is optional. Protocol Buffers do not send a zero, so a field that a dish has
sent before is zero where it is missing, and one that it never sent is no reading.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from siyaq.core.clock import SystemClock
from siyaq.core.errors import ConfigError
from siyaq.core.event import Rejected, RejectReason
from siyaq.core.observation import Observation, Property, Thing
from siyaq.core.ports import Batch, Clock
from siyaq.sources.backoff import Backoff
from siyaq.sources.condition import Condition
from siyaq.sources.messages.batch import Verdict, batches_of
from siyaq.sources.messages.options import address_of, read_options
from siyaq.sources.messages.readings import SITE_CHARS
from siyaq.sources.option import duration, operator_name

HOST, PORT = "192.168.100.1", 9200
METHOD = "/SpaceX.API.Device.Device/Handle"
ANSWER_BYTES = 256 * 1024
TIMEOUT_SECONDS = 5.0
_OPTIONS = frozenset({"every", "site", "identifiers"})
_LONGEST = timedelta(hours=1)

# message -> field -> (number, type): the few that are read
_FIELDS: Mapping[str, Mapping[str, tuple[int, str]]] = {
    "GetStatus": {},
    "Request": {"get_status": (1004, "GetStatus")},
    "Info": {"id": (1, "string")},
    "Obstruction": {"fraction_obstructed": (1, "float")},
    "Outage": {"cause": (1, "int32")},
    "Gps": {"gps_sats": (2, "uint32")},
    "Status": {
        "device_info": (1, "Info"),
        "pop_ping_drop_rate": (1003, "float"),
        "obstruction_stats": (1004, "Obstruction"),
        "downlink_throughput_bps": (1007, "float"),
        "uplink_throughput_bps": (1008, "float"),
        "pop_ping_latency_ms": (1009, "float"),
        "outage": (1014, "Outage"),
        "gps_stats": (1015, "Gps"),
    },
    "Response": {"dish_get_status": (2004, "Status")},
}
_SCALARS = {
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "float": descriptor_pb2.FieldDescriptorProto.TYPE_FLOAT,
    "int32": descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
    "uint32": descriptor_pb2.FieldDescriptorProto.TYPE_UINT32,
}

_CAUSES = (
    *("UNKNOWN", "BOOTING", "STOWED", "THERMAL_SHUTDOWN", "NO_SCHEDULE", "NO_SATS"),
    *("OBSTRUCTED", "NO_DOWNLINK", "NO_PINGS"),
)
_DOWN = Property(name="downlink_throughput", unit="Mbit/s", label="download", label_ar="التنزيل")
_UP = Property(name="uplink_throughput", unit="Mbit/s", label="upload", label_ar="الرفع")
_LATENCY = Property(name="latency", unit="ms", label="latency", label_ar="زمن الاستجابة")
_DROPS = Property(name="ping_drop_rate", unit="%", label="ping loss", label_ar="فقد الحزم")
_OBSTRUCTED = Property(name="obstructed", unit="%", label="obstruction", label_ar="الحجب")
_SATELLITES = Property(name="gps_satellites", label="GPS satellites", label_ar="أقمار الملاحة")
_STATE = Property(name="state", label="state", label_ar="الحالة")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One dish, and how often it is asked."""

    target: str
    every: timedelta
    site: str
    personal: bool

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a `starlink` URL. Raises ConfigError, naming what is wrong with it."""
        parts, options = read_options(url, _OPTIONS)
        host, port = address_of(parts, url, PORT) if parts.netloc else (HOST, PORT)
        every = duration(options.get("every", "5s"), "every")
        if not timedelta(seconds=1) <= every <= _LONGEST:
            raise ConfigError("'every' must be from 1s to 1h")
        site, kept = options.get("site", ""), options.get("identifiers", "hashed")
        if len(site) > SITE_CHARS or (site and not site.isprintable()):
            raise ConfigError(f"'site' must be text of at most {SITE_CHARS} characters")
        if kept not in ("hashed", "kept"):
            raise ConfigError(f"'identifiers' must be hashed or kept, got {kept!r}")
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return cls(target=target, every=every, site=site, personal=kept == "hashed")


class StarlinkSource:
    """What one dish says of itself, every few seconds."""

    def __init__(
        self,
        url: str,
        *,
        source: str = "starlink",
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timeout_seconds: float = TIMEOUT_SECONDS,
        rng: random.Random | None = None,
    ) -> None:
        self._address = Address.parse(url)
        self._source = operator_name(source)
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._timeout_seconds = timeout_seconds
        self._backoff = Backoff(1.0, 60.0, rng=rng)
        self._sent: set[str] = set()
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for it."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield readings for ever; a dish that does not answer is asked again."""
        options = [("grpc.max_receive_message_length", ANSWER_BYTES)]
        async with grpc.aio.insecure_channel(self._address.target, options=options) as channel:
            ask = channel.unary_unary(
                METHOD,
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=lambda content: content,  # decoded where it may fail
            )
            request = _message("Request")()
            request.get_status.SetInParent()
            while True:
                try:
                    answer = await ask(request, timeout=self._timeout_seconds)
                except grpc.aio.AioRpcError as error:
                    told = error.details() or error.code().name
                    self.condition.waiting(f"{self._address.target}: {told[:160]}")
                    await self._sleep(self._backoff.next_seconds())
                    continue
                self.condition.live()
                self._backoff.reset()
                for batch in batches_of(self._read(answer, self._clock.now()), self._source):
                    yield batch
                await self._sleep(self._address.every.total_seconds())

    def _read(self, answer: bytes, now: datetime) -> list[Verdict]:
        """Read an answer, which may hold anything."""
        response = _message("Response")()
        try:
            response.ParseFromString(answer)
        except Exception as error:  # noqa: BLE001 -- DecodeError, whose class depends on the build
            detail = f"not a status: {type(error).__name__}"
            return [Rejected(reason=RejectReason.MALFORMED, detail=detail)]
        if not response.HasField("dish_get_status"):
            detail = "the answer holds no status of a dish"
            return [Rejected(reason=RejectReason.UNSUPPORTED, detail=detail)]
        status = response.dish_get_status
        native_id = status.device_info.id[:200] or self._address.target
        thing = Thing(
            kind="dish", id=native_id, site=self._address.site, personal=self._address.personal
        )
        return [
            Observation(
                source=self._source,
                thing=thing,
                property=read,
                result=result,
                phenomenon_time=now,
                witnessed_at=now,
            )
            for read, result in self._results(status)
        ]

    def _results(self, status: Any) -> list[tuple[Property, float | str]]:
        found: list[tuple[Property, float | str]] = []
        parts = (
            (status, "downlink_throughput_bps", _DOWN, 1e-6),
            (status, "uplink_throughput_bps", _UP, 1e-6),
            (status, "pop_ping_drop_rate", _DROPS, 100.0),
            (status.obstruction_stats, "fraction_obstructed", _OBSTRUCTED, 100.0),
            (status.gps_stats, "gps_sats", _SATELLITES, 1.0),
        )
        for part, name, read, scale in parts:
            if part.HasField(name):
                self._sent.add(name)
            if name in self._sent and math.isfinite(value := float(getattr(part, name))):
                found.append((read, value * scale))
        if status.HasField("pop_ping_latency_ms") and math.isfinite(status.pop_ping_latency_ms):
            found.append((_LATENCY, float(status.pop_ping_latency_ms)))  # no dish answers in 0 ms
        found.append((_STATE, _state(status)))
        return found


def _state(status: Any) -> str:
    if not status.HasField("outage"):
        return "CONNECTED"
    cause = status.outage.cause
    return _CAUSES[cause] if 0 <= cause < len(_CAUSES) else f"OUTAGE_{cause}"


def _message(name: str) -> Any:
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"siyaq.starlink.{name}"))


def _pool() -> descriptor_pool.DescriptorPool:
    """Describe the messages, each field with presence, in a pool of their own."""
    file = descriptor_pb2.FileDescriptorProto(
        name="siyaq/starlink.proto", package="siyaq.starlink", syntax="proto2"
    )
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            made = message.field.add(
                name=field,
                number=number,
                label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL,
            )
            if kind in _SCALARS:
                made.type = _SCALARS[kind]
            else:
                made.type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
                made.type_name = f".siyaq.starlink.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


_POOL = _pool()
