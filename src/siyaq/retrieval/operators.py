"""Operators inside a question: `from:`, `since:`, `until:`, `lang:`, `source:`.

An operator that cannot be read is left in the text as words: people ask about "note: this" too.
A handle such as `@name` is a word of the question, never an operator.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.retrieval.spoken_filters import LANGUAGES
from siyaq.text.fold import fold

_OPERATOR = re.compile(
    r"(?<!\S)(?P<name>from|since|until|lang|source):(?:\"(?P<quoted>[^\"]*)\"|(?P<value>[^\s\"]+))",
    re.IGNORECASE,
)
_AGO = re.compile(r"(\d{1,4})([smhdw])")
_AGO_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DAYS = {"today": 0, "اليوم": 0, "yesterday": 1, "امس": 1}
_LANG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9-]+)?")


def pull_operators(text: str, filters: Filters, now: datetime) -> tuple[str, Filters]:
    """Return the text without its operators, and `filters` narrowed by them.

    Several values of one operator are alternatives. `since:` is inclusive and `until:` exclusive;
    both take a date, an ISO 8601 moment (UTC unless it says otherwise), an age such as `2h`,
    "today" or "yesterday". A value may stand in quotation marks.
    """
    authors: list[str] = []
    langs: list[str] = []
    sources: list[str] = []
    bounds: dict[str, datetime] = {}

    def take(match: re.Match[str]) -> str:
        name = match["name"].lower()
        value = (match["quoted"] or match["value"] or "").strip().rstrip(",;?؟？")
        if not value:
            return match[0]
        if name in {"since", "until"}:
            moment = parse_moment(value, now)
            if moment is None:
                return match[0]
            bounds[name] = moment
        elif name == "lang":
            tags = [_language(one) for one in value.split(",")]
            if None in tags:
                return match[0]
            langs.extend(filter(None, tags))
        elif name == "source":
            sources.append(value)
        else:
            authors.extend(one.removeprefix("@").lower() for one in value.split(",") if one)
        return " "

    rest = _OPERATOR.sub(take, text)
    if rest == text:
        return text.strip(), filters
    narrowed = replace(
        filters,
        placed=narrow(filters.placed, TimeRange(bounds.get("since"), bounds.get("until"))),
        langs=tuple(langs) or filters.langs,
        sources=tuple(sources) or filters.sources,
        authors=tuple(authors) or filters.authors,
    )
    return " ".join(rest.split()), narrowed


def _language(value: str) -> str | None:
    return LANGUAGES.get(fold(value)) or primary_tag(value)


def primary_tag(value: str) -> str | None:
    """Return the language of a BCP 47 tag, such as ar of ar-SA; None for anything else."""
    tag = value.lower()
    return tag.partition("-")[0] if _LANG.fullmatch(tag) else None


def parse_moment(value: str, now: datetime) -> datetime | None:
    """Read a date, an ISO 8601 moment, a day's name or an age; None when it is none of them."""
    plain = fold(value)
    age = _AGO.fullmatch(plain)
    if age:
        return now - int(age[1]) * _AGO_UNITS[age[2]]
    if plain in _DAYS:
        return start_of_day(now) - _DAYS[plain] * timedelta(days=1)
    try:
        moment = datetime.fromisoformat(plain.upper())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def narrow(one: TimeRange, other: TimeRange) -> TimeRange:
    """Return the moments that lie in both ranges; an empty range where there are none."""
    since = max((side for side in (one.since, other.since) if side), default=None)
    until = min((side for side in (one.until, other.until) if side), default=None)
    return TimeRange(since, until)


def start_of_day(moment: datetime) -> datetime:
    """Return the midnight, UTC, that begins the day of `moment`."""
    return datetime.combine(moment.date(), time(), tzinfo=UTC)
