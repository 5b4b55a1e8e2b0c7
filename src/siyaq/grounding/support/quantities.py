"""The quantities that a text states: how many, of what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from siyaq.grounding.support.number_words import ARABIC_HUNDREDS, SCALES, SMALL
from siyaq.grounding.support.pieces import Piece
from siyaq.grounding.support.units import DUALS, UNITS
from siyaq.text.fold import fold

_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DOTTED_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_LONGEST = 30  # digits; nobody counts further
_UNIT_WITHIN = 2  # words after a number: "5 US dollars"
_AWAY = frozenset(
    fold(
        "in at on near from to by for with since until after before during "
        "في عند قرب إلى على عن منذ حتى بعد قبل خلال بين"
    ).split()
)
"""Prepositions behind which nothing is counted any more: "12 from Karda". Not "of": "12 of us"."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, its unit ("" where none is known), and the stem of the word it counts."""

    value: float
    unit: str
    noun: str
    spelled: bool  # as a word, not in digits
    place: int  # of its first piece


def quantities(found: Sequence[Piece], taken: frozenset[int] = frozenset()) -> list[Quantity]:
    """Return the quantities in order; pieces at the places `taken` belong to dates."""
    stated: list[Quantity] = []
    place = 0
    while place < len(found):
        if place in taken:
            place += 1
            continue
        value, end = _number(found, place)
        if value is None:
            dual = DUALS.get(_bare(found[place].folded))
            if dual is not None and found[place].kind == "word":
                stated.append(Quantity(2.0, dual, "", spelled=True, place=place))
            place += 1
            continue
        unit, noun = _counted(found, place, end)
        stated.append(Quantity(value, unit, noun, found[place].kind == "word", place))
        place = end
    return stated


def _number(found: Sequence[Piece], place: int) -> tuple[float | None, int]:
    """Read one number that begins at `place`. Return it, None if there is none, and its end."""
    first = found[place]
    if first.kind == "number":
        value = _digits(first.folded)
        if value is None:
            return None, place + 1
        end = place + 1
        while end < len(found) and found[end].folded in SCALES:
            value *= SCALES[found[end].folded]
            end += 1
        return value, end
    return _spelled(found, place)


def _digits(folded: str) -> float | None:
    """Return the value of a number in digits, None for a time, a date or a range."""
    if len(folded) > _LONGEST:
        return None
    if _THOUSANDS.fullmatch(folded):
        return float(folded.replace(",", ""))
    if _DOTTED_THOUSANDS.fullmatch(folded):
        return float(folded.replace(".", ""))
    return float(folded.replace(",", ".")) if _PLAIN.fullmatch(folded) else None


def _spelled(found: Sequence[Piece], place: int) -> tuple[float | None, int]:
    """Read a number in words: a sum of parts, each a small number times scales."""
    total, part, end = 0.0, 0.0, place
    began = False
    while end < len(found) and found[end].kind == "word":
        word = found[end].folded if not began else _bare(found[end].folded)
        if began and word == "and" and _follows(found, end):
            end += 1
            continue
        if word in ARABIC_HUNDREDS and 0 < part < 10:
            part *= 100
        elif word in SMALL:
            part += SMALL[word]
        elif word in SCALES and (
            began or word in {"الف", "مليون", "مليار"} or _after_a(found, end)
        ):
            scale = SCALES[word]
            part = max(part, 1.0) * scale
            if scale > 100:
                total, part = total + part, 0.0
        else:
            break
        began = True
        end += 1
    return (total + part, end) if began else (None, place + 1)


def _follows(found: Sequence[Piece], place: int) -> bool:
    """Whether "and" at `place` joins the parts of one number: "two hundred and five"."""
    after = found[place + 1].folded if place + 1 < len(found) else ""
    return found[place - 1].folded in SCALES and after in SMALL


def _after_a(found: Sequence[Piece], place: int) -> bool:
    return place > 0 and found[place - 1].folded in {"a", "an"}


def _bare(word: str) -> str:
    """Return a word without the Arabic "and" that is written as its first letter."""
    return word[1:] if word.startswith("و") and len(word) > 3 and word not in SMALL else word


def _counted(found: Sequence[Piece], place: int, end: int) -> tuple[str, str]:
    before = found[place - 1] if place > 0 else None
    if before is not None and before.kind == "sign" and before.folded in UNITS:
        return UNITS[before.folded], ""
    noun = ""
    for piece in found[end : end + _UNIT_WITHIN]:
        if piece.kind in {"pause", "number"} or piece.folded in _AWAY:
            break
        if piece.folded in UNITS:
            return UNITS[piece.folded], ""
        if not noun and piece.telling:
            noun = piece.term
    if [piece.folded for piece in found[end : end + 2]] in (["per", "cent"], ["في", "الميه"]):
        return "percent", ""
    return "", noun


def units_of(value: float, stated: Iterable[Quantity]) -> set[str]:
    """Return the units in which `stated` gives the value, "" among them where none is known."""
    return {one.unit for one in stated if same(one.value, value)}


def same(one: float, other: float) -> bool:
    """Whether two values are equal, beyond the rounding of floats."""
    return abs(one - other) <= 1e-9 * max(1.0, abs(one), abs(other))
