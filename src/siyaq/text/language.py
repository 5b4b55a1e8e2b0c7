"""Names the language of a text, short posts above all.

The script decides first: no guess about words is needed to tell Arabic from English. Letters and
small words then part Arabic from Persian, Urdu, Pashto and Kurdish, Russian from its neighbors,
and English from the rest. Only Latin text that they leave open is given to lingua.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

from siyaq.text import function_words
from siyaq.text.fold import INVISIBLE

_READ_AT_MOST: Final = 600  # characters: enough to tell, and a bound on the time it takes
_ASIDE: Final = re.compile(rf"(?:https?://|www\.)\S+|[#＃@＠][\w{INVISIBLE}]+|\bRT\b|&\w+;")
_ASIDE_BUT_TAGS: Final = re.compile(r"(?:https?://|www\.)\S+|[@＠]\w+|\bRT\b|&\w+;")

_ARABIC: Final = re.compile("[\u0620-\u064a\u066e-\u06d3\u06fa-\u06fc\u0750-\u077f\ufb50-\ufefc]")
_CYRILLIC: Final = re.compile("[\u0400-\u052f]")
_LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_ANY_LETTER: Final = re.compile(r"[^\W\d_]")
_LATIN_WORD: Final = 3  # letters of a Latin word that weigh as much as one of another script
_OTHER_SCRIPTS: Final = (
    ("ja", re.compile("[\u3040-\u30ff\uff66-\uff9d]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("ko", re.compile("[\u1100-\u11ff\uac00-\ud7af]")),
    ("th", re.compile("[\u0e01-\u0e4e]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("hi", re.compile("[\u0904-\u0939]")),
    ("bn", re.compile("[\u0985-\u09b9]")),
    ("pa", re.compile("[\u0a05-\u0a39]")),
    ("gu", re.compile("[\u0a85-\u0ab9]")),
    ("ta", re.compile("[\u0b85-\u0bb9]")),
    ("te", re.compile("[\u0c05-\u0c39]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("am", re.compile("[\u1200-\u137f]")),
)
_ARABIC_SCRIPT_LETTERS: Final = (
    ("ur", re.compile("[ٹڈڑںےہ]")),
    ("ps", re.compile("[ښځڅډړږټۍګڼ]")),
    ("ckb", re.compile("[ێۆڕڵ]")),
)
_PERSIAN_LETTERS: Final = re.compile("[پچژگ]")  # Arabic dialects write them now and then
_ARABIC_LETTERS: Final = re.compile("[ةأإؤىيك]")  # Persian seldom writes them
_CYRILLIC_LETTERS: Final = (
    ("uk", re.compile("[їєґЇЄҐ]")),
    ("be", re.compile("[ўЎ]")),
    ("mk", re.compile("[ѓќѕЃЌЅ]")),
    ("sr", re.compile("[ђћџљњјЂЋЏЉЊЈ]")),
    ("kk", re.compile("[әғқңұһӘҒҚҢҰҺ]")),
)

_WORD: Final = re.compile(r"[a-z\u00df-\u024f\u1e00-\u1eff]+(?:'[a-z]+)*")
_LINGUA_LANGUAGES: Final = (
    "EN", "DE", "FR", "ES", "PT", "IT", "NL", "SV", "NB", "DA", "FI", "PL", "CS", "RO", "HU", "TR",
    "ID", "VI", "CA",
)  # fmt: skip
_LATIN_LANGUAGES: Final = frozenset(code.lower() for code in _LINGUA_LANGUAGES)
_NOT_LATIN: Final = frozenset(
    ["ar", "fa", "ur", "ps", "ckb", "ru", "uk", "be", "bg", "mk", "kk", "mn"]
    + [language for language, _ in _OTHER_SCRIPTS]
)
_SURE: Final = 0.5  # of lingua, for a text in which no small word stands
_ENGLISH_SHARE: Final = 0.13
_FEW_LETTERS: Final = 10


def identify(text: str, hint: str = "") -> str:
    """Return the BCP 47 primary tag of the language of `text`, "" when nobody could tell.

    `hint` is the language somebody declared. It decides where the text leaves two languages of
    one script open, and is not believed where the script contradicts it.
    """
    declared = hint.lower().replace("_", "-").partition("-")[0]
    head = text[:_READ_AT_MOST]
    plain = _ASIDE.sub(" ", head)
    language = _of_script(plain, declared)
    if language is None:
        language = _of_script(_ASIDE_BUT_TAGS.sub(" ", head).replace("_", " "), declared)
    return declared if language is None else language


def _of_script(text: str, declared: str) -> str | None:
    """Return the language of a text by its main script; None if it holds no letter."""
    latin = len(_LATIN.findall(text))
    if text.isascii():
        return _latin(text, declared) if latin else None
    letters = len(_ANY_LETTER.findall(text))
    arabic, cyrillic = len(_ARABIC.findall(text)), len(_CYRILLIC.findall(text))
    rest = letters - latin - arabic - cyrillic
    # A name or a brand in Latin letters is longer than a word of most other scripts.
    most = max(latin / _LATIN_WORD, arabic, cyrillic, rest)
    if not letters:
        return None
    if most == arabic:
        return _arabic(text, declared)
    if most == cyrillic:
        return _cyrillic(text, declared)
    return _latin(text, declared) if most == latin / _LATIN_WORD else _rare(text)


def _rare(text: str) -> str:
    counts = {language: len(letters.findall(text)) for language, letters in _OTHER_SCRIPTS}
    if counts["ja"]:
        counts["ja"] += counts["zh"]  # Japanese is written with both
    language = max(counts, key=counts.__getitem__)
    return language if counts[language] else ""


def _arabic(text: str, declared: str) -> str:
    words = frozenset(text.split())
    arabic = (
        2 * len(words & _words(function_words.ARABIC))
        + sum(word.startswith("ال") for word in words)
        + len(_ARABIC_LETTERS.findall(text)) / 2
    )
    for language, letters in _ARABIC_SCRIPT_LETTERS:
        found = len(letters.findall(text))
        if found and (declared == language or (found >= 3 and found > arabic)):
            return language
    urdu = 3 * len(words & _words(function_words.URDU))
    persian = 3 * len(words & _words(function_words.PERSIAN))
    persian += len(_PERSIAN_LETTERS.findall(text))
    if max(urdu, persian) >= 3 and max(urdu, persian) > arabic:
        return "ur" if urdu > persian else "fa"
    return declared if declared in ("fa", "ur", "ps", "ckb") and not arabic else "ar"


def _cyrillic(text: str, declared: str) -> str:
    for language, letters in _CYRILLIC_LETTERS:
        if letters.search(text):
            return language
    return declared if declared in ("ru", "uk", "be", "bg", "mk", "sr", "kk", "mn") else "ru"


def _latin(text: str, declared: str) -> str:
    words = _WORD.findall(text.lower().replace("’", "'"))
    english, other, language = _votes(words)
    if english >= 1 and english >= 1.5 * other:
        return "en"
    if other >= 2 and other >= 1.5 * english:
        return language
    if declared in _LATIN_LANGUAGES or (declared and not other and declared not in _NOT_LATIN):
        return declared
    letters = " ".join(words)
    if len(letters) < _FEW_LETTERS:
        return ""
    return _guess(letters)


def _votes(words: list[str]) -> tuple[float, float, str]:
    """Return what speaks for English, for the likeliest other language, and which that is."""
    english_words, shapes = _words(function_words.ENGLISH), _shapes()
    english = 0.0
    others = dict.fromkeys(function_words.OTHERS, 0.0)
    for word in words:
        homes = _homes().get(word, ())
        for home in homes:
            others[home] += 0.5 if word in english_words else 1
        if word in english_words:
            english += 0.5 if homes else 1
        elif not homes and shapes.fullmatch(word):
            english += 0.5
    language = max(others, key=others.__getitem__)
    return english, others[language], language


def _guess(letters: str) -> str:
    """Ask lingua. A little speaks for English, most common in what is posted; more for others."""
    shares = {
        found.language.iso_code_639_1.name.lower(): found.value
        for found in _detector().compute_language_confidence_values(letters)
    }
    language = max(shares, key=shares.__getitem__)
    if shares["en"] >= _ENGLISH_SHARE and shares["en"] >= shares[language] / 3:
        return "en"
    return language if shares[language] >= _SURE else ""


@lru_cache(maxsize=8)
def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


@lru_cache(maxsize=1)
def _shapes() -> re.Pattern[str]:
    return re.compile(function_words.ENGLISH_SHAPES)


@lru_cache(maxsize=1)
def _homes() -> Mapping[str, tuple[str, ...]]:
    """Return the languages other than English in which each small word is at home."""
    homes: dict[str, tuple[str, ...]] = {}
    for language, words in function_words.OTHERS.items():
        for word in words.split():
            homes[word] = (*homes.get(word, ()), language)
    return homes


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    """Load lingua's small models: a second and little memory, where the large take 400 MB."""
    codes = [getattr(IsoCode639_1, code) for code in _LINGUA_LANGUAGES]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    return builder.with_low_accuracy_mode().build()
