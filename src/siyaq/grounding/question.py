"""What a question may be, and what it means after what was said before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from siyaq.core.answer import Question, Turn
from siyaq.core.errors import QueryError
from siyaq.core.query import Filters
from siyaq.grounding.focus import focus_of, is_property
from siyaq.grounding.voices import asked_about
from siyaq.retrieval import understand
from siyaq.retrieval.alignment import words_of
from siyaq.retrieval.folded import fold_words
from siyaq.retrieval.terms import content_terms
from siyaq.text.analyze import analyze

QUESTION_CHARS = 2_000
HISTORY_TURNS = 50
HISTORY_CHARS = 20_000
REMEMBERED = 3
"""How many earlier questions a chain of follow-ups reaches back."""

_GOES_ON = re.compile(
    r"^(?:and|but|or|so|what about|how about|also|then)\b|^(?:وماذا|ماذا عن|طيب|ثم|ايضا)\b"
    r"|^و(?:في|من|متي|اين|كيف|كم|ما|لماذا|هل|ماذا|بعد|قبل|عن)\b|^وال\w+(?: \w+)?$"
)
_AND_ASKS = re.compile(
    r"^\s*و(?=(?:من|متى|متي|أين|اين|كيف|كم|بكم|ما|لماذا|ماذا|هل|(?:في|من|إلى|الى) (?:أي|اي))\b)"
)
"""The "and" that Arabic writes onto a question word, which hides what is asked."""

_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|these|those|he|him|his|she|her|they|them|their|there|then)\b"
    r"|\b(?:ذلك|هذا|هذه|تلك|هو|هي|هم|هناك|عنه|عنها|منه|منها|فيه|فيها|له|لها|به|بها)\b"
)
_ITS = re.compile(r"\b(?!ال|وال)\w{2,}(?:ه|ها|هم|هما|هن)\b")
"""An Arabic word that ends in "his", "its" or "their": "سعره". One that begins with "the" never
does."""

_ITS_WORDS = 2  # a question of more content words than these names its matter itself
_BARE = re.compile(
    r"^(?:who|when|where|why|how|how many|how much|which|whose|since when|by whom"
    r"|من|متي|اين|لماذا|كيف|كم|كم عدد|اي)$"
)
_NAMED_PLACE = re.compile(
    r"\b(?:[Ii]n|[Aa]t|[Ff]rom|[Oo]f|[Nn]ear)\s+(?:[A-Z]\w+)(?:\s+[A-Z]\w+)*|(?<!\w)و?في\s+\w+"
)
"""A place: "and in Beirut?" moves the question there, from wherever it was before."""

_CHANGED = re.compile(
    r"^(?:(?:and|so) )?(?:what(?:'s| is| has)? (?:changed|different)|has anything changed"
    r"|any(?:thing)? (?:new|more|updates?|changes?|changed)|updates?|what(?:'s| is) new since"
    r"|since)(?: since| then| now| yet)*$"
    r"|^و?(?:(?:ما الذي|ماذا|هل) (?:تغير|استجد)(?: شيء?)?|ما الجديد منذ"
    r"|(?:هل )?(?:من|هناك|اي) (?:جديد|تغيير|تحديثات|تحديث|مستجدات))(?: منذ| ذلك| الحين| الان)*$"
)
"""Asks for nothing but what is different from the answer before."""

_WHO_SAYS = re.compile(
    r"^(?:and )?(?:who (?:said|says|reported|reports|claims|claimed)(?: (?:so|that|this|it))?"
    r"|(?:says|said) who|according to whom?|(?:what|which|who)(?:'s| is| are| was)"
    r" (?:the|your) sources?(?: (?:of|for) (?:that|this|it))?|source)$"
    r"|^و?(?:(?:من|مين) (?:الذي |اللي )?(?:قال|يقول|ذكر|افاد|نقل)(?: (?:ذلك|هذا|به|بذلك|بهذا|كده))?"
    r"|ما(?: هو| هي)? (?:ال)?(?:مصدر|مصادر)(?:ك|كم|ه|ها)?(?: (?:ذلك|هذا|هذا الكلام|الخبر))?"
    r"|(?:حسب|بحسب|نقلا عن) من|المصدر)$"
)
"""Asks for nothing but whose words the answer before it rests on."""

_MANY_WORDS = 9
"""A question longer than this says itself what it is about, whatever pronouns it holds."""


def check(question: Question) -> None:
    """Raise QueryError for a question beyond the limits, or one that names a model."""
    if len(question.text) > QUESTION_CHARS:
        raise QueryError(
            f"the question has {len(question.text)} characters, more than {QUESTION_CHARS}"
        )
    if len(question.history) > HISTORY_TURNS:
        raise QueryError(
            f"the history has {len(question.history)} turns, more than {HISTORY_TURNS}"
        )
    said = sum(len(turn.content) for turn in question.history)
    if said > HISTORY_CHARS:
        raise QueryError(f"the history has {said} characters, more than {HISTORY_CHARS}")
    if question.limit < 1:
        raise QueryError(f"the limit is {question.limit} sentences, fewer than 1")
    if question.model:
        raise QueryError(
            f"no such model: {question.model!r}",
            hint="leave the model out: answers are then made of quotes alone",
        )


def is_meaningless(text: str) -> bool:
    """Say whether `text` holds no word at all."""
    return not analyze(text)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a question means by itself, and the words of it that were said earlier, not now."""

    text: str
    carried: frozenset[str] = frozenset()  # as `retrieval.alignment.words_of` gives them
    whose: bool = False  # whether only the authors of what was answered are asked for


