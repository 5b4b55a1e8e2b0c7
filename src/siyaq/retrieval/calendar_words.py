"""Calendar words: "yesterday", "this morning", "last week", "أمس", "منذ الصباح", "اليوم".

Days are UTC days. "today" and "this week" restrict only a question about what happened: "What is
the city known as today?" asks about the city.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from siyaq.core.span import TimeRange
from siyaq.retrieval.operators import start_of_day

_DAY = timedelta(days=1)
_MORNING, _NOON, _EVENING = timedelta(hours=5), timedelta(hours=12), timedelta(hours=17)


def _days(first: int, last: int | None) -> Callable[[datetime], TimeRange]:
    """Return how to read a run of whole days, counted from today; None has no end."""

    def read(now: datetime) -> TimeRange:
        midnight = start_of_day(now)
        end = None if last is None else midnight + (last + 1) * _DAY
        return TimeRange(midnight + first * _DAY, end)

    return read


def _hours(
    day: int, begin: timedelta, end: timedelta | None = None
) -> Callable[[datetime], TimeRange]:
    """Return how to read a part of one day, counted from today; None has no end."""

    def read(now: datetime) -> TimeRange:
        midnight = start_of_day(now) + day * _DAY
        return TimeRange(midnight + begin, None if end is None else midnight + end)

    return read


def _since_morning(now: datetime) -> TimeRange:
    midnight = start_of_day(now)
    return TimeRange(midnight + _MORNING if now >= midnight + _MORNING else midnight)


def _week(offset: int) -> Callable[[datetime], TimeRange]:
    def read(now: datetime) -> TimeRange:
        monday = start_of_day(now) + (7 * offset - now.weekday()) * _DAY
        return TimeRange(monday, monday + 7 * _DAY)

    return read


def _this_month(now: datetime) -> TimeRange:
    first = start_of_day(now).replace(day=1)
    return TimeRange(first, (first + 31 * _DAY).replace(day=1))


def _last_month(now: datetime) -> TimeRange:
    first = start_of_day(now).replace(day=1)
    return TimeRange((first - _DAY).replace(day=1), first)


_WORDS: tuple[tuple[str, Callable[[datetime], TimeRange]], ...] = (
    (r"\b(?:the )?day before yesterday\b|\bاول (?:من )?امس\b|\bامس الاول\b", _days(-2, -2)),
    (
        r"\bsince (?:the |this )?(?:early )?morning\b|\bمنذ (?:هذا )?(?:الصباح|صباح اليوم)\b",
        _since_morning,
    ),
    (r"\bsince (?:midnight|today)\b|\bمنذ (?:بدايه )?(?:اليوم|منتصف الليل)\b", _days(0, None)),
    (r"\bthis morning\b|\b(?:هذا الصباح|صباح اليوم)\b", _hours(0, timedelta(), _NOON)),
    (r"\bthis afternoon\b|\b(?:بعد ظهر|ظهر|عصر) اليوم\b", _hours(0, _NOON, _EVENING)),
    (r"\b(?:this evening|tonight)\b|\b(?:هذا المساء|مساء اليوم|هذه الليله)\b", _hours(0, _EVENING)),
    (
        r"\blast night\b|\b(?:ليله امس|الليله الماضيه|مساء امس)\b",
        _hours(-1, _EVENING, _DAY + _MORNING),
    ),
    (r"\byesterday morning\b|\b(?:صباح|فجر) (?:يوم )?امس\b", _hours(-1, timedelta(), _NOON)),
    (r"\byesterday afternoon\b|\b(?:بعد ظهر|ظهر|عصر) (?:يوم )?امس\b", _hours(-1, _NOON, _EVENING)),
    (
        r"\byesterday (?:evening|night)\b|\bمساء يوم امس\b",
        _hours(-1, _EVENING, _DAY + _MORNING),
    ),
    (
        r"\b(?:(?:from|between) )?yesterday (?:and|or|to|until) today\b"
        r"|\b(?:(?:بين|من) )?(?:امس|البارحه) (?:و|او |الي |حتي |وحتي )اليوم\b",
        _days(-1, 0),
    ),
    (r"\byesterday(?:'s)?\b|\b(?:يوم )?(?:امس|البارحه|بالامس|امبارح|مبارح)\b", _days(-1, -1)),
    (r"(?<!the )\blast week\b(?! of)|\b(?:في )?الاسبوع الماضي\b", _week(-1)),
    (r"(?<!the )\blast month\b(?! of)|\b(?:في )?الشهر الماضي\b", _last_month),
)
_PATTERNS = tuple((re.compile(words), read) for words, read in _WORDS)

_SOFT = (
    (
        re.compile(
            r"(?<!even )(?<!is )(?<!are )(?<!of )(?<!than )(?<!until )(?<!as )\btoday(?:'s)?\b"
            r"|(?<!في )(?<!حتي )(?<!ذلك )(?<!الي )(?<!هذا )\bاليوم\b(?! ال)"
        ),
        _days(0, None),
    ),
    (
        re.compile(
            r"\b(?:in |during )?this week\b"
            r"|\b(?:في |خلال )?(?:هذا الاسبوع|الاسبوع (?:الحالي|الجاري))\b"
        ),
        _week(0),
    ),
    (
        re.compile(
            r"\b(?:in |during )?this month\b"
            r"|\b(?:في |خلال )?(?:هذا الشهر|الشهر (?:الحالي|الجاري))\b"
        ),
        _this_month,
    ),
)
_HAPPENED = re.compile(
    r"\b(?:did|was|were|happen\w*|news|new|latest|story|stories|headlines?|say|said"
    r"|posts?|posted|updates?|going on)\b|اخبار|انباء|حدث|يحدث|جري|يجري|حصل|جديد|صار|قال|اعلن|نشر"
)
_STILL_SO = re.compile(
    r"\b(?:known|called|named|referred|used|exists?|still|remains?|located|considered)\b"
    r"|يعرف|يسمي|تسمي|تعرف|يستخدم|تستخدم"
)
_NAMES_A_THING = re.compile(r"^(?:which|who|whose|how (?:many|much))\b|^(?:من|اي|كم)\b")


def calendar_period(folded: str, now: datetime) -> tuple[TimeRange, re.Match[str]] | None:
    """Return the calendar period that `folded` names, and the words that do."""
    for pattern, read in _PATTERNS:
        match = pattern.search(folded)
        if match is not None:
            return read(now), match
    if not _HAPPENED.search(folded) or _STILL_SO.search(folded):
        return None
    for pattern, read in _SOFT:
        match = pattern.search(folded)
        if match is not None and not (read is not _SOFT[0][1] and _NAMES_A_THING.search(folded)):
            return read(now), match
    return None
