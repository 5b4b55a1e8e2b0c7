"""A reading of a thing: not a post, and kept apart from posts (OGC SensorThings' Observation)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """What is read of things of one kind. `unit` is UCUM; "" where there is none."""

    name: str  # "downlink_throughput_bps"
    unit: str = ""
    label: str = ""  # for sentences, in English; `name` where there is none
    label_ar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is read: a dish, a vehicle, a graphics card, a sensor.

    `id` is the owner's own. Where it is `personal` it is hashed before anything is stored.
    """

    kind: str
    id: str
    site: str = ""  # what its owner calls the place where it stands; shown
    personal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One reading: a number in the property's unit, or the name of a state."""

    source: str
    thing: Thing
    property: Property
    result: float | str
    phenomenon_time: datetime  # when it was so, by the clock of whoever read it
    witnessed_at: datetime  # when it came to us
