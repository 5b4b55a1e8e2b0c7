"""The checks that need no judgment: what a claim states must stand in its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from siyaq.grounding.support.dates import Calendar, calendar, dates_agree
from siyaq.grounding.support.names import missing_names, names
from siyaq.grounding.support.negation import denies, negation_flipped, opposed
from siyaq.grounding.support.pieces import Piece, pieces, telling_terms
from siyaq.grounding.support.quantities import Quantity, quantities, same, units_of
from siyaq.grounding.support.verdict import Clash

_ABOUT_IT = 0.5
"""Share of a claim's telling words from which a span is about what the claim says."""


def clashes(claim: str, spans: Sequence[str]) -> tuple[Clash, ...]:
    """Return why the spans do not say what the claim says, as far as can be told for certain.

    A number, unit, date or name of the claim must stand in some span, whatever its script and
    spelling. Negations and opposites are compared with the spans that are about the claim. No
    reason is no proof of support.
    """
    mine = pieces(claim)
    theirs = [pieces(span) for span in spans]
    every = [piece for found in theirs for piece in [*found, _BREAK]]
    my_dates, their_dates = calendar(mine), calendar(every)
    my_numbers, their_numbers = quantities(mine, my_dates.taken), _numbers(theirs)
    reasons: list[Clash] = []
    if not _numbers_agree(my_numbers, their_numbers, their_dates):
        reasons.append(Clash.NUMBER)
    elif not _units_agree(my_numbers, their_numbers):
        reasons.append(Clash.UNIT)
    if not dates_agree(my_dates, their_dates, _years(their_numbers)):
        reasons.append(Clash.DATE)
    if missing_names(names(mine), [one for one in every if one.kind == "word"]):
        reasons.append(Clash.NAME)
    about = _about(mine, theirs)
    texts = [span for span, found in zip(spans, theirs, strict=True) if found in about]
    if about and (_all_flip(mine, about) or (not denies(claim) and all(map(denies, texts)))):
        reasons.append(Clash.NEGATION)
    if about and all(opposed(mine, found) for found in about):
        reasons.append(Clash.ANTONYM)
    return tuple(reasons)


_BREAK = Piece("pause", "\n", "\n", "", telling=False)


def _numbers(texts: Sequence[Sequence[Piece]]) -> list[Quantity]:
    return [one for found in texts for one in quantities(found, calendar(found).taken)]


def _years(stated: Sequence[Quantity]) -> frozenset[int]:
    return frozenset(int(one.value) for one in stated if one.value.is_integer() and not one.unit)


def _numbers_agree(mine: Sequence[Quantity], theirs: Sequence[Quantity], dates: Calendar) -> bool:
    years = [float(moment.year) for moment in dates.moments if moment.year]
    for one in mine:
        if any(same(one.value, other.value) for other in theirs):
            if _swapped(one, theirs):
                return False
        elif one.spelled and one.value == 1:  # "one of them" counts nothing
            if any(one.noun and other.noun == one.noun for other in theirs):
                return False
        elif not any(same(one.value, year) for year in years):
            return False
    return True


def _swapped(one: Quantity, theirs: Sequence[Quantity]) -> bool:
    """Whether the evidence counts the claim's noun, with another number, and never with this."""
    if not one.noun:
        return False
    counted = [other for other in theirs if other.noun == one.noun]
    with_value = [other for other in theirs if same(other.value, one.value)]
    return (
        bool(counted)
        and not any(same(other.value, one.value) for other in counted)
        and all(other.noun and other.noun != one.noun for other in with_value)
    )


def _units_agree(mine: Sequence[Quantity], theirs: Sequence[Quantity]) -> bool:
    for one in mine:
        held = units_of(one.value, theirs)
        if one.unit and held and "" not in held and one.unit not in held:
            return False
    return True


def _about(mine: Sequence[Piece], theirs: Sequence[Sequence[Piece]]) -> list[Sequence[Piece]]:
    """Return the spans that hold enough of the claim's words to be about the same thing."""
    wanted = set(telling_terms(mine))
    if not wanted:
        return []
    return [
        found
        for found in theirs
        if len(wanted.intersection(telling_terms(found))) >= _ABOUT_IT * len(wanted)
    ]


def _all_flip(mine: Sequence[Piece], about: Sequence[Sequence[Piece]]) -> bool:
    return all(negation_flipped(mine, found) for found in about)


def rival_number(claim: Sequence[Quantity], evidence: Sequence[Quantity]) -> bool:
    """Whether the evidence gives another number for what the claim counts, and never the claim's.

    Both must count in one unit, or in units of time, or count the same noun.
    """
    for one in claim:
        alike = [
            other
            for other in evidence
            if (one.unit and _comparable(one.unit, other.unit))
            or (one.noun and one.noun == other.noun)
        ]
        if alike and not any(same(one.value, other.value) for other in evidence):
            return True
        if alike and all(
            same(one.value, other.value) and one.unit != other.unit for other in alike
        ):
            return True
    return False


TIMES = frozenset(("second", "minute", "hour", "day", "week", "month", "year"))
"""Units that measure how long something takes."""


def _comparable(one: str, other: str) -> bool:
    return one == other or (one in TIMES and other in TIMES)
