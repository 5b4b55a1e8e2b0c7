"""Whether a sentence of a model's keeps to the words of its evidence.

A model may shorten, join and reorder what verified spans say. It may not bring in a word, a number
or a name that they lack, nor turn a statement around, take a doubt out of it, or speak for itself
or to the reader. The words it may add are listed here: they connect, and tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fold import fold
from siyaq.text.negation import NEGATIONS

_CONNECTING: Final = """
according add added also although another because both caused describe described due during earlier
following further happened however including later meanwhile mention mentioned note noted one
others occurred part place post posts report reported reportedly reports result said say says see
several show shows since source sources state stated statement state that took total wrote while
بحسب حسب وفقا وفق ذكر ذكرت يذكر افاد افادت قال قالت يقول تقول اضاف اضافت اشار اشارت منشور منشورات
المنشور كما ايضا كذلك بسبب نتيجه خلال بعد قبل حين بينما وقع وقعت حدث حدثت جاء جاءت كتب كتبت احد مصدر
مصادر المصدر تقرير
"""
_HEDGES: Final = """
alleged allegedly claim claimed claims could debunk debunked denied denies deny doubt fake false
falsely hoax if maybe may might perhaps possible possibly refute refuted rumor rumors rumour rumours
suspected unconfirmed unverified untrue would
شائعه شايعه اشاعه شائعات اشاعات كذب كاذب كاذبه كاذبا نفي نفت ينفي تنفي نفوا زعم زعمت يزعم مزاعم قد
ربما لو اذا يحتمل محتمل مزيف مزيفه مفبرك مفبركه مضلل مضلله
"""
HEDGES: Final = frozenset(_HEDGES.split())
"""Words of doubt and denial, as `fold` leaves them."""

_PERSONS: Final = re.compile(
    r"\b(?:i|i'm|i've|i'll|me|my|mine|myself|we|we're|us|our|ours|you|you're|your|yours|yourself)\b"
    r"|(?<!\w)(?:انا|نحن|انت|انتم|انك|انني|اني|اننا|لدي|يمكنني|يمكنك|عليك)(?!\w)"
)
_US: Final = re.compile(r"\bUS\b|\bU\.S\.")
_CLAUSE: Final = re.compile(
    r"[;:،؛!?؟？\n—–]|,(?!\d)|\.(?!\d)|\b(?:and|but|while|although|though|whereas|yet|however)\b"
    r"|(?<!\w)و?(?:لكن|بينما|فيما)(?!\w)|\s(?=و(?:لم|لا|لن|ليس|ما|قد|ان|أن|إن|قال|كان)(?!\w))",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)?")


def speaks_for_itself(own_words: str) -> bool:
    """Say whether a sentence speaks as "I" or to "you" outside what it quotes."""
    return _PERSONS.search(fold(_US.sub("", own_words)).replace("’", "'")) is not None


def tells(claim: str) -> bool:
    """Say whether a sentence holds two words at least that tell something."""
    return len(told_by(claim)) >= 2


def told_by(text: str) -> set[str]:
    """Return the terms of a text that tell something."""
    return {term for term in terms(text) if not is_stop_word(term)}


def missing(claim: str, spans: Sequence[str]) -> list[str]:
    """Return the terms of `claim` that tell something and stand in no span."""
    held = {term for span in spans for term in terms(span)}
    return [
        term
        for term in dict.fromkeys(terms(claim))
        if term not in held and not is_stop_word(term) and term not in _free()
    ]


def turned(claim: str, spans: Sequence[str]) -> bool:
    """Say whether `claim` denies or doubts what its evidence does not, or the other way round.

    Taken clause by clause: what stands only in denied clauses of the evidence may not stand in a
    plain one of the claim, and a denied clause of the claim must share a word with a denied one of
    the evidence. The same for doubt.
    """
    mine = _clauses(claim)
    theirs = [clause for span in spans for clause in _clauses(span)]
    return any(_turned(sign, mine, theirs) for sign in (NEGATIONS, HEDGES))


def _turned(sign: frozenset[str], mine: Sequence[_Clause], theirs: Sequence[_Clause]) -> bool:
    signed = {term for clause in theirs if clause.words & sign for term in clause.terms}
    plain = {term for clause in theirs if not clause.words & sign for term in clause.terms}
    return any(
        not clause.terms & signed if clause.words & sign else bool(clause.terms & (signed - plain))
        for clause in mine
        if clause.terms
    )


@dataclass(frozen=True, slots=True)
class _Clause:
    words: frozenset[str]  # folded
    terms: frozenset[str]  # those that tell something


def _clauses(text: str) -> list[_Clause]:
    return [
        _Clause(
            frozenset(w.replace("'", "") for w in _WORD.findall(fold(part).replace("’", "'"))),
            frozenset(told_by(part)),
        )
        for part in _CLAUSE.split(text)
        if part.strip()
    ]


@lru_cache(maxsize=1)
def _free() -> frozenset[str]:
    """Return the terms that may be added: of these, `turned` judges those that deny or doubt."""
    return frozenset(terms(" ".join([_CONNECTING, _HEDGES, *NEGATIONS])))
