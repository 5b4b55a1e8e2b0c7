"""Words of time in a question, in Arabic and English, and the period they restrict it to."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from siyaq.core.span import Span, TimeRange
from siyaq.retrieval.calendar_words import calendar_period
from siyaq.retrieval.dates import bounded
from siyaq.retrieval.folded import fold_words
from siyaq.retrieval.named_days import named_day
from siyaq.retrieval.rolling import rolling

QUESTION_WORDS = 15
"""A longer text is a statement somebody looks up: its times are part of what it states."""


class Period(NamedTuple):
    """A restriction in time, and the words of the question that say so."""

    placed: TimeRange
    words: Span


def find_period(text: str, now: datetime) -> Period | None:
    """Return the period that `text` clearly restricts itself to, as of `now`, or None."""
    folded = fold_words(text)
    if len(folded.words) > QUESTION_WORDS:
        return None
    for read in (named_day, rolling, calendar_period, bounded):
        found = read(folded.text, now)
        if found is not None:
            placed, match = found
            return Period(placed, folded.source_span(match))
    return None
