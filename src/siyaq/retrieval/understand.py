"""Reads a question: its language, what restricts it, whether it wants the newest."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

from siyaq.core.query import Filters, Understood
from siyaq.retrieval.folded import fold_words
from siyaq.retrieval.operators import narrow, pull_operators
from siyaq.retrieval.spoken_filters import pull_spoken
from siyaq.retrieval.terms import content_terms
from siyaq.retrieval.time_words import QUESTION_WORDS, find_period
from siyaq.text.language import identify

_LATEST = re.compile(
    r"\b(?:latest|newest|most recent|breaking) (?:\w+ )?(?:news|stor(?:y|ies)|posts?|updates?"
    r"|developments?|headlines?|reports?|events?|things?)\b"
    r"|\b(?:latest|newest) (?:on|about|from|in)\b|\bthe latest$"
    r"|\b(?:just happened|happening now|right now|what's new|what is new|happened last)\b"
    r"|\blast (?:post|story|news|update|thing)s?\b"
    r"|\b(?:اخر|احدث) (?:ال)?(?:اخبار|انباء|خبر|تطورات|مستجدات|منشور|منشورات|قصه|ما)\b"
    r"|\b(?:ما الجديد|مستجدات|المستجدات|يحدث الان|يجري الان|حدث الان)\b"
    r"|\b(?:just now|moments? ago|a (?:short )?while ago)\b"
    r"|\b(?:منذ قليل|قبل قليل|للتو|هلق|دلوقتي)\b"
)
_NEWS = re.compile(
    r"^(?:(?:so )?(?:what|what's|whats|any|anything|tell|show|give|news|updates?|headlines?"
    r"|posts?)\b|(?:ما|ماذا|شو|وش|ايش|ايه|شنو|عم|عما|اي|هل|اخبرني|اعرض|اخبار|الاخبار|جديد"
    r"|منشورات|المنشورات)\b)"
)
_POINTS = re.compile(
    r"\b(?:it|this|that|these|those|he|she|they|him|her|them|you)\b"
    r"|\b(?:هذا|هذه|ذلك|تلك|هو|هي|هم)\b"
)


_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_READ = datetime(9998, 1, 1, tzinfo=UTC)
"""Words of time are read between these two: "last year" and "this week" have to be times at all."""


def understand(
    text: str,
    *,
    filters: Filters,
    now: datetime,
    sources: Callable[[], Collection[str]] = tuple,
) -> Understood:
    """Return how `text` is read as of `now`.

    Operators and words of time leave the text and narrow `filters`. A question that is left
    without a topic of its own ("what happened in the last hour?") wants the newest posts. Where
    the caller has named the posts to be searched, words of time are part of what is asked.
    `sources` gives the names of those that a question can name in plain words.
    """
    now = min(max(now, _EARLIEST), _LAST_READ)
    rest, narrowed = pull_operators(text, filters, now)
    period = find_period(rest, now) if filters.only is None else None
    if period is not None:
        narrowed = replace(narrowed, placed=narrow(narrowed.placed, period.placed))
        start, end = period.words.start, period.words.end
        rest = " ".join(f"{rest[:start]} {rest[end:]}".split())
    if filters.only is None and len(fold_words(rest).words) <= QUESTION_WORDS:
        rest, narrowed = pull_spoken(rest, narrowed, sources)
    return Understood(
        text=rest,
        lang=identify(rest or text),
        filters=narrowed,
        wants="latest" if _wants_latest(rest) else "relevant",
    )


def _wants_latest(text: str) -> bool:
    folded = fold_words(text).text
    if not folded:
        return True
    if len(folded.split()) > QUESTION_WORDS:
        return False
    if _LATEST.search(folded):
        return True
    asks_for_news = _NEWS.search(folded) is not None and not _POINTS.search(folded)
    return asks_for_news and not content_terms(text)
