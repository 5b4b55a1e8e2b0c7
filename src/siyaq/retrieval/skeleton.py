"""Consonant skeletons: names spelled in Arabic and in Latin letters that may be the same.

"Warsaw" and "وارسو" both come to "rs". Vowels and semivowels go, and letters that the two scripts
write for one another meet. Skeletons are evidence for ranking, weak alone and strong together;
they are no transliteration and are never shown.
"""

from __future__ import annotations

import re
from functools import lru_cache

from siyaq.text.fold import fold

SHORTEST = 3
"""Skeletons of fewer consonants meet by chance."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ARABIC = re.compile("[\u0621-\u064a]")
_ARABIC_PREFIX = re.compile("^(?:[وف]?(?:ال|بال|لل))(?=...)")
_ARABIC_LETTERS = str.maketrans(
    {
        "ب": "b",
        "پ": "b",
        "ت": "t",
        "ث": "t",
        "ط": "t",
        "ج": "g",
        "غ": "g",
        "گ": "g",
        "ح": "h",
        "ه": "h",
        "خ": "k",
        "ق": "k",
        "ك": "k",
        "د": "d",
        "ذ": "d",
        "ض": "d",
        "ر": "r",
        "ز": "z",
        "ظ": "z",
        "س": "s",
        "ش": "s",
        "ص": "s",
        "چ": "s",
        "ف": "f",
        "ڤ": "f",
        "ل": "l",
        "م": "m",
        "ن": "n",
    }
)
_LATIN_PAIRS = (
    *(("tsch", "s"), ("sch", "s"), ("tch", "s"), ("ch", "s"), ("sh", "s"), ("ph", "f")),
    *(("th", "t"), ("kh", "k"), ("gh", "g"), ("ck", "k"), ("qu", "k"), ("x", "ks")),
    *(("ce", "s"), ("ci", "s"), ("cy", "s"), ("j", "g"), ("c", "k"), ("q", "k")),
    *(("v", "f"), ("p", "b")),
)
_NOT_CONSONANT = re.compile("[^bdfghklmnrstz]")
_TWICE = re.compile(r"(.)\1+")


def skeletons(text: str) -> set[str]:
    """Return the skeletons of the words of `text` that are long enough to tell something."""
    found = {skeleton(word) for word in _WORD.findall(text)}
    return {one for one in found if len(one) >= SHORTEST}


@lru_cache(maxsize=2**16)
def skeleton(word: str) -> str:
    """Return the consonants of one word as both scripts would have them."""
    plain = fold(word)
    if _ARABIC.search(plain):
        letters = _ARABIC_PREFIX.sub("", plain).translate(_ARABIC_LETTERS)
    else:
        letters = plain.removesuffix("'s").removesuffix("’s")
        for pair, letter in _LATIN_PAIRS:
            letters = letters.replace(pair, letter)
    return _TWICE.sub(r"\1", _NOT_CONSONANT.sub("", letters))
