"""Days and moments that a question names, and what bounds it by one: "since Monday", "منذ الظهر".

"since", "after", "before" and "until" are read before a week day, a calendar word and a time of
day. Alone, "on Monday" and "two hours ago" bound only a question about what happened or was said:
"what is on Monday" asks about a day to come. A day with a date or another day beside it ("Friday
8 May", "Monday and Tuesday") and a time of another day ("at noon on 5 May") bound nothing here.
Days and times of day are those of UTC.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from siyaq.core.span import TimeRange
from siyaq.retrieval.dates import MONTH, WEEKDAYS
from siyaq.retrieval.operators import start_of_day
from siyaq.retrieval.rolling import ago

_DAY = timedelta(days=1)
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


_DAYS = _one_of(WEEKDAYS)
_ALONE = (
    r"(?! (?:the )?\d{1,4}(?![\d:]| ?[ap]\.?m)"
    rf"| (?:{MONTH}) \d"
    rf"| (?:and|or|to|until|till|through|و|او|الي|حتي) ?(?:on |last |يوم )*(?:{_DAYS}))"
)
"""Neither a date nor a second day follows."""
_WEEKDAY = (
    rf"(?:(?:last|the past|يوم) )?(?P<weekday>{_DAYS})(?: (?:الماضي|الفائت)ه?)?(?!\w){_ALONE}"
)
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
    rf"(?: (?:on |last |يوم )?(?P<day>today|yesterday|اليوم|امس|{_DAYS})(?!\w){_ALONE})?"
)
_BOUND = (
    r"\b(?:(?P<since>since|منذ|ابتداء من)|(?P<after>after|بعد(?! ظهر))"
    r"|(?P<before>(?<!day )before|prior to|قبل)|(?P<until>until|till|up to|as of|حتي|لغايه)) "
)
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
_BOUND_DAY = re.compile(
    rf"{_BOUND}(?:(?<!منذ )|(?!صباح اليوم)){_AR_PART}(?:{_WEEKDAY}|{_CALENDAR}){_PART}"
    r"(?P<its>'s)?(?!\w)"
)
_BOUND_TIME = re.compile(rf"{_BOUND}{_TIME}(?!\w)")
_BEFORE_YESTERDAY = re.compile(r"\bقبل (?:يوم )?(?:امس|البارحه)(?!\w)")
"""Means the day before yesterday, not all that was before."""

_LAST = re.compile(
    rf"\b(?:on )?(?<!the )last (?P<weekday>{_DAYS}){_PART}(?!\w){_ALONE}"
    rf"|\b(?:في )?{_AR_PART}(?:يوم )?(?P<arabic>{_DAYS}) (?:الماضي|الفائت)ه?(?!\w){_ALONE}"
)
_ON = re.compile(
    rf"\bon (?P<weekday>{_DAYS}){_PART}(?!\w){_ALONE}"
    rf"|\b(?:في )?(?:{_AR_PART}يوم|(?P<of>صباح|ظهر|عصر|مساء|فجر)) "
    rf"(?P<arabic>{_DAYS})(?!\w){_ALONE}"
)
_BETWEEN = re.compile(
    r"\b(?:between|from|بين|من) (?P<one>\S+(?: \S+){0,3}?) (?:and|to|until|و|الي|حتي) ?"
    rf"(?P<two>{_TIME})(?!\w)"
)
_AT = re.compile(
    r"(?<!بين )(?<!من )(?<!الي )"
    rf"\b(?:(?:at|around) |(?:عند |في |حوالي |نحو )?(?=الساعه )){_TIME}(?!\w)"
)
_ONE_TIME = re.compile(_TIME)
_AROUND = timedelta(minutes=30)
_NOON = timedelta(hours=12)
_AFTER_NOON = {
    "p": range(1, 12),
    "ظهرا": range(1, 6),
    "عصرا": range(1, 12),
    "مساء": range(1, 12),
    "ليلا": range(6, 12),
}
"""Hours of a dial that are of the second half of a day: "11 ليلا" is, "الواحدة ليلا" is not."""
_ANY_DAY = re.compile(
    rf"\b(?:{_DAYS}|(?:{MONTH}) \d|\d+(?:st|nd|rd|th)?(?: of)? (?:{MONTH})(?!\w)|\d{{4}}[-/]\d"
    r"|today|yesterday|tomorrow|nights?|weeks?|months?|ago"
    r"|اليوم|امس|البارحه|غدا|ليله|الليله|اسبوع|الاسبوع|شهر|الشهر)"
)
_OF_A_WEEK = re.compile(
    r"\b(?:weeks?|months?|ago)\b|\b(?:ال)?(?:اسبوع|اسبوعين|اسابيع|شهر|شهرين|اشهر)(?!\w)"
)
"""Beside a week day says which it is: "on Monday last week" is not the last Monday."""
_TO_COME = re.compile(r"\b(?:will|shall|going to|gonna|to be|سوف)\b")
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

_SAYS_NOW = re.compile(
    r"\b(?:do|does|is|are)\b(?: \S+){1,4}? (?:say|saying|talking|report|mention|post)\b"
)
"""What is said now about Monday may be of a Monday to come."""


def named_day(folded: str, now: datetime) -> tuple[TimeRange, re.Match[str]] | None:
    """Return the period that a named day or moment bounds, and the words that do."""
    if (match := _BEFORE_YESTERDAY.search(folded)) is not None:
        return _run(now, -2, -1), match
    if (match := _BOUND_DAY.search(folded)) is not None and _is_past(folded, match):
        known = match["calendar"] or not _OF_A_WEEK.search(folded)
        return _bounded(match, _part(match, _day(match, now))) if known else TimeRange(), match
    told = _HAPPENED.search(folded) or _TELLS.search(folded)
    if (match := _BOUND_TIME.search(folded)) is not None and (match["since"] or told):
        moment = _moment(match, now)
        if moment is not None:
            known = _day_is_known(folded, match)
            return _bounded(match, TimeRange(moment, moment)) if known else TimeRange(), match
    found = None if _OF_A_WEEK.search(folded) else _week_day(folded, now)
    if found is not None:
        return found
    match = _BETWEEN.search(folded) if told else None
    if match and _day_is_known(folded, match) and (placed := _between(match, now)):
        return placed, match
    match = _AT.search(folded)
    if match is not None and _day_is_known(folded, match) and _is_of(folded, match):
        moment = _moment(match, now)
        if moment is not None:
            return TimeRange(moment - _AROUND, moment + _AROUND), match
    found = ago(folded, now)
    return found if found is not None and _is_of(folded, found[1]) else None


def _week_day(folded: str, now: datetime) -> tuple[TimeRange, re.Match[str]] | None:
    if (match := _LAST.search(folded)) is not None:
        return _part(match, _weekday(match, now, before_today=True)), match
    if (match := _ON.search(folded)) is not None and _is_of(folded, match):
        return _part(match, _weekday(match, now, before_today=False)), match
    return None


def _is_past(folded: str, match: re.Match[str]) -> bool:
    """Say whether a bound lies in the past: "until Friday" seldom does, "to this day" is now."""
    if match["since"]:
        return True
    if match["calendar"]:
        return match["before"] is not None or match["calendar"] not in ("today", "اليوم")
    return _is_of(folded, match)


def _day_is_known(folded: str, match: re.Match[str]) -> bool:
    """Say whether the day of a time of day is named beside it, or none is named at all."""
    rest = f"{folded[: match.start()]} {folded[match.end() :]}"
    return match["day"] is not None or _ANY_DAY.search(rest) is None


def _is_of(folded: str, match: re.Match[str]) -> bool:
    """Say whether a question is about what happened, or was said, at the time that is named."""
    if _TO_COME.search(folded):
        return False
    if _HAPPENED.search(folded) or _TOLD.search(folded[: match.start()].rstrip()):
        return True
    if match.end() < len(folded) or not _TELLS.search(folded):
        return False
    return "ago" in match.group() or not _SAYS_NOW.search(folded)


def _bounded(match: re.Match[str], named: TimeRange) -> TimeRange:
    if match.groupdict().get("its"):  # "after Monday's vote" may be on Monday
        early = match["since"] or match["after"]
        return TimeRange(since=named.since) if early else TimeRange(until=named.until)
    if match["since"]:
        return TimeRange(since=named.since)
    if match["after"]:
        return TimeRange(since=named.until)
    return TimeRange(until=named.since if match["before"] else named.until)


def _day(match: re.Match[str], now: datetime) -> TimeRange:
    if match["weekday"]:
        return _weekday(match, now, before_today=True)
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


def _weekday(match: re.Match[str], now: datetime, *, before_today: bool) -> TimeRange:
    name = match["weekday"] or match["arabic"]
    back = _days_back(name, now) or (7 if before_today else 0)
    return _run(now, -back, 1 - back)


def _days_back(name: str, now: datetime) -> int:
    return (now.weekday() - WEEKDAYS[name]) % 7


def _part(match: re.Match[str], day: TimeRange) -> TimeRange:
    """Return a day, or the part of it that is named."""
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
    day = start_of_day(begin if match["day"] is None else end)
    begin, end = (day + (one - start_of_day(one)) for one in (begin, end))
    return TimeRange(begin, end) if begin < end else None


def _moment(match: re.Match[str], now: datetime) -> datetime | None:
    """Return the last such time of day by `now`; None where there is no such time."""
    at = _clock(match)
    if at is None:
        return None
    moment = start_of_day(now) + at
    if match["day"] in WEEKDAYS:
        moment -= _days_back(match["day"], now) * _DAY
        moment -= 0 * _DAY if moment <= now else 7 * _DAY
    elif match["day"] in ("yesterday", "امس") or (match["day"] is None and moment > now):
        moment -= _DAY
    spoken = match["word"] or (match["arabic"] and not match["past"])
    if spoken and not match["part"] and timedelta() < at <= _NOON:
        return _of_either_half(match, moment, now)
    return moment


def _of_either_half(match: re.Match[str], moment: datetime, now: datetime) -> datetime | None:
    """Return when a spoken hour ("الساعة الخامسة") was; None where its half is open."""
    said = match.groupdict()
    if match["day"] is None:
        return moment + _NOON if moment + _NOON <= now else moment
    if said.get("since") or said.get("after"):
        return moment
    return moment + _NOON if said.get("before") or said.get("until") else None


def _clock(match: re.Match[str]) -> timedelta | None:
    """Return how long after midnight it is; None where no clock shows that."""
    if match["name"] or match["noon"]:
        return timedelta(hours=_HOURS[match["name"] or match["noon"]])
    if match["clock"]:
        hour, minute = map(int, match["clock"].split(":"))
    else:
        hour = _HOURS[match["word"]] if match["word"] else int(match["hour"] or match["arabic"])
        minute = int(match["minute"] or match["past"] or 0)
        part = match["part"] or (match["half"] or "")[:1]
        if hour in _AFTER_NOON.get(part, ()):
            hour += 12
        elif hour == 12 and part in ("a", "صباحا", "فجرا", "ليلا"):
            hour = 0
    return None if hour > 23 or minute > 59 else timedelta(hours=hour, minutes=minute)
