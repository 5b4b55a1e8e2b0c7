"""What kind of thing a question asks for, and whether a text holds such a thing."""

from __future__ import annotations

import re
from enum import StrEnum

from siyaq.core.span import Span
from siyaq.retrieval.folded import fold_words


class Asked(StrEnum):
    """The kind of thing that would answer."""

    PERSON = "person"
    TIME = "time"
    PLACE = "place"
    NUMBER = "number"
    ANYTHING = "anything"


_ASKED = (
    (
        Asked.NUMBER,
        re.compile(
            r"\bhow (?:many|much|long|old|far|high|tall|big|large|deep|fast|often)\b"
            r"|\bwhat (?:percentage|percent|number|fraction|proportion)\b"
            r"|\b(?:كم|عدد|نسبه|مقدار)\b"
        ),
    ),
    (
        Asked.TIME,
        re.compile(
            r"\bwhen\b|\b(?:what|which) (?:year|day|date|month|century|decade|time|season)\b"
            r"|\bمتي\b|\b(?:اي|ما|في) (?:عام|سنه|يوم|تاريخ|شهر|قرن|ساعه)\b"
        ),
    ),
    (
        Asked.PLACE,
        re.compile(
            r"\bwhere\b|\b(?:what|which) (?:city|country|place|town)\b|\b(?:اين|باين|اينما)\b"
        ),
    ),
    (
        Asked.PERSON,
        re.compile(r"\b(?:who|whom|whose)\b|^(?:و)?من (?!ال?(?:اين|متي|اجل|خلال|قبل|بين))"),
    ),
)

_NUMBER = re.compile(r"[\d٠-٩]+(?:[.,٫٬:][\d٠-٩]+)*\s?%?")
_NUMBER_WORD = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|twenty|thirty"
    r"|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|half|dozens?"
    r"|third|quarter|twice|several|none)\b"
    r"|(?:واحد|اثن|ثلاث|اربع|خمس|ست[هةي]|سبع|ثماني|تسع|عشر|مئ|مائ|الف|آلاف|مليون|مليار|نصف|ثلث|ربع)",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|century|today|yesterday|tomorrow"
    r"|morning|evening|noon|midnight)\b"
    r"|يناير|فبراير|مارس|أبريل|ابريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|القرن|عام|سنة"
    r"|كانون|شباط|آذار|نيسان|أيار|حزيران|تموز|أيلول|تشرين|يوم|صباح|مساء|أمس|اليوم|غدا"
    r"|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\d٠-٩:])[\d٠-٩]{1,2}:[\d٠-٩]{2}(?![\d٠-٩:])")
_NAME = re.compile(
    r"(?<![.!?\n] )(?<!^)\b[A-Z][\w'’-]+"
    r"(?:\s+(?:(?:of|the|de|van|von|al|bin|el)\s+)?[A-Z][\w'’-]+)*"
)


def asked_for(question: str) -> Asked:
    """Return the kind of thing that `question` asks for."""
    folded = fold_words(question).text
    for kind, pattern in _ASKED:
        if pattern.search(folded):
            return kind
    return Asked.ANYTHING


def tells_when(text: str) -> bool:
    """Say whether `text` names a day, a month, a time of day or an hour."""
    return bool(_MONTH.search(text) or _CLOCK.search(text))


def spans_of(kind: Asked, text: str) -> list[Span]:
    """Return where `text` holds something of the kind; Arabic names cannot be told by spelling."""
    patterns: dict[Asked, tuple[re.Pattern[str], ...]] = {
        Asked.NUMBER: (_NUMBER, _NUMBER_WORD),
        Asked.TIME: (_NUMBER, _MONTH),
        Asked.PERSON: (_NAME,),
        Asked.PLACE: (_NAME,),
        Asked.ANYTHING: (),
    }
    found = [m for pattern in patterns[kind] for m in pattern.finditer(text)]
    return sorted(Span(m.start(), m.end()) for m in found)
