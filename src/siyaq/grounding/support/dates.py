"""The dates and times that a text states: days, months, years, weekdays, hours of the clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from siyaq.grounding.support.pieces import Piece


def _names(text: str) -> dict[str, int]:
    lines = enumerate(text.strip().splitlines(), 1)
    return {name: number for number, line in lines for name in line.split()}


MONTHS: Final = _names("""
january jan يناير
february feb فبراير شباط
march mar مارس اذار
april apr ابريل نيسان
may مايو ايار
june jun يونيو حزيران
july jul يوليو تموز
august aug اغسطس
september sep sept سبتمبر ايلول
october oct اكتوبر
november nov نوفمبر
december dec ديسمبر
""")
WEEKDAYS: Final = _names("""
monday الاثنين
tuesday الثلاثاء
wednesday الاربعاء
thursday الخميس
friday الجمعه
saturday السبت
sunday الاحد
""")
RELATIVE: Final = {
    **dict.fromkeys(("yesterday", "امس", "البارحه", "بالامس"), -1),
    **dict.fromkeys(("today", "tonight", "اليوم"), 0),
    **dict.fromkeys(("tomorrow", "غدا"), 1),
}
_TWO_WORDS: Final = {
    ("كانون", "الثاني"): 1,
    ("تشرين", "الاول"): 10,
    ("تشرين", "الثاني"): 11,
    ("كانون", "الاول"): 12,
}
_ISO: Final = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})")
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_YEAR: Final = re.compile(r"1[0-9]\d\d|20\d\d")
_DAY: Final = re.compile(r"\d{1,2}")
_ORDINAL: Final = frozenset(("st", "nd", "rd", "th", "of"))
_AMBIGUOUS: Final = frozenset(("may", "march", "mar", "jan", "sep", "dec"))
_LEADS_A_YEAR: Final = frozenset(("in", "since", "of", "year", "عام", "سنه", "العام", "عامي"))


@dataclass(frozen=True, slots=True)
class Moment:
    """What one date says. Zero and "" stand for what it leaves open."""

    year: int = 0
    month: int = 0
    day: int = 0
    clock: str = ""

    def agrees(self, other: Moment) -> bool:
        """Whether `other` says all that this says, but perhaps for the year."""
        return (
            (not self.month or self.month == other.month)
            and (not self.day or self.day == other.day)
            and (self.clock == other.clock)
            and (not self.year or self.year == other.year or (not other.year and other.day > 0))
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every date of a text, and the places of the pieces that say them."""

    moments: tuple[Moment, ...]
    weekdays: frozenset[int]
    relative: frozenset[int]
    taken: frozenset[int]


def calendar(found: Sequence[Piece]) -> Calendar:
    """Return the dates in `found`."""
    moments: list[Moment] = []
    taken: set[int] = set()
    for place, piece in enumerate(found):
        if place in taken:
            continue
        month, width = _month(found, place)
        moment, used = _around(found, place, width, month) if month else _alone(found, place)
        if moment is not None:
            moments.append(moment)
            taken |= used
        elif piece.folded in WEEKDAYS:
            taken.add(place)
    words = [piece.folded for piece in found]
    return Calendar(
        tuple(moments),
        frozenset(WEEKDAYS[word] for word in words if word in WEEKDAYS),
        frozenset(RELATIVE[word] for word in words if word in RELATIVE),
        frozenset(taken),
    )


def _month(found: Sequence[Piece], place: int) -> tuple[int, int]:
    piece = found[place]
    after = found[place + 1].folded if place + 1 < len(found) else ""
    pair = _TWO_WORDS.get((piece.folded, after))
    if pair:
        return pair, 2
    if piece.folded == "اب" and (_number(found, place - 1) or _number(found, place + 1)):
        return 8, 1  # alone it is a father
    if piece.folded in _AMBIGUOUS and not (
        piece.raw[0].isupper() and (_number(found, place - 1) or _number(found, place + 1))
    ):
        return 0, 1
    return (MONTHS.get(piece.folded, 0), 1) if piece.kind == "word" else (0, 1)


def _number(found: Sequence[Piece], place: int) -> bool:
    return 0 <= place < len(found) and found[place].kind == "number"


def _around(
    found: Sequence[Piece], place: int, width: int, month: int
) -> tuple[Moment | None, set[int]]:
    """Read the day and the year that stand beside the name of a month."""
    used = set(range(place, place + width))
    day = year = 0
    before = place - 1
    while before >= 0 and found[before].folded in _ORDINAL:
        before -= 1
    if before >= 0 and _DAY.fullmatch(found[before].folded):
        day = int(found[before].folded)
        used |= set(range(before, place))
    at = place + width
    for _ in range(2):
        while at < len(found) and (found[at].folded in _ORDINAL or found[at].raw == ","):
            at += 1
        if at >= len(found) or found[at].kind != "number":
            break
        text = found[at].folded
        if _YEAR.fullmatch(text):
            year = int(text)
            used |= set(range(place, at + 1))
            break
        if day or not _DAY.fullmatch(text):
            break
        day = int(text)
        used |= set(range(place, at + 1))
        at += 1
    return Moment(year, month, day), used


def _alone(found: Sequence[Piece], place: int) -> tuple[Moment | None, set[int]]:
    """Read a date or a time that is written in digits only."""
    piece = found[place]
    if piece.kind != "number":
        return None, set()
    text = piece.folded
    iso, reverse = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    if iso:
        year, month, day = map(int, iso.groups())
        return Moment(year, month, day), {place}
    if reverse:
        day, month, year = map(int, reverse.groups())
        return Moment(year, month, day), {place}
    if _CLOCK.fullmatch(text):
        return Moment(clock=text.zfill(5)), {place}
    lead = found[place - 1].folded if place else ""
    if _YEAR.fullmatch(text) and lead in _LEADS_A_YEAR:
        return Moment(year=int(text)), {place}
    return None, set()


def dates_agree(claim: Calendar, evidence: Calendar, years: frozenset[int]) -> bool:
    """Whether the evidence states every date of the claim. `years`: those it states anywhere."""
    held = {moment.year for moment in evidence.moments} | years
    for moment in claim.moments:
        only_year = moment == Moment(year=moment.year)
        if only_year and moment.year in held:
            continue
        if only_year or not any(moment.agrees(other) for other in evidence.moments):
            return False
    if claim.weekdays - evidence.weekdays:
        return False
    return not (
        claim.relative and evidence.relative and claim.relative.isdisjoint(evidence.relative)
    )
