"""Names the language of a text, short posts above all.

The script decides first: no guess about words is needed to tell Arabic from English. Letters and
small words then part Arabic from Persian, Urdu, Pashto and Kurdish, Russian from its neighbors,
and English from the rest. Only Latin text that they leave open is given to lingua.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

from siyaq.text import function_words
from siyaq.text.fold import INVISIBLE
from siyaq.text.votes import READ_AT_MOST, Votes, latin_words, word_set

_NAME: Final = rf"[\w{INVISIBLE}]+"
_ASIDE: Final = re.compile(  # each way begins with a letter of its own: that is quick to look for
    rf"https?://\S+|www\.\S+|#{_NAME}|＃{_NAME}|@{_NAME}|＠{_NAME}|RT(?<!\wRT)\b|&\w+;"
)
_ASIDE_BUT_TAGS: Final = re.compile(r"(?:https?://|www\.)\S+|[@＠]\w+|\bRT\b|&\w+;")
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
    head = text[:READ_AT_MOST]
    plain = _ASIDE.sub(" ", head)
    votes = Votes(plain)
    if not votes["letters"]:
        plain = _ASIDE_BUT_TAGS.sub(" ", head).replace("_", " ")
        votes = Votes(plain)
    return _of_script(plain, votes, declared) if votes["letters"] else declared


def _of_script(text: str, votes: Votes, declared: str) -> str:
    """Return the language of a text by its main script."""
    if text.isascii():
        return _latin(text, votes, declared)
    latin, arabic, cyrillic = votes["latin"], votes["arabic"], votes["cyrillic"]
    rest = votes["letters"] - latin - arabic - cyrillic
    # A name or a brand in Latin letters is longer than a word of most other scripts.
    most = max(latin / _LATIN_WORD, arabic, cyrillic, rest)
    if most == arabic:
        return _arabic(text, votes, declared)
    if most == cyrillic:
        return _cyrillic(votes, declared)
    return _latin(text, votes, declared) if most == latin / _LATIN_WORD else _rare(text)


def _rare(text: str) -> str:
    counts = {language: len(letters.findall(text)) for language, letters in _OTHER_SCRIPTS}
    if counts["ja"]:
        counts["ja"] += counts["zh"]  # Japanese is written with both
    language = max(counts, key=counts.__getitem__)
    return language if counts[language] else ""


def _arabic(text: str, votes: Votes, declared: str) -> str:
    words = frozenset(text.split())
    arabic = (
        2 * len(words & word_set(function_words.ARABIC))
        + sum(word.startswith("ال") for word in words)
        + votes["plain arabic"] / 2
    )
    for language in ("ur", "ps", "ckb"):
        found = votes[language]
        if found and (declared == language or (found >= 3 and found > arabic)):
            return language
    urdu = 3 * len(words & word_set(function_words.URDU))
    persian = 3 * len(words & word_set(function_words.PERSIAN)) + votes["fa"]
    if max(urdu, persian) >= 3 and max(urdu, persian) > arabic:
        return "ur" if urdu > persian else "fa"
    return declared if declared in ("fa", "ur", "ps", "ckb") and not arabic else "ar"


def _cyrillic(votes: Votes, declared: str) -> str:
    for language in ("uk", "be", "mk", "sr", "kk"):
        if votes[language]:
            return language
    return declared if declared in ("ru", "uk", "be", "bg", "mk", "sr", "kk", "mn") else "ru"


def _latin(text: str, votes: Votes, declared: str) -> str:
    english, (other, language) = votes.english(), votes.other()
    if english >= 1 and english >= 1.5 * other:
        return "en"
    if other >= 2 and other >= 1.5 * english:
        return language
    if declared in _LATIN_LANGUAGES or (declared and not other and declared not in _NOT_LATIN):
        return declared
    letters = " ".join(latin_words(text))
    return _guess(letters) if len(letters) >= _FEW_LETTERS else ""


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


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    """Load lingua's small models: a second and little memory, where the large take 400 MB."""
    codes = [getattr(IsoCode639_1, code) for code in _LINGUA_LANGUAGES]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    return builder.with_low_accuracy_mode().build()
