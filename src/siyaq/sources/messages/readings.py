"""Which part of a message is a reading of what: a file of TOML, checked when it is read.

    at = "/time"                     # when it was so; without it, when it came
    time = "unix_ms"                 # of times that are numbers: unix (seconds), unix_ms
    items = "/samples"               # where a message holds several; each is read by itself
    identifiers = "hashed"           # or "kept": what stands for a thing's id

    [thing]
    kind = "dish"                    # a word of yours; dish, vehicle, gpu and sensor are known
    id = "/serial"                   # a pointer, or "topic:2": the second level of an MQTT topic
    site = "/where"                  # what you call its place; shown in sentences

    [[reading]]
    property = "downlink"
    value = "/down_bps"              # a number, a word or a truth; where it is missing, no reading
    scale = 1e-6                     # numbers are multiplied by it
    unit = "Mbit/s"                  # UCUM
    label = "download throughput"    # for sentences
    label_ar = "سرعة التنزيل"

A pair of latitude and longitude is a word: `value = ["/lat", "/lon"]`, rounded to `places`
decimals (2 by default: about a kilometer).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from siyaq.core.errors import ConfigError
from siyaq.core.event import Rejected, RejectReason
from siyaq.core.observation import Observation, Property, Thing
from siyaq.sources import fields
from siyaq.sources.decode import decode_value
from siyaq.sources.messages.mapping import TIME_UNITS, items_of, one_of, unknown_key
from siyaq.sources.messages.pointer import Pointer
from siyaq.sources.refusal import Refusal

STATE_CHARS = 64
WORD_CHARS = 64
SITE_CHARS = 100
MOST_READINGS = 200
_TABLES = frozenset({"at", "time", "items", "identifiers", "places", "thing", "reading"})
_THING = frozenset({"kind", "id", "site"})
_READING = frozenset({"property", "value", "scale", "unit", "label", "label_ar"})
_TOPIC = "topic:"
_TOPIC_LEVELS = 32


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a topic, counted from 1."""

    number: int

    def of(self, topic: str) -> object:
        levels = topic.split("/")
        return levels[self.number - 1] if self.number <= len(levels) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    property: Property
    value: tuple[Pointer, ...]
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingMapping:
    """How messages become observations."""

    kind: str
    id: Pointer | _Level
    readings: tuple[_Reading, ...]
    site: Pointer | None = None
    at: Pointer | None = None
    items: Pointer | None = None
    second: float = 0.0
    personal: bool = True
    places: int = 2

    def read(
        self, message: bytes, *, source: str, now: datetime, topic: str = ""
    ) -> Iterator[Observation | Rejected]:
        """Yield the readings in a message, and what is of no use. Total."""
        try:
            items = items_of(decode_value(message), self.items)
        except Refusal as refusal:
            yield refusal.rejected()
            return
        for item in items:
            try:
                thing, at = self._thing(item, topic), self._moment(item, now)
            except Refusal as refusal:
                yield refusal.rejected()
                continue
            yield from self._observed(item, thing, source, at, now)

    def _observed(
        self, item: object, thing: Thing, source: str, at: datetime, now: datetime
    ) -> Iterator[Observation | Rejected]:
        for reading in self.readings:
            try:
                result = self._result(reading, item)
            except Refusal as refusal:
                yield refusal.rejected()
                continue
            if result is not None:
                yield Observation(
                    source=source,
                    thing=thing,
                    property=reading.property,
                    result=result,
                    phenomenon_time=at,
                    witnessed_at=now,
                )

    def _thing(self, item: object, topic: str) -> Thing:
        told = self.id.of(topic) if isinstance(self.id, _Level) else self.id.of(item)
        native_id = fields.identifier(told, "thing.id")
        if not native_id:
            raise Refusal(RejectReason.NO_ID, "the thing's id is missing")
        site = "" if self.site is None else fields.label(self.site.of(item), "site", SITE_CHARS)
        site = " ".join(site.split())
        return Thing(kind=self.kind, id=native_id, site=site, personal=self.personal)

    def _moment(self, item: object, now: datetime) -> datetime:
        if self.at is None:
            return now
        return moment(self.at.of(item), self.second, now)

    def _result(self, reading: _Reading, item: object) -> float | str | None:
        values = [pointer.of(item) for pointer in reading.value]
        if any(value is None for value in values):
            return None
        if len(values) == 2:
            return place(values[0], values[1], self.places)
        return result_of(values[0], reading.scale)


