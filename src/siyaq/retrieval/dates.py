"""Dates that bound a question: "since 5 May 2026", "before 2026-05-01", "بين 3 مايو و5 مايو".

A bare date ("on 12 October") bounds only a question about what happened or was said, and only a
date of the last year: older ones are what a question is about, not when it was posted.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from siyaq.core.span import TimeRange

_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)

_MONTHS = {
    "january": 1,
    "jan": 1,
    "february": 2,
    "feb": 2,
    "march": 3,
    "mar": 3,
    "april": 4,
    "apr": 4,
    "may": 5,
    "june": 6,
    "jun": 6,
    "july": 7,
    "jul": 7,
    "august": 8,
    "aug": 8,
    "september": 9,
    "sept": 9,
    "sep": 9,
    "october": 10,
    "oct": 10,
    "november": 11,
    "nov": 11,
    "december": 12,
    "dec": 12,
    "يناير": 1,
    "كانون الثاني": 1,
    "فبراير": 2,
    "شباط": 2,
    "مارس": 3,
    "اذار": 3,
    "ابريل": 4,
    "نيسان": 4,
    "مايو": 5,
    "ايار": 5,
    "يونيو": 6,
    "حزيران": 6,
    "يوليو": 7,
    "تموز": 7,
    "اغسطس": 8,
    "اب": 8,
    "سبتمبر": 9,
    "ايلول": 9,
    "اكتوبر": 10,
    "تشرين الاول": 10,
    "نوفمبر": 11,
    "تشرين الثاني": 11,
    "ديسمبر": 12,
    "كانون الاول": 12,
}
WEEKDAYS = {
    "monday": 0,
    "tuesday": 1,
    "wednesday": 2,
    "thursday": 3,
    "friday": 4,
    "saturday": 5,
    "sunday": 6,
    "الاثنين": 0,
    "الثلاثاء": 1,
    "الاربعاء": 2,
    "الخميس": 3,
    "الجمعه": 4,
    "السبت": 5,
    "الاحد": 6,
}
MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(WEEKDAYS)
_DATE = (
    rf"(?:(?:{_WEEKDAY}) (?:the )?)?"
    r"(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTH})(?:,? \d{{4}})?"
    rf"|(?:{MONTH}) \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?)"
)
_PARTS = re.compile(
    rf"(?P<iso>\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}})|(?P<month>{MONTH})|(?P<number>\d+)"
)
_BETWEEN = re.compile(
    rf"\b(?:between|from|بين|من) (?P<one>{_DATE}|\d{{1,2}})"
    rf" (?:and|to|until|till|و|الي|حتي) ?(?P<two>{_DATE})\b"
)
_SINCE = re.compile(rf"\b(?:since|from|منذ)(?: يوم)? (?P<date>{_DATE})\b")
_AFTER = re.compile(rf"\b(?:after|بعد)(?: يوم)? (?P<date>{_DATE})\b")
_BEFORE = re.compile(rf"\b(?:before|قبل)(?: يوم)? (?P<date>{_DATE})\b")
_UNTIL = re.compile(rf"\b(?:until|till|up to|حتي)(?: يوم)? (?P<date>{_DATE})\b")
_ON = re.compile(rf"\b(?:on|of|في|يوم|بتاريخ) (?:the )?(?P<date>{_DATE})\b")
_IN_MONTH = re.compile(
    rf"\b(?:in|during|في|خلال)(?: شهر)? (?P<month>{MONTH})(?: (?P<year>\d{{4}}))?(?!\w| \d)"
    rf"(?! (?:and|or|to|until|till|through|و|او|الي|حتي) ?(?:{MONTH}))"
)
_HAPPENED = re.compile(
    r"\b(?:happen\w*|news|posts?|posted|said|say|reported|published|announced|stor(?:y|ies))\b"
    r"|حدث|جري|حصل|اخبار|انباء|نشر|قال|اعلن"
)

_TOOK_PLACE = re.compile(r"\b(?:happened|occurred|took place)\b|\b(?:حدث|جري|حصل|صار)(?!\w)")
_TOLD = re.compile(
    r"\b(?:posts?|posted|said|reported|published|announced|news|قيل|قال|قالت|نشر|كتب|اعلن|اخبار) $"
)


def bounded(folded: str, now: datetime) -> tuple[TimeRange, re.Match[str]] | None:
    """Return the period that dates in `folded` bound, and the words that do."""
    between = _BETWEEN.search(folded)
    if between is not None:
        two = parse_date(between["two"], now)
        day = between["one"]
        if two is not None and day.isdigit():  # "from 3 to 5 May"
            day = f"{two:%Y-%m}-{day}"
        one = parse_date(day, now)
        if one is not None and two is not None and one <= two:
            return TimeRange(one, two + _DAY), between
    for pattern, since_after, until_after in (
        (_SINCE, timedelta(), None),
        (_AFTER, _DAY, None),
        (_BEFORE, None, timedelta()),
        (_UNTIL, None, _DAY),
        (_ON, timedelta(), _DAY),
    ):
        match = pattern.search(folded)
        day = None if match is None else parse_date(match["date"], now)
        if match is None or day is None or now - day > _YEAR:
            continue
        if pattern is _ON and not _HAPPENED.search(folded):
            continue
        since = None if since_after is None else day + since_after
        return TimeRange(since, None if until_after is None else day + until_after), match
    return _in_month(folded, now)


def _in_month(folded: str, now: datetime) -> tuple[TimeRange, re.Match[str]] | None:
    """Return the month of the last year in which a question asks what happened or was said."""
    match = _IN_MONTH.search(folded)
    if match is None or not (_TOOK_PLACE.search(folded) or _TOLD.search(folded[: match.start()])):
        return None
    first = parse_date(f"1 {match.group('month')} {match['year'] or ''}".strip(), now)
    if first is None or not first <= now <= first + _YEAR:
        return None
    return TimeRange(first, (first + 31 * _DAY).replace(day=1)), match


def parse_date(folded: str, now: datetime) -> datetime | None:
    """Return the midnight that begins a date; without a year, the last such date by `now`."""
    numbers: list[int] = []
    month = 0
    for part in _PARTS.finditer(folded):
        if part["iso"]:
            year, month, day = map(int, re.split("[-/]", part["iso"]))
            return _midnight(year, month, day)
        if part["month"]:
            month = _MONTHS[part["month"]]
        else:
            numbers.append(int(part["number"]))
    day = numbers[0]
    if len(numbers) > 1:
        return _midnight(numbers[1], month, day)
    this_year = _midnight(now.year, month, day)
    if this_year is not None and this_year > now:
        return _midnight(now.year - 1, month, day)
    return this_year


def _midnight(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