def standalone(text: str, history: Sequence[Turn]) -> Meant:
    """Complete `text` from earlier questions when it depends on them.

    A question that asks something of its own takes their matter along, not the property that they
    asked for: a price is no part of "and when?". One that asks nothing ("and in Beirut?") asks what
    they asked, and so does one that asks who says so: each quote names its author. What an
    assistant said is never carried over: only the user's words ask.
    """
    turns = [
        turn
        for turn in history
        if turn.role == "user" and turn.content.strip() and not _asks_who_says(turn.content)
    ]
    if turns and _asks_who_says(text):
        return replace(standalone(turns[-1].content, turns[:-1]), whose=True)
    if not depends_on_earlier(text):
        return Meant(text)
    text = _AND_ASKS.sub("", text)
    moved = _NAMED_PLACE.search(text) is not None
    kept: list[str] = []
    for earlier in reversed([turn.content for turn in turns[-REMEMBERED:]]):
        kept = [_NAMED_PLACE.sub(" ", earlier) if moved else earlier, *kept]
        if not depends_on_earlier(earlier):
            break
        moved = moved or _NAMED_PLACE.search(earlier) is not None
    words = list(dict.fromkeys(word for earlier in kept for word in _content_words(earlier)))
    if focus_of(text).kind == "none":
        whole = " ".join([*(earlier.strip(" ?؟？!.،,") for earlier in kept), text])
    else:
        words = [word for word in words if not is_property(word)]
        whole = " ".join([text, *words])
    return Meant(whole, frozenset(words_of(" ".join(words))).difference(words_of(text)))


def asks_what_changed(text: str) -> bool:
    """Say whether a question only asks what is different from the answer before it."""
    return _CHANGED.search(fold_words(text).text.strip(" ?؟？!.")) is not None


def about_voices(text: str, history: Sequence[Turn]) -> str | None:
    """Return what a question asks the voices about (`voices`), None for any other question.

    A follow-up asks what the question before it asked: "and in Beirut?" after "how many people
    reported flooding in Tyre?" counts again.
    """
    if not depends_on_earlier(text):
        return asked_about(text)
    asked = [turn for turn in history if turn.role == "user" and turn.content.strip()]
    first = next((t for t in reversed(asked) if not depends_on_earlier(t.content)), None)
    if first is None or asked_about(first.content) is None or _BARE.search(fold_words(text).text):
        return None
    plain = [replace(turn, content=asked_about(turn.content) or turn.content) for turn in asked]
    return standalone(text, plain).text


def asked_of_voices(
    question: Question, now: datetime, sources: Callable[[], Collection[str]]
) -> tuple[str | None, Filters]:
    """Return what a question asks the voices about as of `now`, and of which posts.

    What bounds it is read from the whole question: of "what did people say about the storm an
    hour ago?" only the storm is left to ask about, and it no longer tells that something was said.
    """
    about = about_voices(question.text, question.history)
    if about is None:
        return None, question.filters
    read = understand(question.text, filters=question.filters, now=now, sources=sources)
    return about_voices(read.text, question.history) or about, read.filters


def depends_on_earlier(text: str) -> bool:
    """Say whether a question cannot be understood without what was asked before it."""
    folded = fold_words(text).text
    if _GOES_ON.search(folded) or _BARE.search(folded) or _asks_who_says(text):
        return True
    if len(folded.split()) > _MANY_WORDS:
        return False
    named = len(content_terms(text))
    if named <= 1 and _POINTS_BACK.search(folded):
        return True
    return named <= _ITS_WORDS and bool(_ITS.search(text))


def _asks_who_says(text: str) -> bool:
    return _WHO_SAYS.search(fold_words(text).text.strip(" ?؟？!.")) is not None


def _content_words(text: str) -> list[str]:
    wanted = set(content_terms(text))
    spans = [(token.start, token.end) for token in analyze(text) if token.term in wanted]
    return list(dict.fromkeys(text[start:end] for start, end in spans))
