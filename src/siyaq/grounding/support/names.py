"""Names that a claim uses and its evidence does not, across scripts.

English marks names by capitals. Arabic does not, so there a name is told by a title or a kind of
place before it, by a country's name, or by being written in Latin letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from siyaq.grounding.support.countries import COUNTRIES
from siyaq.grounding.support.dates import MONTHS, WEEKDAYS
from siyaq.grounding.support.number_words import SCALES, SMALL
from siyaq.grounding.support.pieces import Piece
from siyaq.grounding.support.units import UNITS
from siyaq.retrieval.skeleton import skeleton
from siyaq.text.fold import fold
from siyaq.text.questions import QUESTION_MARKS

_TITLES: Final = frozenset(
    fold(
        "الرئيس السيد السيدة الدكتور الدكتورة الشيخ الأمير الملك الوزير الوزيرة النائب اللواء "
        "العميد العقيد المهندس الأستاذ الأستاذة البابا القاضي المحامي المدرب اللاعب الفنان "
        "الفنانة مدينة محافظة بلدة قرية ولاية إقليم شركة جزيرة نهر حي"
    ).split()
)
_SPEECH: Final = """
said says announced announces told tells is was has had will would were are won lost died
confirmed confirms denied denies added adds warned warns visited visits met
"""
_SAYS: Final = frozenset(_SPEECH.split())
_OPENS: Final = frozenset('.!！\n…:“"«(') | QUESTION_MARKS
"""Pauses after which a capital says nothing."""
_LATIN: Final = re.compile("[A-Za-z]")
_ARABIC: Final = re.compile("[\u0621-\u064a]")
_SHORTEST: Final = 2
_SAME_NAME: Final = 0.8  # of the letters of two spellings in one script


def names(found: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of `found` that are names, as far as spelling tells, in order."""
    return [piece for place, piece in enumerate(found) if _is_name(found, place)]


def missing_names(wanted: Sequence[Piece], words: Sequence[Piece]) -> list[str]:
    """Return the names in `wanted` that no one of `words` can stand for."""
    if not wanted:
        return []
    held = {piece.term for piece in words} | {_bare(piece.folded) for piece in words}
    countries = {country(piece.folded) for piece in words} - {None}
    lost: list[str] = []
    for name in wanted:
        own = country(name.folded)
        known = own is not None and own in countries
        if not known and name.term not in held and not _spelled_in(name, words):
            lost.append(name.raw)
    return lost


def _is_name(found: Sequence[Piece], place: int) -> bool:
    piece = found[place]
    if piece.kind != "word" or len(piece.raw) < _SHORTEST:
        return False
    if country(piece.folded) is not None:
        return True
    before = found[place - 1] if place else None
    if _ARABIC.search(piece.raw):
        return before is not None and before.folded in _TITLES and piece.telling
    if not piece.raw[0].isupper() or not piece.telling or _common(piece.folded):
        return False
    if before is None or before.raw in _OPENS:
        return _leads(found, place)
    return True


def _leads(found: Sequence[Piece], place: int) -> bool:
    """Whether a word that opens a sentence, and so has a capital anyway, is a name."""
    if place + 1 >= len(found):
        return False
    after = found[place + 1]
    return after.kind == "word" and (
        after.folded in _SAYS or (after.raw[0].isupper() and after.telling)
    )


def _common(word: str) -> bool:
    return word in MONTHS or word in WEEKDAYS or word in UNITS or word in SMALL or word in SCALES


@lru_cache(maxsize=2**14)
def country(word: str) -> str | None:
    """Return the country that a folded word names or is the adjective of; None for no country."""
    bare = word.removesuffix("'s")
    if bare in COUNTRIES:
        return COUNTRIES[bare]
    for prefix in ("وال", "بال", "لل", "ال", "و", "ب", "ل", "ف"):
        if bare.startswith(prefix) and bare[len(prefix) :] in COUNTRIES:
            return COUNTRIES[bare[len(prefix) :]]
    return None


def _bare(word: str) -> str:
    return word.removesuffix("'s")


def _spelled_in(name: Piece, words: Sequence[Piece]) -> bool:
    """Whether some word spells the name in the other script, or nearly so in its own."""
    bones = skeleton(name.raw)
    latin = _LATIN.search(name.raw) is not None
    for word in words:
        if latin != (_LATIN.search(word.raw) is not None):
            other = skeleton(word.raw)
            if len(bones) >= _SHORTEST and _alike(bones, other):
                return True
        elif _near(_bare(name.folded), _bare(word.folded)):
            return True
    return False


def _alike(bones: str, other: str) -> bool:
    """Whether two skeletons are equal, or differ by what one script leaves out at the end."""
    if bones == other:
        return True
    shorter, longer = sorted((bones, other), key=len)
    return (
        len(shorter) > _SHORTEST and longer.startswith(shorter) and len(longer) - len(shorter) < 2
    )


def _near(one: str, other: str) -> bool:
    """Whether two spellings share their beginning and differ in an ending: Jordan, Jordanian."""
    if one == other:
        return True
    shared = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared >= 4 and shared >= _SAME_NAME * min(len(one), len(other))
