"""Tesla's fleet telemetry, as its server writes JSON to Kafka or MQTT: `map=tesla-fleet`.

Kafka, with `transmit_decoded_records`: `{"data": [{"key", "value": {"doubleValue": 1.5}}],
"createdAt", "vin", "isResend"}`. MQTT: one message a field, under `BASE/VIN/v/FIELD`. What a
field is read in (`unit`) is as Tesla documents it for the commonest; others have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from siyaq.core.event import Rejected, RejectReason
from siyaq.core.observation import Observation, Property, Thing
from siyaq.sources import fields
from siyaq.sources.decode import decode_value
from siyaq.sources.messages.readings import WORD_CHARS, moment, place, result_of
from siyaq.sources.refusal import Refusal

PRESET = "tesla-fleet"
PLACE_DECIMALS = 2
MOST_FIELDS = 500

_KNOWN: Mapping[str, Property] = {
    one.name: one
    for one in (
        Property(name="Soc", unit="%", label="battery charge", label_ar="شحن البطارية"),
        Property(name="BatteryLevel", unit="%", label="battery charge", label_ar="شحن البطارية"),
        Property(name="VehicleSpeed", unit="mi/h", label="speed", label_ar="السرعة"),
        Property(name="Odometer", unit="mi", label="odometer", label_ar="عداد المسافة"),
        Property(
            name="InsideTemp", unit="Cel", label="inside temperature", label_ar="حرارة المقصورة"
        ),
        Property(
            name="OutsideTemp", unit="Cel", label="outside temperature", label_ar="حرارة الخارج"
        ),
        Property(name="PackVoltage", unit="V", label="pack voltage", label_ar="جهد البطارية"),
        Property(name="PackCurrent", unit="A", label="pack current", label_ar="تيار البطارية"),
    )
}


class TeslaReader:
    """Readings of vehicles. A VIN is hashed, and a location rounded to two decimals."""

    def read(
        self, message: bytes, *, source: str, now: datetime, topic: str = ""
    ) -> Iterator[Observation | Rejected]:
        """Yield the readings in a message, and what is of no use. Total."""
        try:
            body = decode_value(message)
            vin, at, values = _record(body, now) if _is_record(body) else _field(body, topic, now)
        except Refusal as refusal:
            yield refusal.rejected()
            return
        thing = Thing(kind="vehicle", id=vin)
        for name, value in values:
            try:
                result = _result(value)
            except Refusal as refusal:
                yield refusal.rejected()
                continue
            if result is not None:
                yield Observation(
                    source=source,
                    thing=thing,
                    property=_KNOWN.get(name, Property(name=name)),
                    result=result,
                    phenomenon_time=at,
                    witnessed_at=now,
                )


_Values = list[tuple[str, object]]


def _is_record(body: object) -> bool:
    return isinstance(body, dict) and "data" in body


def _record(body: object, now: datetime) -> tuple[str, datetime, _Values]:
    """Read a whole record, as Kafka has it."""
    assert isinstance(body, dict)
    vin = fields.identifier(body.get("vin"), "vin")
    if not vin:
        raise Refusal(RejectReason.NO_ID, "'vin' is missing")
    data = fields.items(body.get("data"), "data", MOST_FIELDS)
    values = [(_name(one.get("key")), one.get("value")) for one in data if isinstance(one, dict)]
    return vin, moment(body.get("createdAt"), 0.0, now), values


def _field(body: object, topic: str, now: datetime) -> tuple[str, datetime, _Values]:
    """Read one field, as MQTT has it: who and what stand in the topic."""
    levels = topic.split("/")
    if len(levels) < 3 or levels[-2] != "v":
        raise Refusal(RejectReason.UNSUPPORTED, "not a record, and no topic BASE/VIN/v/FIELD")
    vin = fields.identifier(levels[-3], "vin")
    if not vin:
        raise Refusal(RejectReason.NO_ID, "the topic names no vehicle")
    value, at = body, now
    if isinstance(body, dict) and "value" in body:
        value = body["value"]
        at = moment(body["createdAt"], 0.0, now) if body.get("createdAt") else now
    return vin, at, [(_name(levels[-1]), value)]


def _name(key: object) -> str:
    if not isinstance(key, str) or not 0 < len(key) <= WORD_CHARS or not key.isprintable():
        raise Refusal(RejectReason.BAD_FIELD, "a field without a name")
    return key


def _result(value: object) -> float | str | None:
    """Read a value, bare or as one of protobuf's alternatives; None where it is said invalid."""
    if isinstance(value, dict):
        if "latitude" in value and "longitude" in value:
            return place(value["latitude"], value["longitude"], PLACE_DECIMALS)
        if len(value) != 1 or "invalid" in value:
            return None
        ((kind, value),) = value.items()
        if kind in ("intValue", "longValue", "floatValue", "doubleValue") or (
            kind == "stringValue" and _is_number(value)
        ):
            return _number(value)
        return None if isinstance(value, dict) and "latitude" not in value else _result(value)
    return None if value is None else result_of(value)


def _is_number(value: object) -> bool:
    """Say whether a text is a number: older vehicles send numbers as text."""
    try:
        float(str(value))
    except ValueError:
        return False
    return isinstance(value, str) and len(value) < 32 and value.strip("+-.0123456789eE") == ""


def _number(value: object) -> float | str:
    """Read a number; protobuf writes 64-bit ones as text."""
    if isinstance(value, str):
        if not _is_number(value):
            raise Refusal(RejectReason.BAD_FIELD, "a number that is none")
        value = float(value)
    return result_of(value)
