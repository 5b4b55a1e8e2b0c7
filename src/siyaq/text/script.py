"""Tells which script a character belongs to, and cuts words where the script changes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import Final


class Script(Enum):
    """What decides how a run of characters is analyzed."""

    ARABIC = "arabic"
    LATIN = "latin"
    CYRILLIC = "cyrillic"
    DENSE = "dense"  # written without spaces between words, or with long ones: CJK, Thai
    DIGIT = "digit"
    OTHER = "other"
    INSIDE = "inside"  # marks, joiners, apostrophes: part of the run they stand in
    NONE = "none"


_BY_NAME: Final = {
    "ARABIC": Script.ARABIC,
    "LATIN": Script.LATIN,
    "CYRILLIC": Script.CYRILLIC,
    **dict.fromkeys(
        ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "BOPOMOFO"), Script.DENSE
    ),
    **dict.fromkeys(("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"), Script.DENSE),
}
_APOSTROPHES: Final = "'’ʼ"
_TAKES_DIGITS: Final = (Script.LATIN, Script.CYRILLIC, Script.OTHER)


@lru_cache(maxsize=2**13)
def script_of(char: str) -> Script:
    """Return the script of one character, judged by what it is compatible with."""
    if char in _APOSTROPHES:
        return Script.INSIDE
    plain = unicodedata.normalize("NFKC", char)[:1] or char
    category = unicodedata.category(plain)
    if category == "Nd":
        return Script.DIGIT
    if category[0] == "M" or category == "Cf" or plain == "ـ":
        return Script.INSIDE
    if category[0] != "L" and category not in ("Nl", "No"):
        return Script.NONE
    return _BY_NAME.get(unicodedata.name(plain, "").split(" ", 1)[0], Script.OTHER)


def runs(word: str) -> Iterator[tuple[Script, int, int]]:
    """Yield (script, start, end) for each stretch of `word` in one script, joiners trimmed off.

    Digits belong to a Latin, Cyrillic or other word they touch ("covid19", "5G"), but stand apart
    from Arabic and dense scripts, where they are written against the next word ("2018م").
    """
    script, start, end = Script.NONE, 0, 0
    for at, char in enumerate(word):
        now = script_of(char)
        if now is Script.INSIDE:
            if script is not Script.NONE and unicodedata.category(char)[0] == "M":
                end = at + 1
            continue
        joined = _joined(script, now)
        if joined is None:
            if script is not Script.NONE:
                yield script, start, end
            script, start = now, at
        else:
            script = joined
        end = at + 1
    if script is not Script.NONE:
        yield script, start, end


def _joined(before: Script, now: Script) -> Script | None:
    """Return the script of a run in `before` that goes on in `now`, None where it ends."""
    if before is now:
        return now
    if now is Script.DIGIT and before in _TAKES_DIGITS:
        return before
    if before is Script.DIGIT and now in _TAKES_DIGITS:
        return now
    return None
