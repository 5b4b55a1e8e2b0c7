"""Whether an answer says what it should: SQuAD's comparison, with what Arabic needs.

SQuAD (Rajpurkar et al. 2016) compares in lower case without punctuation and English articles.
Here texts are also NFKC, without Arabic diacritics and tatweel, with one form each of alef,
ya and ta marbuta, and with European digits.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_LETTERS = {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "\u0640": None}
_ARABIC_MARKS = (*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06EE))
_PUNCTUATION_ENDS = 0x20000  # Unicode has none beyond its first two planes
_DIGITS = (0x0660, 0x06F0)  # Arabic-Indic, and as Persian and Urdu write them


@lru_cache(maxsize=1)
def _folding() -> Mapping[int, str | None]:
    """Return what becomes of single characters, as a table for `str.translate`."""
    table: dict[int, str | None] = {
        code: None
        for code in range(_PUNCTUATION_ENDS)
        if unicodedata.category(chr(code)).startswith("P")
    }
    table.update(dict.fromkeys(map(ord, string.punctuation)))
    table.update((mark, None) for mark in _ARABIC_MARKS if unicodedata.category(chr(mark)) == "Mn")
    table.update((ord(letter), form) for letter, form in _LETTERS.items())
    table.update((zero + value, str(value)) for zero in _DIGITS for value in range(10))
    return table


def normalize(text: str) -> str:
    """Return `text` as answers are compared: words between single spaces."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_folding())
    return " ".join(_ARTICLES.sub(" ", folded).split())


def contains(text: str, answers: Sequence[str]) -> bool:
    """Say whether one of `answers` stands in `text`, both normalized."""
    normal = normalize(text)
    return any(answer in normal for answer in map(normalize, answers) if answer)


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1.0 where `prediction` is one of `answers`, else 0.0."""
    normal = normalize(prediction)
    return float(any(normal == normalize(answer) for answer in answers))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """Harmonic mean of word precision and recall against the answer it fits best."""
    return max((_f1(normalize(prediction), normalize(answer)) for answer in answers), default=0.0)


def _f1(prediction: str, answer: str) -> float:
    got, wanted = prediction.split(), answer.split()
    if not got or not wanted:
        return float(got == wanted)
    common = sum((Counter(got) & Counter(wanted)).values())
    return 2 * common / (len(got) + len(wanted))
