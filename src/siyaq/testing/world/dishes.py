"""Dishes that bring the internet to a town, and what they measured while it failed.

Their readings follow the truth of an outage story: the download falls when the story begins and
returns at the minute that the company names. A dish elsewhere notices nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from siyaq.testing.world.story import Story

MAPPING = """
at = "/time"
time = "unix_ms"

[thing]
kind = "dish"
id = "/serial"
site = "/where"

[[reading]]
property = "downlink"
value = "/down_bps"
scale = 1e-6
unit = "Mbit/s"
label = "download throughput"
label_ar = "تدفق التنزيل"

[[reading]]
property = "latency"
value = "/ping_ms"
unit = "ms"
label = "latency"
label_ar = "زمن الاستجابة"

[[reading]]
property = "state"
value = "/state"
"""
"""How the messages below become readings."""

EVERY = timedelta(seconds=10)
BEFORE = timedelta(minutes=8)
AFTER = timedelta(minutes=6)
ELSEWHERE = "Farmouth"
_MOST_OUTAGES = 10  # what they measured fits into one delivery


@dataclass(frozen=True, slots=True)
class Measured:
    """What dishes measured around one outage, and what is true of it."""

    place: str
    fell_at: datetime
    returned_at: datetime
    serials: tuple[str, ...]  # of the dishes in the town; the last one stands elsewhere
    messages: tuple[bytes, ...]  # in order of time


def measured(story: Story) -> Measured:
    """Return what three dishes in the town of an internet outage measured, and one elsewhere."""
    if not _of_internet(story):
        raise ValueError(f"story {story.id!r} is no internet outage")
    rng = Random(f"{story.id}:dishes")
    place = story.words["place"].en
    fell_at, returned_at = story.started_at, _returned_at(story)
    serials = tuple(f"UT{rng.randrange(10**11):011d}" for _ in range(4))
    messages = tuple(_messages(rng, serials, place, fell_at, returned_at))
    return Measured(place, fell_at, returned_at, serials, messages)


def latest(stories: Sequence[Story], now: datetime) -> bytes:
    """Return what was measured up to `now` around the last internet outages of `stories`.

    A message a line, in order of time; nothing where there was no outage.
    """
    outages = [story for story in stories if _of_internet(story)][-_MOST_OUTAGES:]
    told = [(json.loads(line)["time"], line) for one in outages for line in measured(one).messages]
    until = now.timestamp() * 1000
    return b"".join(line + b"\n" for at, line in sorted(told) if at <= until)


def _of_internet(story: Story) -> bool:
    return story.kind == "outage" and story.words["service"].en == "internet service"


def _returned_at(story: Story) -> datetime:
    """Return the minute that the company names, the first one after the story began."""
    hour, minute = map(int, story.facts["restored"][0].split(":"))
    found = story.started_at.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return found if found > story.started_at else found + timedelta(days=1)


def _messages(
    rng: Random, serials: tuple[str, ...], place: str, fell_at: datetime, returned_at: datetime
) -> Iterator[bytes]:
    at = fell_at - BEFORE
    while at < returned_at + AFTER:
        for serial in serials:
            here = serial != serials[-1]
            down = here and fell_at <= at < returned_at
            yield json.dumps(
                {
                    "serial": serial,
                    "where": place if here else ELSEWHERE,
                    "time": int(at.timestamp() * 1000),
                    "down_bps": max(0.0, rng.gauss(3e6, 3e5) if down else rng.gauss(180e6, 6e6)),
                    "ping_ms": rng.gauss(420, 20) if down else rng.gauss(35, 2),
                    "state": "SEARCHING" if down else "CONNECTED",
                }
            ).encode()
        at += EVERY
