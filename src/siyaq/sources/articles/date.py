"""Dates as people and web pages write them, in English and Arabic.

A date without a time is midnight, and one without a zone is UTC: nothing better is known.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LEADING_LINES = 6
_LINE_CHARS = 90

_ENGLISH = "january february march april may june july august september october november december"
_ARABIC = (
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول",
    "جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر",
    "يناير فبراير مارس ابريل ماي يونيه يوليه غشت شتنبر أكتوبر نونبر دجنبر",
)


def _fold(text: str) -> str:
    """Write digits as ASCII and letters in one way, so that one spelling of a month will do."""
    text = text.lower().translate(_FOLDED)
    return re.sub("[\u064b-\u0652\u0640\u200e\u200f]", "", text)


_FOLDED = {ord(char): "ا" for char in "أإآ"} | {
    ord(digit): str(value)
    for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
    for value, digit in enumerate(digits)
}
_MONTHS = (
    {
        _fold(name.replace("_", " ")): number
        for names in (_ENGLISH, *_ARABIC)
        for number, name in enumerate(names.split(), start=1)
    }
    | {name[:3]: number for number, name in enumerate(_ENGLISH.split(), start=1)}
    | {"sept": 9}
)
_MONTH = "(?P<month>" + "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True)) + r")\b\.?"
_DAY = r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_TIME = r"(?:[^\d\n]{1,9}(?P<hour>\d{1,2}):(?P<minute>\d\d)(?!\d))?"
_WRITTEN = tuple(
    re.compile(pattern + _TIME)
    for pattern in (
        rf"{_DAY}\s+(?:of\s+)?{_MONTH}(?:\s*/\s*[^\W\d]+)?[,،]?\s+{_YEAR}",
        rf"\b{_MONTH}\s+{_DAY}[,،]?\s+{_YEAR}",
        r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b",
        r"\b(?P<year>(?:19|20)\d\d)/(?P<month>\d{1,2})/(?P<day>\d{1,2})\b",
    )
)


def machine_date(value: str) -> datetime | None:
    """Read a date out of markup: ISO 8601, as most pages have it, or RFC 2822."""
    value = value.strip()[:64]
    try:
        moment = datetime.fromisoformat(value.upper().replace("Z", "+00:00"))
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError):
            return None
    return _utc(moment)


def leading_date(text: str) -> datetime | None:
    """Find the date that a text begins with: in one of its first short lines."""
    lines = [line for line in text[: _LEADING_LINES * 500].splitlines() if line.strip()]
    for line in lines[:_LEADING_LINES]:
        if len(line) <= _LINE_CHARS and (moment := written_date(line)) is not None:
            return moment
    return None


def written_date(line: str) -> datetime | None:
    """Find a full date in a line: "1 May 2024", "May 1, 2024", "١ مايو ٢٠٢٤", "2024-05-01"."""
    line = _fold(line)
    for pattern in _WRITTEN:
        match = pattern.search(line)
        if match is not None:
            month = match["month"]
            try:
                return datetime(
                    int(match["year"]),
                    _MONTHS.get(month) or int(month),
                    int(match["day"]),
                    int(match["hour"] or 0),
                    int(match["minute"] or 0),
                    tzinfo=UTC,
                )
            except ValueError:
                continue
    return None


def _utc(moment: datetime) -> datetime | None:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None
