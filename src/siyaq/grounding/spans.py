"""Cuts a sentence into words and marks, and into the stretches that may be a short answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from siyaq.core.span import Span
from siyaq.grounding.focus import Focus
from siyaq.text.analyze import is_stop_word, terms

LONGEST = 8
"""Words of a short answer at most."""

TOKENS_READ = 120
"""Of a longer sentence only so many tokens are read."""

_LETTER = "[\\w\u0610-\u061a\u064b-\u065f\u0670]"
_TOKEN = re.compile(
    r"https?://\S+|[@#][\w]+|[$€£]?\d+(?:[.,:٫٬،/-]\d+)*(?:st|nd|rd|th|[kKmM]|bn)?%?"
    rf"|[^\W\d_]\.(?:[^\W\d_]\.)+|{_LETTER}+(?:['’.-]{_LETTER}+)*|[^\w\s]"
)
_ENDS = frozenset(".!?؟？;؛…|")
_MONTH = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)(?:[a-z]*)?"
    r"|يناير|فبراير|مارس|أبريل|ابريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tonight|tomorrow|yesterday|morning|night"
    r"|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد|اليوم|أمس",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundreds?|thousands?|millions?|billions?|half|dozens?|third|quarter|twice|once|first|second"
    r"|(?:واحد|اثن|ثلاث|أربع|خمس|ست|سبع|ثمان|تسع|عشر|مئ|مائ|ألف|آلاف|مليون|ملايين|مليار|نصف|ثلث|ربع)\w*",
    re.IGNORECASE,
)
_NO_NUMBER = frozenset(("no", "any", "some", "every", "this", "that", "which", "the", "each"))
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d|[١٢][٠-٩]{3}")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or mark of a sentence."""

    text: str
    start: int
    end: int
    shape: str  # CAP, UPPER, low, ar, num, year, numw, month, day, tag, at, link; a mark is its own
    stems: frozenset[str]  # of its terms that are not stop words
    stop: bool
    asked: bool  # one of its stems stands in the question

    @property
    def word(self) -> bool:
        """Whether it is a word, not a mark."""
        return len(self.shape) > 1


def tokenize(text: str, focus: Focus) -> list[Token]:
    """Cut a sentence into words and marks."""
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text):
        if len(tokens) == TOKENS_READ:
            break
        shown = found.group()
        all_terms = terms(shown)
        stems = frozenset(term for term in all_terms if not is_stop_word(term))
        tokens.append(
            Token(
                text=shown,
                start=found.start(),
                end=found.end(),
                shape="low" if _nobody(tokens, shown) else _shape(shown),
                stems=stems,
                stop=bool(all_terms) and not stems,
                asked=not stems.isdisjoint(focus.telling),
            )
        )
    return tokens


def _nobody(before: list[Token], word: str) -> bool:
    """Say whether "one" is no number: that of "no one", "this one"."""
    return word.lower() == "one" and bool(before) and before[-1].text.lower() in _NO_NUMBER


def _shape(word: str) -> str:
    if word.startswith("http"):
        return "link"
    if word[0] == "@" and len(word) > 1:
        return "at"
    if word[0] == "#" and len(word) > 1:
        return "tag"
    if any(map(str.isdigit, word)):
        return "year" if _YEAR.fullmatch(word) else "num"
    if not _LETTERS.search(word):
        return word[0]
    if _MONTH.fullmatch(word):
        return "month"
    if _DAY.fullmatch(word):
        return "day"
    if _NUMBER_WORD.fullmatch(word):
        return "numw"
    if "\u0600" <= word[0] <= "\u06ff":
        return "ar"
    if word.isupper() and len(word) > 1:
        return "UPPER"
    return "CAP" if word[0].isupper() else "low"


def candidates(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Yield the stretches [first, end) that may answer."""
    for first, token in enumerate(tokens):
        if not token.word or token.shape == "link":
            continue
        words = 0
        for end in range(first + 1, len(tokens) + 1):
            last = tokens[end - 1]
            if last.shape in _ENDS and not _abbreviates(tokens, end - 1):
                break
            if last.shape == "link":
                break
            if last.word:
                words += 1
                if words > LONGEST:
                    break
                yield first, end


def _abbreviates(tokens: list[Token], at: int) -> bool:
    """Say whether a full stop belongs to a short capitalized word before a name: "St. Louis"."""
    return (
        0 < at < len(tokens) - 1
        and tokens[at].shape == "."
        and tokens[at].start == tokens[at - 1].end
        and tokens[at - 1].shape == "CAP"
        and len(tokens[at - 1].text) <= 3
        and tokens[at + 1].shape in ("CAP", "UPPER", "low")
    )


def span_of(tokens: list[Token], first: int, end: int) -> Span:
    """Return where a stretch stands in its sentence."""
    return Span(tokens[first].start, tokens[end - 1].end)
