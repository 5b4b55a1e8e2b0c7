"""Whether a post says that what was seen somewhere is another thing: the lion was a calf.

Such a correction need not call anything false, nor repeat what was claimed. It says what the thing
is that people saw, where the claim says that something was seen, at that time, and in the tone of
one who sets right ("false alarm", "only", "it is safe with us"). Whoever says more of the same
thing ("the animal near the school is dangerous") names no other, and whoever saw "an animal" or
"something" is not put right by what it was.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from siyaq.context.subject import Subject
from siyaq.core.span import Span
from siyaq.grounding.support import Read, missing_names
from siyaq.text.fold import fold
from siyaq.text.sentences import sentences

AT_THAT_TIME: Final = timedelta(days=2)
"""Within which two posts tell of one sighting."""

_KINDS: Final = (
    "animal|creature|beast|predator|object|thing|something|figure|intruder|man|woman|person|vehicle"
    "|noise|sound|light|lights|smoke|package|bag"
)
_KINDS_AR: Final = (
    "حيوان|مخلوق|كاين|وحش|مفترس|جسم|شيء|شي|شخص|رجل|امراه|سياره|مركبه|صوت|ضوء|دخان|طرد|حقيبه"
)
_GENERIC: Final = re.compile(rf"\b(?:{_KINDS})s?\b|(?:^|(?<=\s))(?:ال)?(?:{_KINDS_AR})(?=\W|$)")
_THING: Final = r"(?P<thing>(?:an?|two|three|some) [^.,;:!?\n]{2,60})"
_THING_AR: Final = r"(?P<thing>[^.،؛:!؟?\n]{2,60})"
_AFTER: Final = (
    r"(?= (?:near|in|at|by|on|outside|behind|from|that|which|who|seen|spotted|reported|people|they"
    r"|everyone|everybody|we|is|are|was|were|turned|proved)\b)"
)
"""What follows a thing that is spoken of, and not "park" or "shelter"."""
_CLAIMED: Final = (
    re.compile(
        rf"\b(?:is|are|was|were|has|have) {_THING} (?:been )?(?:seen|spotted|sighted|loose"
        r"|on the loose)\b"
    ),
    re.compile(
        rf"\b{_THING} (?:is|are|was|were|has been|have been|had been)(?: \w+)?"
        r" (?:seen|spotted|sighted|loose|on the loose|roaming|prowling|wandering)\b"
    ),
    re.compile(rf"\b(?:saw|spotted|sighted|sighting of) {_THING}"),
    re.compile(rf"\b{_THING} (?:has |have )?(?:escaped|broke loose|broken loose)\b"),
    re.compile(
        r"(?:^|(?<=\s))[وف]?(?:شوهد|شوهدت|ظهر|ظهرت|هرب|هربت|رصد|رصدت|راي|رات|رايت|راينا|راوا|شاهد"
        rf"|شاهدت|شاهدنا|شاهدوا|لمح|لمحت) {_THING_AR}"
    ),
)
_IS: Final = (
    r"\b(?:is|are|was|were|turned out to be|proved to be)"
    r"(?: (?:only|just|merely|actually|really|in fact|nothing but))?"
)
_IS_AR: Final = r" (?:هو|هي|كان|كانت|ليس سوي|ليست سوي|لم يكن سوي|تبين انه|اتضح انه) (?:مجرد )?"
_IDENTIFIED: Final = (
    re.compile(
        r"\bwhat (?:\w+ ){0,3}?(?:saw|seen|spotted|filmed|photographed|reported)\b"
        rf"[^.!?;\n]{{0,80}}?{_IS} {_THING}"
    ),
    re.compile(rf"\bthe (?:\w+ ){{0,2}}?(?:{_KINDS}){_AFTER}[^.!?;\n]{{0,80}}?{_IS} {_THING}"),
    re.compile(
        r"(?:^|(?<=\s))[وف]?ما (?:راه|راته|راوه|شاهده|شاهدته|شاهدوه|شوهد|صوره|رصده)(?=\W)"
        rf"[^.!؟?\n]{{0,80}}?{_IS_AR}{_THING_AR}"
    ),
    re.compile(rf"(?:^|(?<=\s))[وف]?ال(?:{_KINDS_AR})(?=\W)[^.!؟?\n]{{0,80}}?{_IS_AR}{_THING_AR}"),
)
_ENDS: Final = re.compile(
    r" (?:near|in|at|on|by|past|from|behind|outside|around|walking|running|roaming|loose|that|who"
    r"|which|named|called|and|قرب|في|عند|من|علي|خلف|امام|حول|بجانب|يمشي|تمشي|يركض|تركض|يتجول|تتجول"
    r"|كما|بحسب|وفق|حسب|اسمه|اسمها|وهو|وهي)(?= |$)"
)
"""What says more of a thing, or of where it was."""
_SETS_RIGHT: Final = re.compile(
    r"\b(?:false alarm|only|just|merely|nothing but|turned out|proved to be|after all|in fact"
    r"|correction|safe|harmless|tame|no (?:danger|threat|risk|reason|cause|need))\b"
    r"|(?:^|(?<=\s))(?:[وفب]?(?:مجرد|سوي|فقط|تبين|اتضح|تصحيح|توضيح|امان|امن|اليف|لا خطر|غير خطير"
    r"|لا داعي|اطميوا|اطمينوا|انذار كاذب|بلاغ كاذب))(?=\W|$)"
)


def seen_otherwise(subject: Subject, text: str) -> Span | None:
    """Return the sentence of a post that says what was seen is another thing; None: none does."""
    claimed = _thing(_CLAIMED, fold(subject.claim.text))
    if claimed is None or _GENERIC.search(claimed):
        return None  # as of most claims: then the post need not be read
    if not _SETS_RIGHT.search(fold(text)) or not _is_there(subject, Read(text)):
        return None
    for span in sentences(text):
        identified = _thing(_IDENTIFIED, fold(span.of(text)))
        if identified is not None and _is_another(claimed, identified):
            return span
    return None


def _thing(forms: tuple[re.Pattern[str], ...], folded: str) -> str | None:
    """Return what is seen, by its own words: not where it was, nor who says so."""
    found = (match for form in forms if (match := form.search(folded)))
    first = next(found, None)
    return None if first is None else _ENDS.split(first["thing"], maxsplit=1)[0]


def _is_another(claimed: str, identified: str) -> bool:
    mine, theirs = Read(claimed).topic, Read(identified).topic
    return bool(mine) and bool(theirs) and mine.isdisjoint(theirs)


def _is_there(subject: Subject, other: Read) -> bool:
    """Say whether two posts speak of one place by every name it has in the claim.

    Nor may both name places that the other does not.
    """
    mine, theirs = subject.post.places, other.places
    if mine.isdisjoint(theirs) or not subject.met_by(other):
        return False
    if missing_names(subject.claim.names or subject.post.names, other.spelled):
        return False
    return mine <= other.terms or theirs <= subject.post.terms
