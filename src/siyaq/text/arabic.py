"""Reduces an Arabic word to the term under which its spellings and inflections meet.

A light stemmer in the manner of light10 (Larkey, Ballesteros and Connell 2007): conjunction,
preposition and article come off the front, then plural, dual, feminine and pronoun endings. It
differs in not taking a real first letter: وزير, بيروت and ألمانيا stay whole, by the hamza where
one is written and by `arabic_words` where none is. Snowball's Arabic stemmer takes such letters,
and keeps الحكومه apart from حكومة. Broken plurals and the prefixes of verbs are left alone.
"""

from __future__ import annotations

import re
from typing import Final

from siyaq.text import arabic_words as words
from siyaq.text.fold import compose, fold

_GOD: Final = re.compile(r"[وف]?(?:[بت]?الله|لله)")
_SERVANT: Final = re.compile(r"عبد(ال.{3,})")
_HAMZA_BEFORE_WAW: Final = re.compile("[ئء]و")

_CONJUNCTION: Final = re.compile(
    rf"و(?!(?:{words.REAL_WAW}))(?=...)"
    rf"|ف(?=[أإآ]..|لل..|[بك]?ال..)(?!ال(?:{words.REAL_FA_ARTICLE}))"
)
_PREPOSITION: Final = re.compile(
    rf"ب(?=ال..)(?!ال(?:{words.REAL_BA_ARTICLE}))"
    rf"|ك(?=ال...)(?!ال(?:{words.REAL_KA_ARTICLE}))"
    r"|[بل](?=[أإآ]..|است..)"
    rf"|ب(?=[مت]...)(?!{words.REAL_BA})"
    rf"|ل(?=[مت]...)(?!{words.REAL_LAM})"
)
_ARTICLE: Final = re.compile(
    rf"ال(?!{words.REAL_ARTICLE})(?=..)"
    rf"|ل(?=ل(?:{words.REAL_LAM_ARTICLE}))"
    rf"|لل(?=..)"
)
_ENDING: Final = re.compile(
    "(?<=...)(?:يتهما|يتهم|يتها|يتنا|يته|يتي|هما|ها|هم|نا|ات|يه|وا|ه|ي|ا|(?<![اوي])ت)$"
    "|(?<=....)(?:كما|كم|ان|ون|ين)$"
)
_ENDINGS_AT_MOST: Final = 3  # فلسطيني + ين, then ي, then the ين of the name itself


def stem(word: str) -> tuple[str, ...]:
    """Return the terms of one word in Arabic script.

    One, two for names such as عبدالله, several for the ligatures that write a phrase: ﷺ.
    """
    bare = compose(word)
    if " " in bare:
        return tuple(term for part in bare.split() for term in stem(part))
    if _GOD.fullmatch(bare):
        return ("الله",)
    servant = _SERVANT.fullmatch(bare)
    if servant:
        return ("عبد", *stem(servant.group(1)))
    return (_without_ending(fold(_without_clitics(_with_usual_hamza(bare)))),)


def _with_usual_hamza(word: str) -> str:
    """Let two schools of spelling meet: مسئول and مسؤول, شاطئ and شاطيء."""
    if word.endswith("ئ"):
        word = word[:-1] + "يء"
    return _HAMZA_BEFORE_WAW.sub("وو", word)


def _without_clitics(word: str) -> str:
    for clitic in (_CONJUNCTION, _PREPOSITION, _ARTICLE):
        found = clitic.match(word)
        if found:
            word = word[found.end() :]
    return word


def _without_ending(word: str) -> str:
    if word.endswith("ء"):
        return word[:-1] if len(word) > 3 else word  # written or not, but never a suffix: وزراء
    for _ in range(_ENDINGS_AT_MOST):
        if len(word) == 4 and word.endswith("ات"):
            return word[:2] + "ه"  # لغات is the plural of لغة; two letters alone would be لغ
        found = _ENDING.search(word)
        if not found:
            break
        word = word[: found.start()]
    return word
