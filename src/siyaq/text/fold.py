"""Folds spellings that a reader takes for the same onto one spelling.

Case, accents, Arabic vowel signs, tatweel, alef and ya forms, ta marbuta, Persian letters, digits
of every script, presentation forms, and characters that cannot be seen. The result is for
comparing, never for showing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u3164\uffa0\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
"""Body of a character class: fillers, joiners, bidi controls, selectors, tag characters."""

_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff"
)
_DROPPED: Final = re.compile(f"[{INVISIBLE}{_MARKS}]+")

_ZEROS: Final = (0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xE50)
_LETTERS: Final = {
    **dict.fromkeys("ىیېےۍ", "ي"),
    **dict.fromkeys("ةەہھۃ", "ه"),
    **dict.fromkeys("کڪ", "ك"),
    "ٱ": "ا",
    "٫": ".",
    "٬": ",",
    "٪": "%",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "ħ": "h",
}
_UNIFIED: Final = str.maketrans(
    _LETTERS | {chr(zero + digit): str(digit) for zero in _ZEROS for digit in range(10)}
)


def fold(text: str) -> str:
    """Return `text` with every spelling that reads the same written one way.

    Compatibility decomposition takes the hamza off its carrier (أ to ا, ؤ to و, ئ to ي), so what
    remains is to drop the marks. Indic and Thai vowel signs stay: there they are letters.
    """
    if text.isascii():
        return text.lower()
    bare = _DROPPED.sub("", unicodedata.normalize("NFKD", text))
    return bare.casefold().translate(_UNIFIED)


def compose(text: str) -> str:
    """Return `text` folded, but for marks that make another letter: й is not и, أ is not ا."""
    if text.isascii():
        return text.lower()
    bare = _DROPPED.sub("", unicodedata.normalize("NFKC", text))
    return bare.casefold().translate(_UNIFIED)
