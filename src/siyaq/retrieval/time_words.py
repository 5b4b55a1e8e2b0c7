"""Words of time in a question, in Arabic and English, and the period they restrict it to."""

from __future__ import annotations

import re
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


_LATELY = re.compile(
    r"\bnew\b(?! (?:york|zealand|delhi|jersey|orleans|mexico|hampshire|england|guinea|caledonia"
    r"|south|testament|deal|wave)\b)"
    r"|\b(?:recent|recently|lately|current|currently|now|today|today's|newly|soon|upcoming"
    r"|ongoing)\b"
    r"|\b(?:this|next|last|past) (?:hour|morning|evening|week|weekend|month|season|year)(?:'s)?\b"
    r"|\b(?:موخرا|حديثا|حاليا|الحالي|الحاليه|الجاري|الجاريه|الان|اليوم|قريبا|المقبل|المقبله|القادم"
    r"|القادمه|الماضي|الماضيه|اخيرا)\b"
    r"|\bهذ[اه] (?:ال)?(?:اسبوع|شهر|عام|سنه|موسم|صباح|مساء|ليله)\b"
)


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


def asks_lately(text: str) -> bool:
    """Say whether a question is about the time it is asked in, without a clear period."""
    return _LATELY.search(fold_words(text).text) is not None
