"""A change of a series as a post: a sentence in English, one in Arabic, its readings behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from siyaq.core.clock import PlacedBy
from siyaq.core.ids import AuthorId
from siyaq.core.post import Author, Post
from siyaq.core.wire import rfc3339
from siyaq.telemetry.changes import Change
from siyaq.telemetry.store import Series

MOST_READINGS = 20
"""Readings that go with a post, of those in and around a change."""

_KINDS_AR: Mapping[str, str] = {
    "dish": "الطبق",
    "vehicle": "المركبة",
    "gpu": "بطاقة الرسوم",
    "sensor": "المستشعر",
}
_MONTHS = "January February March April May June July August September October November December"
_MONTHS_AR = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"


def post_of(
    series: Series,
    change: Change,
    readings: Sequence[tuple[datetime, float | str]],
    now: datetime,
) -> Post:
    """Return what tells of a change. The same change is the same post, however often it is told."""
    thing = f"{series.kind}:{series.thing}"
    return Post(
        source=series.source,
        native_id=f"{thing}/{series.property}/{rfc3339(change.until)}",
        author=Author(id=AuthorId(thing), handle=thing, name=_name(series)),
        text=f"{english(series, change)}\n\n{arabic(series, change)}",
        created_at=change.until,
        witnessed_at=now,
        placed_at=min(change.until, now),
        placed_by=PlacedBy.CREATED,
        lang="en",
        extra={
            "telemetry": {
                "thing": thing,
                "site": series.site,
                "property": series.property,
                "unit": series.unit,
                "from": rfc3339(change.since),
                "to": rfc3339(change.until),
                "before": change.before,
                "after": change.after,
                "readings": [[rfc3339(at), value] for at, value in readings[:MOST_READINGS]],
            }
        },
    )


def english(series: Series, change: Change) -> str:
    """Say what changed: "Download throughput of dish 3f2a91c07b44 at Qasr fell from …"."""
    label = series.label or series.property.replace("_", " ")
    what = f"{label[:1].upper()}{label[1:]} of {_name(series)}"
    where = f" at {series.site}" if series.site else ""
    return (
        f"{what}{where} {_verb(change)} {_from_to(series, change, 'from', 'to')} {_when(change)}."
    )


def arabic(series: Series, change: Change) -> str:
    """Say the same in Arabic."""
    label = series.label_ar or series.label or series.property
    kind = _KINDS_AR.get(series.kind, series.kind)
    where = f" في {series.site}" if series.site else ""
    values = _from_to(series, change, "من", "إلى")
    return (
        f"{label} ({kind} {series.thing}{where}): {_verb_ar(change)} {values} {_when_ar(change)}."
    )


def _name(series: Series) -> str:
    return f"{series.kind} {series.thing}"


def _verb(change: Change) -> str:
    if isinstance(change.before, str) or isinstance(change.after, str):
        return "went"
    return "fell" if change.after < change.before else "rose"


def _verb_ar(change: Change) -> str:
    if isinstance(change.before, str) or isinstance(change.after, str):
        return "تغيّر"
    return "انخفض" if change.after < change.before else "ارتفع"


def _from_to(series: Series, change: Change, before: str, after: str) -> str:
    unit = f" {series.unit}" if series.unit else ""
    return f"{before} {told(change.before)} {after} {told(change.after)}{unit}"


def told(value: float | str) -> str:
    """Write a value as people do: three significant digits, none after the point from 100 on."""
    if isinstance(value, str):
        return value
    if abs(value) >= 100:
        return f"{value:.0f}"
    text = f"{value:.3g}"
    return f"{float(text):g}" if "e" not in text else text


def _when(change: Change) -> str:
    since, until = change.since.astimezone(UTC), change.until.astimezone(UTC)
    if since.date() != until.date():
        return f"between {_moment(since)} and {_moment(until)}"
    return f"between {since:%H:%M} and {_moment(until)}"


def _moment(at: datetime) -> str:
    return f"{at:%H:%M} UTC on {at.day} {_MONTHS.split()[at.month - 1]} {at.year}"


def _when_ar(change: Change) -> str:
    since, until = change.since.astimezone(UTC), change.until.astimezone(UTC)
    day = f"{until.day} {_MONTHS_AR.split()[until.month - 1]} {until.year}"
    return f"بين {since:%H:%M} و{until:%H:%M} بالتوقيت العالمي في {day}"
