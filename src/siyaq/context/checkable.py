"""Which sentences of a post evidence could bear out or refute: what it states, or what it asks.

Whoever asks whether something is so claims nothing, and yet wants to read what the record says of
it. So where a post states no fact, what it asks is looked at in the same way, marked as asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from siyaq.core.span import Span
from siyaq.grounding.support import Quantity, Read
from siyaq.text.fold import fold
from siyaq.text.questions import asks
from siyaq.text.sentences import sentences

CLAIMS_AT_MOST: Final = 2
SENTENCES_READ: Final = 20
_WORDS_AT_LEAST: Final = 3  # that tell something
_TOLD_AT_LEAST: Final = 2  # beside who says it
_CHARS_AT_MOST: Final = 500

_QUESTION: Final = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|any|who|what|when"
    r"|where|why|how|anyone|هل|ما|ماذا|متي|اين|كيف|لماذا|ايعقل|من هو|من هي)\b"
)
_IS_IT_SO: Final = re.compile(
    r"^\W*(?:[\w' ]{1,20}[,:] )?(?:(?:and|so|but) )?(?:"
    r"(?:is|was) (?:it|this|that) (?:really |actually )?(?:true|right|correct|a fact)(?: that)?"
    r"|(?:can|could) (?:it|this|that) (?:really |actually )?be(?: true| right)?(?: that)?"
    r"|(?:does )?any(?:one|body)(?: here)? know (?:if|whether)"
    r"|(?:can|could) any(?:one|body)(?: please| here)? confirm(?: that| if| whether)?"
    r"|has any(?:one|body)(?: else)? heard (?:that|if|whether))(?= )"
    r"|^\W*(?:[وف]?هل (?:من ال)?(?:صحيح|حقا|فعلا|صدق|يعقل|يعرف احد(?: ان| ما)?)|ايعقل|اصحيح|احقا"
    r"|معقول)(?: اذا| ما يقال| ما يتردد)?(?: ان[هاك]?ا?)?(?= )"
)
"""What asks of the rest of a sentence whether it is so."""
_WHETHER: Final = re.compile(
    r"^\W*(?:[\w' ]{1,20}[,:] )?(?:(?:and|so|but) )?(?:is|are|was|were|do|does|did|has|have|had"
    r"|will|would)(?:n't)? (?!you\b|i\b|any)|^\W*[وف]?هل "
)
_OPINION: Final = re.compile(
    r"\b(?:i (?:think|believe|hope|wish|guess|feel|love|hate|want|am|would|will)"
    r"|i'(?:m|d|ve|ll)"
    r"|in my opinion|imho|imo|hopefully|thank|thanks|congratulations"
    r"|good (?:morning|evening|night)"
    r"|happy birthday|welcome|pray|reminds? (?:me|us)|reminded (?:me|us))\b"
    r"|^\W*(?:hello|hi|hey|greetings)\b"
    r"|(?:^|(?<=\s))(?:اعتقد|اظن|اتمني|نتمني|ارجو|نرجو|برايي|في رايي|احب|اكره|شكرا|صباح الخير"
    r"|مساء الخير|مبروك|الحمد لله|اللهم|حسبنا الله|ان شاء الله|السلام عليكم|مرحبا|تحياتي"
    r"|[وف]?[يت]?ذكرت?ن[يا])(?=\W|$)"
)
_FUTURE: Final = re.compile(r"(?:^|(?<=\s))(?:[وف]?س[يتن][\u0621-\u064a]{3,}|سوف)(?=\W|$)")
_SAYING: Final = re.compile(
    r"\b(?:said|says|announc\w+|confirm\w+|report\w+)\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:قال|قالت|اعلن|اعلنت|اكد|اكدت|يوكد|توكد|افاد|افادت|ذكر|ذكرت|كشف|كشفت"
    r"|نفي|نفت))(?=\W|$)"
)
_HAPPENED: Final = re.compile(
    r"\b(?:will be|was|were|has been|have been|shut|seen|arrest\w+|kill\w+|died|closed|opened"
    r"|banned|won|signed|spotted|on the loose|is loose|escaped)\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:شوهد|شوهدت|قتل|توفي|وفاه|مقتل|اصابه|اغلاق|اعتقال|وصل|وصلت|قرر|قررت"
    r"|وقع|وقعت|بدا|بدات))(?=\W|$)"
)
_SIGHTED: Final = re.compile(
    r"\b(?:saw|sighted) (?:an?|two|three|some|several) [^.!?\n]{1,80}?"
    r" (?:near|in|at|on|by|past|behind|outside|around)\b"
    r"|(?:^|(?<=\s))[وف]?(?:راي|رات|رايت|راينا|راوا|شاهد|شاهدت|شاهدنا|شاهدوا|لمح|لمحت)"
    r" (?:(?!ال)\w+|ال\w+ \w+ا) (?:[^.!؟?\n]{0,80}? )?"
    r"(?:قرب|في|عند|علي|امام|خلف|بجانب|حول|داخل)(?=\W|$)"
)
"""Somebody saw something somewhere, which may be told behind the verb: "رأى الناس دباً في"."""
_A_VIEW: Final = re.compile(r"رأي(?=\W)")
"""An opinion, which folded is spelled like "saw"."""
_LABEL: Final = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.-])(?:[\w-]+\.)+[a-z]{2,}/\S*|@[\w.-]+"
    r"|#[^\s#]+(?:[\s,،]*#[^\s#]+)+",
    re.IGNORECASE,
)
"""What points at something and says nothing: a link, a mention, tags in a row."""
_SOUNDS: Final = frozenset(
    fold(
        "oh ah ha haha hah well yes yeah yep no nope ok okay lol wow نعم بلى والله لا آه ههه هههه"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Checkable:
    """A part of a post that evidence can bear on. `asked`: the post asks whether it is so."""

    span: Span
    asked: bool = False


def examinable(text: str) -> list[Checkable]:
    """Return what a post states; where that is nothing, what it asks, at most CLAIMS_AT_MOST."""
    stated = [Checkable(span) for span in checkable(text)]
    return stated or [Checkable(span, asked=True) for span in asked(text)]


def checkable(text: str) -> list[Span]:
    """Return the sentences of `text` that state a fact, at most CLAIMS_AT_MOST, in order.

    A fact has a number or a date, or a name or report of what happened and enough words to be
    about something; links, mentions and rows of tags are no words. Questions, opinions, wishes and
    greetings state none, nor does "Martin says hello"; but "30 dinars for one ride?" is a rumor
    passed on, whatever stands at its end, and no question.
    """
    found = [span for span in sentences(text)[:SENTENCES_READ] if _states_a_fact(span.of(text))]
    return found[:CLAIMS_AT_MOST]


def asked(text: str) -> list[Span]:
    """Return what `text` asks whether it is so, at most CLAIMS_AT_MOST, in order.

    Of "Is it true that the fare is 40 dinars?" that is what follows the "that". A yes or a no must
    be an answer, so what asks how much, or somebody to do something, is none.
    """
    found = (_asked(text, span) for span in sentences(text)[:SENTENCES_READ])
    return [span for span in found if span is not None][:CLAIMS_AT_MOST]


def _states_a_fact(sentence: str) -> bool:
    plain = _LABEL.sub(" ", sentence)
    folded = fold(plain)
    question = asks(plain)
    if _QUESTION.search(folded) or _OPINION.search(folded):
        return False
    if question and (_IS_IT_SO.search(folded) or _WHETHER.search(folded)):
        return False
    return _has_a_fact(sentence, plain, told=not question)


def _has_a_fact(sentence: str, plain: str, *, told: bool) -> bool:
    """Say whether there is something to check; without a number only of what is plainly `told`."""
    if len(sentence) > _CHARS_AT_MOST:
        return False
    read = Read(plain)
    words = {piece.term for piece in read.words if piece.folded not in _SOUNDS}
    if len(words) < _WORDS_AT_LEAST:
        return False
    if any(map(_counts, read.numbers)) or (read.dates.moments and told):
        return True
    return told and _tells(read, fold(plain), words)


def _asked(text: str, span: Span) -> Span | None:
    sentence = span.of(text)
    folded = fold(sentence)
    if not asks(sentence) or _OPINION.search(folded):
        return None
    begins = _IS_IT_SO.search(folded)
    if begins is None and not _WHETHER.search(folded):
        return None
    core = _after(text, span, len(begins.group().split()) if begins else 0)
    plain = _LABEL.sub(" ", core.of(text))
    if begins is not None and len(Read(plain).topic) >= _WORDS_AT_LEAST:
        return core if len(core) <= _CHARS_AT_MOST else None
    return core if _has_a_fact(core.of(text), plain, told=True) else None


def _after(text: str, span: Span, words: int) -> Span:
    """Return a span without its first words, and without the mark that it ends with."""
    starts = [one.start() for one in re.finditer(r"\S+", span.of(text))]
    start = span.start + (starts[words] if words < len(starts) else 0)
    return Span(start, start + len(text[start : span.end].rstrip(" ?؟？!.…\n")))


def _counts(number: Quantity) -> bool:
    """Say whether a number tells how many: "in one picture" does not."""
    return not number.spelled or number.value != 1


def _tells(read: Read, folded: str, words: set[str]) -> bool:
    """Say whether something is said to have happened, or somebody to have said something."""
    happened = _HAPPENED.search(folded) or _FUTURE.search(folded)
    if happened or _SIGHTED.search(fold(_A_VIEW.sub("", read.text))):
        return bool(read.names) or len(words) > _WORDS_AT_LEAST
    if not _SAYING.search(folded):
        return False
    told = {one.term for one in read.words if not _SAYING.search(one.folded)}
    return len(told & words - {one.term for one in read.names}) >= _TOLD_AT_LEAST
