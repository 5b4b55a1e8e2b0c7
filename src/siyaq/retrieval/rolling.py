"""Periods counted from now: "the last two hours", "آخر ساعتين", "two hours ago", "قبل ساعتين".

Months and shorter only: "in the last ten years" is mostly what a question is about.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from siyaq.core.span import TimeRange
from siyaq.retrieval.dates import MONTH
from siyaq.retrieval.operators import start_of_day

FEW = 6
"""How many "a few" and an Arabic plural without a number are taken to be."""

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_DAY, _WEEK, _MONTH = timedelta(days=1), timedelta(weeks=1), timedelta(days=30)

_LENGTHS: dict[str, timedelta] = {
    "second": timedelta(seconds=1),
    "minute": _MINUTE,
    "min": _MINUTE,
    "hour": _HOUR,
    "hr": _HOUR,
    "day": _DAY,
    "night": _DAY,
    "week": _WEEK,
    "month": _MONTH,
    "دقيقه": _MINUTE,
    "دقيقتين": 2 * _MINUTE,
    "دقائق": FEW * _MINUTE,
    "دقايق": FEW * _MINUTE,
    "ساعه": _HOUR,
    "ساعتين": 2 * _HOUR,
    "ساعات": FEW * _HOUR,
    "يوم": _DAY,
    "يوما": _DAY,
    "يومين": 2 * _DAY,
    "ايام": FEW * _DAY,
    "اسبوع": _WEEK,
    "اسبوعا": _WEEK,
    "اسبوعين": 2 * _WEEK,
    "اسابيع": FEW * _WEEK,
    "شهر": _MONTH,
    "شهرا": _MONTH,
    "شهرين": 2 * _MONTH,
    "اشهر": FEW * _MONTH,
    "شهور": FEW * _MONTH,
}
_SINGLE = {
    "دقائق": _MINUTE,
    "دقايق": _MINUTE,
    "ساعات": _HOUR,
    "ايام": _DAY,
    "اسابيع": _WEEK,
    "اشهر": _MONTH,
    "شهور": _MONTH,
}
"""Units whose plural comes after a number: then it is the number that counts."""

_NUMBERS: dict[str, float] = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty-eight": 48,
    "twenty-four": 24,
    "half an": 0.5,
    "half": 0.5,
    "couple": 2,
    "couple of": 2,
    "a couple of": 2,
    "few": FEW,
    "several": FEW,
    "نصف": 0.5,
    "ربع": 0.25,
    "بضع": FEW,
    "بضعه": FEW,
    "عده": FEW,
    "قليله": FEW,
    "ثلاث": 3,
    "ثلاثه": 3,
    "اربع": 4,
    "اربعه": 4,
    "خمس": 5,
    "خمسه": 5,
    "ست": 6,
    "سته": 6,
    "سبع": 7,
    "سبعه": 7,
    "ثماني": 8,
    "ثمان": 8,
    "ثمانيه": 8,
    "تسع": 9,
    "تسعه": 9,
    "عشر": 10,
    "عشره": 10,
    "عشرين": 20,
    "ثلاثين": 30,
}

_SOME = ("few", "several", "بضع", "بضعه", "عده", "قليله")
"""Numbers that give none: so many is at most what they are taken to be."""


def _one_of(words: dict[str, float] | dict[str, timedelta], *, arabic: bool) -> str:
    chosen = [word for word in words if word.isascii() is not arabic]
    return "|".join(sorted(chosen, key=len, reverse=True))


_COUNT = rf"(?P<count>\d{{1,4}}|{_one_of(_NUMBERS, arabic=False)})"
_UNIT = rf"(?P<unit>{_one_of(_LENGTHS, arabic=False)})s?"
_AR_COUNT = rf"(?:ال ?)?(?P<count>\d{{1,4}}|{_one_of(_NUMBERS, arabic=True)})"
_AR_UNIT = rf"(?P<unit>{_one_of(_LENGTHS, arabic=True)})"
_AR_IN = r"\b(?:(?:في|خلال|اثناء|منذ|من|طوال|على مدي|علي مدي) )?"
_AR_LAST = r"(?:الماضي|الاخير|الفائت|المنصرم)(?:ه|ين|تين)?"
_NOT_OF = r"\b(?! of\b)"
_AR_NOT_OF = r"\b(?!(?: واحده?)? من (?!الان\b))"
"""Not "قبل يومين من الهجوم": that counts from something else than now."""
_MOON = "رمضان|شعبان|شوال|محرم|صفر|رجب|ربيع|جمادي|ذي|ذو"
_AR_ALONE = (
    rf"{_AR_NOT_OF}(?!(?<=يوم|شهر) (?:ال\w{{3}}|امس|\d|{MONTH}|{_MOON}))(?!(?<=ساعه) ال\w{{3}})"
)
"""Not "منذ يوم الاثنين" nor "منذ شهر مايو": those name a day and a month."""

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:(?:in|during|over|for|within|from) )?(?:the |these )?(?:last|past|previous) "
        rf"{_COUNT} {_UNIT}{_NOT_OF}",
        rf"\b(?:in|during|over|within|from) the (?:last|past) {_UNIT}{_NOT_OF}",
        rf"\b(?:(?:the|this) past {_UNIT}|the last (?:minute|hour)){_NOT_OF}",
        rf"\bsince (?:about )?{_COUNT} {_UNIT} ago\b",
        rf"{_AR_IN}اخر (?:{_AR_COUNT} )?{_AR_UNIT}{_AR_NOT_OF}",
        rf"{_AR_IN}(?:{_AR_COUNT} )?(?:ال)?{_AR_UNIT} {_AR_LAST}{_AR_NOT_OF}",
        rf"{_AR_IN}ال{_AR_UNIT} {_AR_COUNT} {_AR_LAST}{_AR_NOT_OF}",
        rf"\bمنذ (?:{_AR_COUNT} )?{_AR_UNIT}{_AR_ALONE}",
    )
)
_AGO = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!since )(?<!since about )\b{_COUNT} {_UNIT} ago\b",
        rf"\bقبل (?:نحو |حوالي )?(?:{_AR_COUNT} )?{_AR_UNIT}{_AR_ALONE}",
    )
)
_A_CALENDAR_UNIT = re.compile(r"\b(?:الاسبوع|الشهر|اليوم) الماضي\b")


def rolling(folded: str, now: datetime) -> tuple[TimeRange, re.Match[str]] | None:
    """Return the period ending now that `folded` names, and the words that do."""
    for pattern in _PATTERNS:
        match = pattern.search(folded)
        if match is None or _A_CALENDAR_UNIT.search(match.group()):
            continue
        said = match.groupdict()
        return TimeRange(since=now - _length(said.get("count"), said.get("unit"))), match
    return None


def ago(folded: str, now: datetime) -> tuple[TimeRange, re.Match[str]] | None:
    """Return when it was so long ago, and the words that say so.

    Of days it is the whole day. Of other units it reaches half a unit to either side, as nobody
    means a moment to the second; "a few days ago" is at any time since.
    """
    match = next(filter(None, (one.search(folded) for one in _AGO)), None)
    if match is None:
        return None
    count, unit = match["count"], match["unit"]
    whole, single = _length(count, unit), _SINGLE.get(unit, _LENGTHS[unit])
    if count in _SOME or (count is None and unit in _SINGLE):
        return TimeRange(since=now - whole), match
    if unit.endswith("ين"):  # a dual
        single = whole / 2
    if single == _DAY:
        midnight = start_of_day(now - whole)
        return TimeRange(midnight, midnight + _DAY), match
    return TimeRange(now - whole - single / 2, now - whole + single / 2), match


def _length(count: str | None, unit: str | None) -> timedelta:
    if unit is None:  # "the last hour" names its unit in passing
        return _HOUR
    if count is None:
        return _LENGTHS[unit]
    number = int(count) if count.isdigit() else _NUMBERS[count]
    return number * _SINGLE.get(unit, _LENGTHS[unit])
