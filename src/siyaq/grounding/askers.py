"""Posts that ask what is asked. They say every word of the question, and answer nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from siyaq.core.query import Understood
from siyaq.grounding.asked_for import Asked, asked_for
from siyaq.grounding.focus import asks_whether, focus_of, numbers_in, topic_words
from siyaq.grounding.judge import Judge, is_whole
from siyaq.grounding.measure import asks_for_measure, states_what_is_asked
from siyaq.grounding.reading import Reading
from siyaq.grounding.unit import Unit
from siyaq.retrieval.folded import fold_words
from siyaq.text.analyze import terms
from siyaq.text.questions import asks
from siyaq.text.sentences import sentences

_YES_OR_NO: Final = re.compile(
    r"^(?:yes|yep|yeah|no(?! (?:idea|clue|one|matter|problem)\b)|nope|not yet|still|it is|it isn't"
    r"|it was|it wasn't|they are|they aren't"
    r"|نعم|اجل|ايوه|لا(?! (?:ادري|اعرف|اعلم|احد|فكره)\b)|كلا|ليس|ليست|ما زال|ما زالت|لم|بلي)\b"
)
_NAMED: Final = (Asked.PERSON, Asked.PLACE)
"""Kinds of which nothing tells by its look whether a text names one: Arabic has no capitals."""


def says_what_is_asked(question: str, reply: str) -> bool:
    """Say whether a text, read after a question, says what that asks: yes or no, how many, when."""
    if asks_whether(question):
        return _YES_OR_NO.search(fold_words(reply).text) is not None
    if focus_of(question).kind == "count":
        return bool(numbers_in(reply) - numbers_in(question))
    return states_what_is_asked(question, reply)


def without_askers(reading: Reading, judge: Judge, understood: Understood) -> Reading:
    """Leave out short posts that only ask what is asked."""
    if not _asks_for_a_kind(reading.question):
        return reading  # what is asked may stand in what somebody else asks
    kept = [one for one in reading.units if not _only_asks(one, judge, understood)]
    return replace(reading, units=tuple(kept))


def _asks_for_a_kind(question: str) -> bool:
    kind = asked_for(question)
    return asks_whether(question) or asks_for_measure(question) or kind is not Asked.ANYTHING


def _only_asks(unit: Unit, judge: Judge, understood: Understood) -> bool:
    text = unit.hit.post.text
    if not is_whole(unit) or unit.hit.post.title or not asks(text):
        return False
    says = unit.holds_asked or says_what_is_asked(understood.text, text)
    if says and not asks_whether(understood.text):
        return False
    if not judge.told(text).says_all(across=unit.hit.post.lang != understood.lang):
        return False
    rest = " ".join(one for span in sentences(text) if not asks(one := span.of(text)))
    if rest and asked_for(understood.text) in _NAMED:
        return False
    topic = {term for word in topic_words(understood.text) for term in terms(word)}
    return topic.isdisjoint(terms(rest)) and not says_what_is_asked(understood.text, rest)
