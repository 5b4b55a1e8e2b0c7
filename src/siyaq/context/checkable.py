"""Which sentences of a post claim something that evidence could bear out or refute."""

from __future__ import annotations

import re
from typing import Final

from siyaq.core.span import Span
from siyaq.grounding.support import Quantity, Read
from siyaq.text.fold import fold
from siyaq.text.sentences import sentences

CLAIMS_AT_MOST: Final = 2
SENTENCES_READ: Final = 20
_WORDS_AT_LEAST: Final = 3  # that tell something
_TOLD_AT_LEAST: Final = 2  # beside who says it
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
    r"|^\W*(?:hello|hi|hey|greetings)\b"
    r"|(?:^|(?<=\s))(?:اعتقد|اظن|اتمني|نتمني|ارجو|نرجو|برايي|في رايي|احب|اكره|شكرا|صباح الخير"
    r"|مساء الخير|مبروك|الحمد لله|اللهم|حسبنا الله|ان شاء الله|السلام عليكم|مرحبا|تحياتي)(?=\W|$)"
)
_FUTURE: Final = re.compile(r"(?:^|(?<=\s))(?:[وف]?س[يتن][\u0621-\u064a]{3,}|سوف)(?=\W|$)")
_SAYING: Final = re.compile(
    r"\b(?:said|says|announc\w+|confirm\w+|report\w+)\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:قال|قالت|اعلن|اعلنت|اكد|اكدت|يوكد|توكد|افاد|افادت|ذكر|ذكرت|كشف|كشفت"
    r"|نفي|نفت))(?=\W|$)"
)
_HAPPENED: Final = re.compile(
    r"\b(?:will be|was|were|has been|have been|shut|seen|arrest\w+|kill\w+|died|closed|opened"
    r"|banned|won|signed)\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:شوهد|شوهدت|قتل|توفي|وفاه|مقتل|اصابه|اغلاق|اعتقال|وصل|وصلت|قرر|قررت"
    r"|وقع|وقعت|بدا|بدات))(?=\W|$)"
)
_LABEL: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b(?:[\w-]+\.)+[a-z]{2,}/\S*|@[\w.-]+"
    r"|#[^\s#]+(?:[\s,،]*#[^\s#]+)+",
    re.IGNORECASE,
)
"""What points at something and says nothing: a link, a mention, tags in a row."""
_SOUNDS: Final = frozenset(
    fold(
        "oh ah ha haha hah well yes yeah yep no nope ok okay lol wow نعم بلى والله لا آه ههه هههه"
    ).split()
)


def checkable(text: str) -> list[Span]:
    """Return the sentences of `text` that state a fact, at most CLAIMS_AT_MOST, in order.

    A fact has a number or a date, or a name or report of what happened and enough words to be
    about something; links, mentions and rows of tags are no words. Questions, opinions, wishes and
    greetings state none, nor does "Martin says hello"; but "30 dinars for one ride?" is a rumor
    passed on, whatever stands at its end, and no question.
    """
    found = [span for span in sentences(text)[:SENTENCES_READ] if _states_a_fact(span.of(text))]
    return found[:CLAIMS_AT_MOST]


def _states_a_fact(sentence: str) -> bool:
    if len(sentence) > _CHARS_AT_MOST:
        return False
    plain = _LABEL.sub(" ", sentence)
    folded = fold(plain)
    if _QUESTION.search(folded) or _OPINION.search(folded):
        return False
    read = Read(plain)
    words = {piece.term for piece in read.words if piece.folded not in _SOUNDS}
    if len(words) < _WORDS_AT_LEAST:
        return False
    asked = bool(_ASKED.search(plain))
    if any(map(_counts, read.numbers)) or (read.dates.moments and not asked):
        return True
    return not asked and _tells(read, folded, words)


def _counts(number: Quantity) -> bool:
    """Say whether a number tells how many: "in one picture" does not."""
    return not number.spelled or number.value != 1


def _tells(read: Read, folded: str, words: set[str]) -> bool:
    """Say whether something is said to have happened, or somebody to have said something."""
    if _HAPPENED.search(folded) or _FUTURE.search(folded):
        return bool(read.names) or len(words) > _WORDS_AT_LEAST
    if not _SAYING.search(folded):
        return False
    told = {one.term for one in read.words if not _SAYING.search(one.folded)}
    return len(told & words - {one.term for one in read.names}) >= _TOLD_AT_LEAST
