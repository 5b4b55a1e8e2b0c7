"""What the letters and words of a text say of its language.

What a letter says (its script, a language that alone writes it) and what a word says (a language
of which it is a small word) is one whole number each, 16 bits for each count; the counts of a text
are the sum of these numbers, added up without a step of Python's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from siyaq.text import function_words

READ_AT_MOST: Final = 600
"""Characters of a text that are judged: enough to tell, a bound on the time it takes, and few
enough that no count outgrows its bits."""

_WORD: Final = re.compile(r"[a-z\u00df-\u024f\u1e00-\u1eff]+(?:'[a-z]+)*")
_LETTERS: Final = {
    "letters": re.compile(r"[^\W\d_]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
    "arabic": re.compile("[\u0620-\u064a\u066e-\u06d3\u06fa-\u06fc\u0750-\u077f\ufb50-\ufefc]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "plain arabic": re.compile("[ةأإؤىيك]"),  # Persian seldom writes them
    "fa": re.compile("[پچژگ]"),  # Arabic dialects write them now and then
    "ur": re.compile("[ٹڈڑںےہ]"),
    "ps": re.compile("[ښځڅډړږټۍګڼ]"),
    "ckb": re.compile("[ێۆڕڵ]"),
    "uk": re.compile("[їєґЇЄҐ]"),
    "be": re.compile("[ўЎ]"),
    "mk": re.compile("[ѓќѕЃЌЅ]"),
    "sr": re.compile("[ђћџљњјЂЋЏЉЊЈ]"),
    "kk": re.compile("[әғқңұһӘҒҚҢҰҺ]"),
}
_ASCII_LETTERS: Final = ("letters", "latin")
_ENGLISH: Final = "votes for en"
_OTHERS: Final = tuple(function_words.OTHERS)
_BITS: Final = 16
_FIELD: Final = (1 << _BITS) - 1
_PLACES: Final = {  # what most words have comes first, so that their numbers are small
    name: _BITS * place
    for place, name in enumerate(
        (
            *_ASCII_LETTERS,
            _ENGLISH,
            *(f"votes for {language}" for language in _OTHERS),
            *(name for name in _LETTERS if name not in _ASCII_LETTERS),
        )
    )
}
_ASCII_LETTER: Final = sum(1 << _PLACES[name] for name in _ASCII_LETTERS)
_AFTER_ENGLISH: Final = _PLACES[_ENGLISH] + _BITS
_ALL_OTHERS: Final = (1 << _BITS * len(_OTHERS)) - 1


class Votes:
    """The counts of one text, of at most READ_AT_MOST characters."""

    __slots__ = ("_sum",)

    def __init__(self, text: str) -> None:
        """Count all letters and words of a text."""
        words = latin_words(text)
        if text.isascii():
            letters = len("".join(words).replace("'", "")) * _ASCII_LETTER
        else:
            letters = sum(map(_letter, text))
        self._sum = letters + sum(map(_vote, words))

    def __getitem__(self, name: str) -> int:
        """Return how many letters of a kind there are: "latin", "arabic", "uk" and so on."""
        return self._sum >> _PLACES[name] & _FIELD

    def english(self) -> float:
        """Return what its words in Latin script say for English."""
        return self[_ENGLISH] / 2

    def other(self) -> tuple[float, str]:
        """Return what they say for the likeliest other language, and which that is."""
        others = self._sum >> _AFTER_ENGLISH & _ALL_OTHERS
        best, which = 0, _OTHERS[0]
        for language in _OTHERS:
            if not others:
                break
            if others & _FIELD > best:
                best, which = others & _FIELD, language
            others >>= _BITS
        return best / 2, which


def latin_words(text: str) -> list[str]:
    """Return the words of `text` in Latin script, in lower case."""
    return _WORD.findall(text.lower().replace("’", "'"))


@lru_cache(maxsize=16)
def word_set(words: str) -> frozenset[str]:
    """Return the words of one list of `function_words`."""
    return frozenset(words.split())


@lru_cache(maxsize=2**12)
def _letter(char: str) -> int:
    """Return a one in the place of each kind of letter that a character is."""
    return sum(1 << _PLACES[kind] for kind, letters in _LETTERS.items() if letters.match(char))


@lru_cache(maxsize=2**14)
def _vote(word: str) -> int:
    """Return for which languages a word in Latin script speaks, as counts of halves."""
    vote = _small_words().get(word)
    if vote is None:
        vote = 1 << _PLACES[_ENGLISH] if _shapes().fullmatch(word) else 0
    return vote


@lru_cache(maxsize=1)
def _shapes() -> re.Pattern[str]:
    return re.compile(function_words.ENGLISH_SHAPES)


@lru_cache(maxsize=1)
def _small_words() -> Mapping[str, int]:
    """Return the vote of each small word: whole where it is at home, half beside English."""
    english = word_set(function_words.ENGLISH)
    small: Counter[str] = Counter()
    for language, words in function_words.OTHERS.items():
        for word in word_set(words):
            small[word] += (1 if word in english else 2) << _PLACES[f"votes for {language}"]
    for word in english:
        small[word] += (1 if word in small else 2) << _PLACES[_ENGLISH]
    return small
