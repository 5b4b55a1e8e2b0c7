"""Arabic as people type it: counted nouns, digits, and the disguises of copy-paste campaigns.

Numbers govern their noun in Arabic: three to ten take the plural, eleven to ninety-nine the
singular in the accusative, whole hundreds the plain singular, always by the last two digits.
"""

from __future__ import annotations

import re
from random import Random
from typing import NamedTuple

_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_SPACES = re.compile(r"(\s+)")
_MARKS = "\u064b\u064c\u064e\u064f\u0650\u0651\u0652"
_TATWEEL = "\u0640"
_JOINS_BOTH_SIDES = set("بتثجحخسشصضطظعغفقكلمنهي")


class Noun(NamedTuple):
    """A noun in the four forms that counting needs: منزل، منزلان، منازل، منزلاً."""

    singular: str
    dual: str
    plural: str
    accusative: str


def counted(count: int, noun: Noun) -> str:
    """Return a count and its noun, in agreement: `12 منزلاً`, `5 منازل`, `200 منزل`."""
    if count == 1:
        return noun.singular
    if count == 2:
        return noun.dual
    rest = count % 100
    if 3 <= rest <= 10:
        return f"{count} {noun.plural}"
    if rest >= 11:
        return f"{count} {noun.accusative}"
    return f"{count} {noun.singular.split()[0]}"  # one is "منزل واحد", a hundred "منزل"


def indic_digits(text: str) -> str:
    """Write digits as most of the Arab East does, 123 as ١٢٣, but leave addresses alone."""
    words = _SPACES.split(text)
    return "".join(word if "://" in word else word.translate(_INDIC) for word in words)


def with_tatweel(text: str, rng: Random) -> str:
    """Stretch a few words, as in مبـــروك; the reader reads the same."""
    out: list[str] = []
    for here, after in zip(text, text[1:] + " ", strict=True):
        out.append(here)
        joins = here in _JOINS_BOTH_SIDES and "ء" <= after <= "ي"
        if joins and rng.random() < 0.06:
            out.append(_TATWEEL * rng.randint(1, 3))
    return "".join(out)


def with_diacritics(text: str, rng: Random) -> str:
    """Sprinkle vowel marks over letters; the reader reads the same."""
    return "".join(
        letter + rng.choice(_MARKS) if "ب" <= letter <= "ي" and rng.random() < 0.15 else letter
        for letter in text
    )
