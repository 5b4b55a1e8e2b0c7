"""What sorts of value a stretch of text states: a time of day, a day, so many hours, money.

Two values can be at odds only where they are of one sort: "6 pm" and "for 3 hours" may both be
right, and so may "$20 million" and "40 people".
"""

from __future__ import annotations

import re

from siyaq.core.span import Span
from siyaq.grounding.support.dates import calendar
from siyaq.grounding.support.pieces import pieces
from siyaq.grounding.support.quantities import quantities
from siyaq.text.fold import fold

CLOCK, DAY, YEAR, NUMBER, NAME = "clock", "day", "year", "number", "name"

_BESIDE = 20
"""Characters beside a stretch in which its unit or its half of the day may stand."""

_SIGNS = frozenset("$€£¥")
_HALF_OF_THE_DAY = re.compile(
    r"\d\s*(?:[ap]\.?m\b|o['’]clock\b|(?:صباحا|مساء|ظهرا|عصرا|فجرا|ليلا|[صم])\b)"
)
_THE_HOUR = re.compile(r"\bالساعه\b")
_AT = re.compile(r"(?:\bat|\bالساعه)\W*$")
_PAUSE = re.compile(r"[.,;:،؛!?؟？…\n()«»\"“”](?!\d)")


def sorts_of(text: str, span: Span) -> frozenset[str]:
    """Return the sorts of value that a stretch of `text` states; NAME where it states no other.

    A number has the name of its unit, "hour" or "dollar", or NUMBER where it has none.
    """
    start = span.start - (span.start > 0 and text[span.start - 1] in _SIGNS)
    shown = text[start : span.end]
    before = fold(text[max(0, start - _BESIDE) : start])
    after = _PAUSE.split(text[span.end : span.end + _BESIDE], maxsplit=1)[0]
    own = pieces(shown)
    dates = calendar(own)
    found: set[str] = set()
    clock = any(moment.clock for moment in dates.moments) or _THE_HOUR.search(fold(shown))
    if clock or _HALF_OF_THE_DAY.search(fold(shown + after)):
        found.add(CLOCK)
    if dates.weekdays or dates.relative or any(one.month or one.day for one in dates.moments):
        found.add(DAY)
    if any(moment.year for moment in dates.moments):
        found.add(YEAR)
    leads = next((at for at, one in enumerate(own) if one.telling or one.kind == "number"), 0)
    for one in quantities(pieces(shown + after), dates.taken):
        if one.place >= len(own) or CLOCK in found:
            break
        if one.unit:
            found.add(one.unit)
        elif _AT.search(before) and one.value <= 24:
            found.add(CLOCK)
        elif one.place <= leads:  # "Gate 5" is a name
            found.add(NUMBER)
    return frozenset(found or {NAME})
