"""The shortest exact span that answers, when exactly one can be told.

A wrong short answer costs more trust than a missing one, so nothing is guessed: the first quote
must hold one number, date or name that the question asks for, and no second one beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from siyaq.core.span import Span
from siyaq.grounding.asked_for import Asked, spans_of
from siyaq.retrieval.terms import query_terms
from siyaq.text.analyze import terms

_DIGITS = r"[\d٠-٩]+(?:[.,٫٬][\d٠-٩]+)*"
_WORDS = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
)
_SCALES = r"(?:hundred|thousand|million|billion|percent|ألف|آلاف|مليون|ملايين|مليار|بالمئة)"
_UNITS = (
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|meters?|kilometers?|centimeters?"
    r"|kilos?|grams?|crowns?|dinars?|dollars?|euros?|pounds?|people)"
)
_NUMBER = re.compile(
    rf"(?<![\w:.,-])(?:{_DIGITS}(?:\s?%|\s{_SCALES})?|{_WORDS}(?:\s{_SCALES})?(?:\s{_UNITS})?)"
    r"(?![\w:-])",
    re.IGNORECASE,
)
_MONTHS = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)"
)
_WEEKDAYS = (
    r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
    r"|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد)"
)
_TIME = re.compile(
    rf"(?<!\w)(?:(?:{_WEEKDAYS},?\s)?(?:{_DIGITS}\s)?{_MONTHS}(?:\s{_DIGITS})?|{_WEEKDAYS}"
    r"|[\d٠-٩]{1,2}:[\d٠-٩]{2}|(?:1[5-9]|20)\d\d(?:-\d\d-\d\d)?)(?![\w:-])"
)


def short_answer(question: str, asked: Asked, quotes: Sequence[str]) -> str | None:
    """Return the one number, date or name of the first quote that the question asks for.

    None for questions of another kind, and where the quote holds no such span or several.
    """
    if asked is Asked.ANYTHING or not quotes:
        return None
    text = quotes[0]
    wanted = set(query_terms(question))
    found = [span.of(text) for span in _spans(asked, text)]
    distinct = {span for span in found if not wanted.issuperset(terms(span))}
    return distinct.pop().strip() if len(distinct) == 1 else None


def _spans(asked: Asked, text: str) -> list[Span]:
    pattern = {Asked.NUMBER: _NUMBER, Asked.TIME: _TIME}.get(asked)
    if pattern is None:
        return spans_of(asked, text)
    return [Span(match.start(), match.end()) for match in pattern.finditer(text)]
