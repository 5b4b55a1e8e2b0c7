"""Which sentences of a post claim something that evidence could bear out or refute."""

from __future__ import annotations

import re
from typing import Final

from siyaq.core.span import Span
from siyaq.grounding.support import Read
from siyaq.text.fold import fold
from siyaq.text.sentences import sentences

CLAIMS_AT_MOST: Final = 2
SENTENCES_READ: Final = 20
_WORDS_AT_LEAST: Final = 3  # that tell something
_CHARS_AT_MOST: Final = 500

_ASKED: Final = re.compile(r"[?؟]")
_QUESTION: Final = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|any|who|what|when"
    r"|where|why|how|anyone|هل|ما|ماذا|متي|اين|كيف|لماذا|ايعقل|من هو|من هي)\b"
)
_OPINION: Final = re.compile(
    r"\b(?:i (?:think|believe|hope|wish|guess|feel|love|hate|want|am|would|will)"
    r"|i'(?:m|d|ve|ll)"
    r"|in my opinion|imho|imo|hopefully|thank|thanks|congratulations"
    r"|good (?:morning|evening|night)"
    r"|happy birthday|welcome|pray)\b"
    r"|(?:^|(?<=\s))(?:اعتقد|اظن|اتمني|نتمني|ارجو|نرجو|برايي|في رايي|احب|اكره|شكرا|صباح الخير"
    r"|مساء الخير|مبروك|الحمد لله|اللهم|حسبنا الله|ان شاء الله)(?=\W|$)"
)
_FUTURE: Final = re.compile(r"(?:^|(?<=\s))(?:[وف]?س[يتن][\u0621-\u064a]{3,}|سوف)(?=\W|$)")
_REPORTED: Final = re.compile(
    r"\b(?:said|says|announc\w+|confirm\w+|report\w+|will be|was|were|has been|have been|shut|seen"
    r"|arrest\w+|kill\w+|died|closed|opened|banned|won|signed)\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:قال|قالت|اعلن|اعلنت|اكد|اكدت|يوكد|توكد|شوهد|شوهدت|افاد|افادت|ذكر|ذكرت|كشف"
    r"|كشفت|قتل|توفي|وفاه|مقتل|اصابه|اغلاق|اعتقال|وصل|وصلت|قرر|قررت|وقع|وقعت|بدا|بدات|نفي|نفت))(?=\W|$)"
)


def checkable(text: str) -> list[Span]:
    """Return the sentences of `text` that state a fact, at most CLAIMS_AT_MOST, in order.

    A fact has a number or a date, or a name or report of what happened and enough words to be
    about something. Questions, opinions, wishes and greetings state none; but "30 dinars for one
    ride?" is a rumor passed on, whatever stands at its end, and no question.
    """
    found = [span for span in sentences(text)[:SENTENCES_READ] if _states_a_fact(span.of(text))]
    return found[:CLAIMS_AT_MOST]


def _states_a_fact(sentence: str) -> bool:
    folded = fold(sentence)
    if len(sentence) > _CHARS_AT_MOST or _QUESTION.search(folded) or _OPINION.search(folded):
        return False
    read = Read(sentence)
    words = len({piece.term for piece in read.words})
    if words < _WORDS_AT_LEAST:
        return False
    if read.numbers or (read.dates.moments and not _ASKED.search(sentence)):
        return True
    if _ASKED.search(sentence):
        return False
    told = bool(_REPORTED.search(folded) or _FUTURE.search(folded))
    return told and (bool(read.names) or words > _WORDS_AT_LEAST)
