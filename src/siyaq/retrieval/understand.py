"""Reads a question: its language, what restricts it, whether it wants the newest."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from siyaq.core.query import Filters, Understood
from siyaq.retrieval.folded import fold_words
from siyaq.retrieval.operators import narrow, pull_operators
from siyaq.retrieval.terms import content_terms
from siyaq.retrieval.time_words import find_period
from siyaq.text.language import identify

_LATEST = re.compile(
    r"\b(?:latest|newest|most recent|breaking|just happened|happening now|right now"
    r"|what's new|what is new|happened last|last (?:post|story|news|update|thing)s?)\b"
    r"|\b(?:احدث|ما الجديد|مستجدات|المستجدات|يحدث الان|يجري الان|حدث الان)\b"
    r"|\bاخر (?:ال)?(?:اخبار|انباء|خبر|تطورات|مستجدات|منشور|منشورات|قصه|ما|الاخبار|الانباء)\b"
)


def understand(text: str, *, filters: Filters, now: datetime) -> Understood:
    """Return how `text` is read as of `now`.

    Operators and words of time leave the text and narrow `filters`. A question that is left
    without a word of its own ("what happened in the last hour?") wants the newest posts.
    """
    rest, narrowed = pull_operators(text, filters, now)
    period = find_period(rest, now)
    if period is not None:
        narrowed = replace(narrowed, placed=narrow(narrowed.placed, period.placed))
        start, end = period.words.start, period.words.end
        rest = " ".join(f"{rest[:start]} {rest[end:]}".split())
    latest = bool(_LATEST.search(fold_words(rest).text)) or not content_terms(rest)
    return Understood(
        text=rest,
        lang=identify(rest or text),
        filters=narrowed,
        wants="latest" if latest else "relevant",
    )