def result_of(value: object, scale: float = 1.0) -> float | str:
    """Return a reading of any JSON scalar: a number, or a word. Raises Refusal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        try:
            number = float(value) * scale
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise Refusal(RejectReason.BAD_FIELD, "a reading that is not a finite number")
        return number
    if isinstance(value, str) and 0 < len(value) <= STATE_CHARS and value.isprintable():
        return value
    told = f"a reading must be a number or a word of at most {STATE_CHARS} characters"
    raise Refusal(RejectReason.BAD_FIELD, told)


def place(latitude: object, longitude: object, decimals: int) -> str:
    """Return a place as a word, rounded. Raises Refusal."""
    found = [result_of(latitude), result_of(longitude)]
    if not all(isinstance(one, float) for one in found):
        raise Refusal(RejectReason.BAD_FIELD, "a place must be two numbers")
    return ",".join(f"{one:.{decimals}f}" for one in found)


def moment(value: object, second: float, now: datetime) -> datetime:
    """Return when a reading was made, in UTC; never later than it came. Raises Refusal."""
    if isinstance(value, int | float) and not isinstance(value, bool) and second:
        try:
            found: datetime | None = datetime.fromtimestamp(value * second, UTC)
        except (ValueError, OverflowError, OSError):
            found = None
    else:
        found = fields.moment(value, "at")
    if found is None:
        raise Refusal(RejectReason.BAD_TIME, "the time of a reading is missing or no time")
    return min(found, now)


def readings_of(document: Mapping[str, object], file: str) -> ReadingMapping:
    """Check a mapping of readings. Raises ConfigError, naming the key."""
    unknown_key(document, _TABLES, file)
    thing, readings = document.get("thing"), document.get("reading")
    if not isinstance(thing, dict):
        raise ConfigError(f"'thing' in {file!r} must be a table with 'kind' and 'id'")
    unknown_key(thing, _THING, file)
    if not isinstance(readings, list) or not 0 < len(readings) <= MOST_READINGS:
        raise ConfigError(f"'reading' in {file!r} must be 1 to {MOST_READINGS} [[reading]] tables")
    optional = {
        name: None if name not in table else Pointer.parse(table[name], f"{name!r} in {file!r}")
        for name, table in (("at", document), ("items", document), ("site", thing))
    }
    kept = one_of(
        document.get("identifiers", "hashed"), ("hashed", "kept"), f"'identifiers' in {file!r}"
    )
    return ReadingMapping(
        kind=_word(thing.get("kind"), f"'thing.kind' in {file!r}"),
        id=_id(thing.get("id"), file),
        readings=tuple(_reading(one, number, file) for number, one in enumerate(readings, 1)),
        second=TIME_UNITS[
            one_of(document.get("time", "rfc3339"), TIME_UNITS, f"'time' in {file!r}")
        ],
        personal=kept == "hashed",
        places=_decimals(document.get("places", 2), file),
        **optional,
    )


def _id(value: object, file: str) -> Pointer | _Level:
    key = f"'thing.id' in {file!r}"
    if isinstance(value, str) and value.startswith(_TOPIC):
        level = value.removeprefix(_TOPIC)
        if not level.isdecimal() or not 1 <= int(level) <= _TOPIC_LEVELS:
            raise ConfigError(f"{key} must be topic:1 to topic:{_TOPIC_LEVELS}, got {value!r}")
        return _Level(int(level))
    return Pointer.parse(value, key)


def _reading(table: object, number: int, file: str) -> _Reading:
    where = f"[[reading]] {number} in {file!r}"
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table")
    unknown_key(table, _READING, where)
    value, scale = table.get("value"), table.get("scale", 1.0)
    listed = value if isinstance(value, list) else [value]
    if len(listed) not in (1, 2):
        raise ConfigError(f"'value' of {where} must be one pointer, or two of a place")
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not math.isfinite(scale):
        raise ConfigError(f"'scale' of {where} must be a number, got {scale!r}")
    words = {
        name: _word(table.get(name, ""), f"{name!r} of {where}", empty=True)
        for name in ("unit", "label", "label_ar")
    }
    name = _word(table.get("property"), f"'property' of {where}")
    return _Reading(
        property=Property(name=name, **words),
        value=tuple(Pointer.parse(one, f"'value' of {where}") for one in listed),
        scale=float(scale),
    )


def _word(value: object, key: str, *, empty: bool = False) -> str:
    if not isinstance(value, str) or not (empty or value) or len(value) > WORD_CHARS:
        raise ConfigError(f"{key} must be text of at most {WORD_CHARS} characters, got {value!r}")
    if not value.isprintable() and value:
        raise ConfigError(f"{key} holds characters that do not print")
    return value


def _decimals(value: object, file: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 7:
        raise ConfigError(f"'places' in {file!r} must be 0 to 7 decimals, got {value!r}")
    return value
