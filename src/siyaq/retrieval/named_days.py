"""Days and moments that a question names, and what bounds it by one: "since Monday", "منذ الظهر".

"since", "after", "before" and "until" are read before a week day, a calendar word and a time of
day. Alone, "on Monday" and "two hours ago" bound only a question about what happened or was said:
"what is on Monday" asks about a day to come. Days and times of day are those of UTC.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from siyaq.core.span import TimeRange
from siyaq.retrieval.operators import start_of_day
from siyaq.retrieval.rolling import ago

_DAY = timedelta(days=1)
_WEEKDAYS = {
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
_HOURS = {
    "noon": 12,
    "midday": 12,
    "midnight": 0,
    "الظهر": 12,
    "منتصف الليل": 0,
    "الواحده": 1,
    "الثانيه": 2,
    "الثالثه": 3,
    "الرابعه": 4,
    "الخامسه": 5,
    "السادسه": 6,
    "السابعه": 7,
    "الثامنه": 8,
    "التاسعه": 9,
    "العاشره": 10,
    "الحاديه عشره": 11,
    "الثانيه عشره": 12,
}


def _one_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_WEEKDAY = rf"(?:(?:last|the past|يوم) )?(?P<weekday>{_one_of(_WEEKDAYS)})(?: (?:الماضي|الفائت)ه?)?"
_CALENDAR = (
    r"(?P<calendar>(?:the )?day before yesterday|yesterday|today|last night|last week|this week"
    r"|last month|this month|(?:the )?(?:beginning|start) of (?:the|this) (?:week|month)"
    r"|بدايه (?:هذا )?(?:الاسبوع|الشهر)|ليله امس|الليله الماضيه"
    r"|(?:يوم )?(?:اول (?:من )?امس|امس|البارحه|امبارح)|اليوم"
    r"|الاسبوع الماضي|هذا الاسبوع|الشهر الماضي|هذا الشهر)"
)
_TIME = (
    rf"(?:(?:the )?(?P<name>noon|midday|midnight)"
    r"|(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))? ?(?P<half>[ap]\.?m\b)"
    r"|(?P<clock>\d{1,2}:\d{2})"
    rf"|(?P<noon>الظهر|منتصف الليل)"
    rf"|الساعه (?:(?P<arabic>\d{{1,2}})(?::(?P<past>\d{{2}}))?|(?P<word>{_one_of(_HOURS)}))"
    r"(?: (?P<part>صباحا|ظهرا|عصرا|مساء|ليلا|فجرا))?)"
    r"(?: (?P<day>today|yesterday|اليوم|امس))?"
)
_BOUND = (
    r"\b(?:(?P<since>since|منذ|ابتداء من)|(?P<after>after|بعد)"
    r"|(?P<before>(?<!day )before|prior to|قبل)|(?P<until>until|till|up to|as of|حتي|لغايه)) "
)
_BOUND_DAY = re.compile(rf"{_BOUND}(?:{_WEEKDAY}|{_CALENDAR})(?!\w)")
_BOUND_TIME = re.compile(rf"{_BOUND}{_TIME}(?!\w)")
_BEFORE_YESTERDAY = re.compile(r"\bقبل (?:يوم )?(?:امس|البارحه)(?!\w)")
"""Means the day before yesterday, not all that was before."""

_PARTS = {
    "morning": (0, 12),
    "afternoon": (12, 17),
    "evening": (17, 29),
    "night": (17, 29),
    "فجر": (0, 12),
    "صباح": (0, 12),
    "ظهر": (12, 17),
    "عصر": (12, 17),
    "مساء": (17, 29),
}
"""Hours of a day, from its midnight on; a night ends in the next morning."""
_PART = r"(?: (?P<part>morning|afternoon|evening|night))?"
_AR_PART = r"(?:(?P<in>صباح|ظهر|عصر|مساء|فجر) )?"
_LAST = re.compile(
    rf"\b(?:on )?last (?P<weekday>{_one_of(_WEEKDAYS)}){_PART}(?!\w)"
    rf"|\b(?:في )?{_AR_PART}(?:يوم )?(?P<arabic>{_one_of(_WEEKDAYS)}) (?:الماضي|الفائت)ه?(?!\w)"
)
_ON = re.compile(
    rf"\bon (?P<weekday>{_one_of(_WEEKDAYS)}){_PART}(?!\w)"
    rf"|\b(?:في )?(?:{_AR_PART}يوم|(?P<of>صباح|ظهر|عصر|مساء|فجر)) "
    rf"(?P<arabic>{_one_of(_WEEKDAYS)})(?!\w)"
)
_BETWEEN = re.compile(
    r"\b(?:between|from|بين|من) (?P<one>\S+(?: \S+){0,3}?) (?:and|to|until|و|الي|حتي) ?"
    rf"(?P<two>{_TIME})(?!\w)"
)
_AT = re.compile(
    rf"(?<!بين )(?<!من )\b(?:(?:at|around) |(?:عند |في |حوالي |نحو )?(?=الساعه )){_TIME}(?!\w)"
)
_ONE_TIME = re.compile(_TIME)
_AROUND = timedelta(minutes=30)
_HAPPENED = re.compile(
    r"\b(?:happened|occurred|went on|took place)\b|\b(?:حدث|جري|حصل|صار|وقع)(?!\w)"
)
_TOLD = re.compile(
    r"\b(?:said|says?|posted|reported|announced|published|wrote|written)(?: on| last)?$"
    r"|\b(?:قيل|قال|قالت|نشر|نشرت|كتب|كتبت|اعلن|اعلنت|ذكر|ذكرت)(?: في)?$"
)
_TELLS = re.compile(
    r"\b(?:said|say|says|saying|talking|posted?|report|reported|mention|mentioned|announced"
    r"|published|wrote|news)\b"
    r"|\b(?:قيل|قال|قالت|قالوا|نشر|نشرت|كتب|كتبت|اعلن|اعلنت|ذكر|ذكرت|ابلغ|ابلغوا|تحدث|تحدثوا|اخبار)"
    r"(?!\w)"
)


def named_day(folded: str, now: datetime) -> tuple[TimeRange, re.Match[str]] | None:
    """Return the period that a named day or moment bounds, and the words that do."""
    if (match := _BEFORE_YESTERDAY.search(folded)) is not None:
        return _run(now, -2, -1), match
    if (match := _BOUND_DAY.search(folded)) is not None and _is_past(folded, match):
        return _bounded(match, _day(match, now)), match
    told = _HAPPENED.search(folded) or _TELLS.search(folded)
    if (match := _BOUND_TIME.search(folded)) is not None and (match["since"] or told):
        moment = _moment(match, now)
        if moment is not None:
            return _bounded(match, TimeRange(moment, moment)), match
    if (match := _LAST.search(folded)) is not None:
        return _part(match, now, before_today=True), match
    if (match := _ON.search(folded)) is not None and _is_of(folded, match):
        return _part(match, now, before_today=False), match
    if told and (match := _BETWEEN.search(folded)) and (placed := _between(match, now)):
        return placed, match
    if (match := _AT.search(folded)) is not None and _is_of(folded, match):
        moment = _moment(match, now)
        if moment is not None:
            return TimeRange(moment - _AROUND, moment + _AROUND), match
    found = ago(folded, now)
    return found if found is not None and _is_of(folded, found[1]) else None


def _is_past(folded: str, match: re.Match[str]) -> bool:
    """Say whether a bound lies in the past: "until Friday" seldom does, "to this day" is now."""
    if match["since"]:
        return True
    if match["calendar"]:
        return match["calendar"] not in ("today", "اليوم")
    return _is_of(folded, match)


def _is_of(folded: str, match: re.Match[str]) -> bool:
    """Say whether a question is about what happened, or was said, at the time that is named."""
    if _HAPPENED.search(folded) or _TOLD.search(folded[: match.start()].rstrip()):
        return True
    return match.end() == len(folded) and _TELLS.search(folded) is not None


def _bounded(match: re.Match[str], named: TimeRange) -> TimeRange:
    if match["since"]:
        return TimeRange(since=named.since)
    if match["after"]:
        return TimeRange(since=named.until)
    return TimeRange(until=named.since if match["before"] else named.until)


def _day(match: re.Match[str], now: datetime) -> TimeRange:
    if match["weekday"]:
        return _weekday(match["weekday"], now, before_today=True)
    midnight = start_of_day(now)
    said = match["calendar"]
    if "week" in said or "اسبوع" in said:
        monday = (midnight - now.weekday() * _DAY) - (0 if _this(said) else 7) * _DAY
        return TimeRange(monday, monday + 7 * _DAY)
    if "month" in said or "شهر" in said:
        first = midnight.replace(day=1)
        if not _this(said):
            return TimeRange((first - _DAY).replace(day=1), first)
        return TimeRange(first, (first + 31 * _DAY).replace(day=1))
    if "night" in said or "ليله" in said:
        return TimeRange(midnight - timedelta(hours=7), midnight + timedelta(hours=5))
    if said in ("today", "اليوم"):
        return _run(now, 0, 1)
    return _run(now, -2, -1) if "before" in said or "اول" in said else _run(now, -1, 0)


def _this(said: str) -> bool:
    return not said.startswith("last") and "الماضي" not in said


def _run(now: datetime, first: int, end: int) -> TimeRange:
    midnight = start_of_day(now)
    return TimeRange(midnight + first * _DAY, midnight + end * _DAY)


def _weekday(name: str, now: datetime, *, before_today: bool) -> TimeRange:
    back = (now.weekday() - _WEEKDAYS[name]) % 7
    back = back or (7 if before_today else 0)
    return _run(now, -back, 1 - back)


def _part(match: re.Match[str], now: datetime, *, before_today: bool) -> TimeRange:
    """Return a week day, or the part of it that is named."""
    day = _weekday(match["weekday"] or match["arabic"], now, before_today=before_today)
    said = match.groupdict()
    part = said.get("part") or said.get("in") or said.get("of")
    if part is None or day.since is None:
        return day
    begin, end = (timedelta(hours=hour) for hour in _PARTS[part])
    return TimeRange(day.since + begin, day.since + end)


def _between(match: re.Match[str], now: datetime) -> TimeRange | None:
    """Return the time between two times of one day; None for what are none."""
    half = match["half"] or ""
    first = next(
        filter(None, (_ONE_TIME.fullmatch(f"{match['one']}{more}") for more in ("", f" {half}"))),
        None,
    )
    end = _moment(match, now)
    begin = None if first is None or end is None else _moment(first, now)
    if begin is None or end is None:
        return None
    begin = begin.replace(year=end.year, month=end.month, day=end.day)
    return TimeRange(begin, end) if begin < end else None


def _moment(match: re.Match[str], now: datetime) -> datetime | None:
    """Return the last such time of day by `now`; None where there is no such time."""
    if match["name"] or match["noon"]:
        hour, minute = _HOURS[match["name"] or match["noon"]], 0
    elif match["clock"]:
        hour, minute = map(int, match["clock"].split(":"))
    else:
        hour = _HOURS[match["word"]] if match["word"] else int(match["hour"] or match["arabic"])
        minute = int(match["minute"] or match["past"] or 0)
        half = (match["half"] or "")[:1]
        if half == "p" or match["part"] in ("ظهرا", "عصرا", "مساء"):
            hour += 12 if hour < 12 else 0
        elif half == "a" or match["part"] in ("صباحا", "فجرا"):
            hour = 0 if hour == 12 else hour
    if hour > 23 or minute > 59:
        return None
    moment = start_of_day(now) + timedelta(hours=hour, minutes=minute)
    if match["day"] in ("yesterday", "امس") or (match["day"] is None and moment > now):
        moment -= _DAY
    return moment
