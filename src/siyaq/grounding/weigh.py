"""How well a unit answers, and whether it answers at all.

Both are linear in a few signals of the unit. Their coefficients, and the bars below, are what
`evals/calibrate.py` prints for XQuAD and ARCD; `evals/LOG.md` holds its output. Only the
preferences for newer posts, for titles that the question names and for how an article opens are
set by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from siyaq.core.query import Understood
from siyaq.grounding.cutting import WHOLE_POST_CHARS
from siyaq.grounding.unit import Unit

RANKING: Mapping[str, float] = {
    "score": 11.03,
    "sentence": 1.28,
    "around": 3.78,
    "passage": 1.87,
    "grams": 2.38,
    "names": 0.59,
    "length": 0.84,
    "cosine": 4.04,
    "asked": 2.09,
    "titled": 2.0,
    "opening": -0.4,
}
"""What makes one unit a better answer than another (listwise logistic fit)."""

NEWER = 0.2
NEWER_LATELY = 0.6
"""What each factor of e in days behind the newest post found costs, and where the question is about
these days ("this week", "recently")."""

SUPPORT: Mapping[str, float] = {
    "score": 8.91,
    "around": 2.21,
    "cosine": 4.2,
    "grams": 1.79,
    "names": 0.63,
    "post": 1.19,
}
SUPPORT_AT_NONE = -7.86
"""What makes a unit likely to be about what was asked (logistic fit, classes balanced)."""

ABOUT: Mapping[str, float] = {
    "score": 7.09,
    "cosine": 2.61,
    "grams": 1.27,
    "names": 0.75,
    "titled": 1.14,
    "near": 2.8,
    "text": 5.28,
    "alike": 3.52,
    "whole": 0.82,
    "unnamed": 1.1,
}
ABOUT_AT_NONE = -12.77
"""What makes a sentence of a longer text likely to answer (logistic fit, classes balanced):
`near` and `text` are how well the sentences around it and all its text say the words of the
question, in these words or near ones; `alike`, how much the best sentence of its post is worded
like the question; `whole`, that the text is a short one; `titled`, how much of its title the
question names; `unnamed`, that it has no title which could name it: then less is said of it."""

ENOUGH = 0.35
ENOUGH_IN_ARABIC = 0.27
"""`about` from which a sentence of a longer text answers: below it are 39 to 47 of 1,000 questions
that can be answered. In Arabic clitics and broken plurals hide shared words, so less is enough."""

ENOUGH_ACROSS = 0.1
"""Support from which a post in another language than the question answers, which shares no words
with it."""

ALL_TOLD = 0.8
EACH_TOLD = 0.7
EACH_TOLD_ACROSS = 0.6
"""How well a short post must say a question on average, and each of its words, to answer whether
something is so, or, in another language, to answer with what it states. `evals/whether.py` prints
what lies on either side."""

SAID: Mapping[str, float] = {
    "support": 2.64,
    "stated": 5.02,
    "asked": 0.63,
    "least": 2.47,
    "second": 6.95,
}
SAID_AT_NONE = -10.36
"""What makes a short text, quoted whole, likely to answer (logistic fit, classes balanced): its
support as log-odds, whether it states what is asked for, and how well it says the two words of the
question that it says least.

Everybody posts about an event, and a question may ask for a detail that nobody gave: then the post
says where and what, but nothing near the words that ask for the detail. `evals/fit_said.py` prints
these for simulated worlds.
"""

UNSAID = 0.05
"""A word of the question that a short text says no better than this is not in it at all: then the
text answers only where it states what is asked for."""

BESIDE_A_CROWD = -3.5
"""Log-odds from which a short post is shown beside an answer that several accounts repeat. They
push down whatever else there is, and a reader who sees both is the one to judge."""

ABOUT_BESIDE_A_CROWD = 0.1
"""`about` from which a sentence of a longer text is."""

CERTAIN = 4.0
"""Log-odds beyond which support says nothing more."""


@dataclass(frozen=True, slots=True)
class Around:
    """How well the words of a question are said around a unit, each 0..1 on average."""

    near: float  # in the unit, the units beside it and the title
    text: float  # anywhere in its post
    named: bool = True  # whether a title in the question's script may name what is asked about


@dataclass(frozen=True, slots=True)
class Told:
    """How well a text says the words of a question, each 0..1."""

    share: float  # on average
    least: float  # the word it says least
    second: float  # the next
    earlier: float = 0.0  # share of the question that its asker said earlier, not now
    words: int = 0  # how many there are

    @classmethod
    def of(cls, said: Sequence[float], *, earlier: float = 0.0) -> Told:
        """Sum up what `WordAlignment.told` says of each word; all is said where there is none."""
        if not said:
            return cls(1.0, 1.0, 1.0, earlier)
        ordered = sorted(said)
        second = ordered[min(1, len(said) - 1)]
        return cls(sum(said) / len(said), ordered[0], second, earlier, len(said))

    def says_all(self, *, across: bool) -> bool:
        """Say whether a text says every word of the question, if some not in full.

        A single word is not enough: something is always near it.
        """
        each = EACH_TOLD_ACROSS if across else EACH_TOLD
        return self.words > 1 and self.share >= ALL_TOLD and self.least >= each


def signals(unit: Unit) -> dict[str, float]:
    """Return everything that is weighed, by name."""
    return {
        "score": unit.hit.score,
        "sentence": unit.covered_by_sentence,
        "around": unit.covered_around,
        "post": unit.covered_by_post,
        "passage": unit.passage,
        "cosine": unit.cosine,
        "grams": unit.grams,
        "names": unit.names,
        "titled": unit.titled**2,  # half a title says little
        "opening": math.log1p(unit.place) if unit.headed else 0.0,  # news tell first what matters
        "length": math.log1p(unit.span.end - unit.span.start),
        "asked": float(unit.holds_asked),
    }


def weight(unit: Unit) -> float:
    """Return how well a unit answers: the higher, the earlier it is shown."""
    own = signals(unit)
    weighed = sum(weight * own[name] for name, weight in RANKING.items())
    return weighed - (NEWER_LATELY if unit.lately else NEWER) * math.log1p(unit.days)


def support(unit: Unit) -> float:
    """Return how likely it is that a unit is about what was asked, 0..1 (logistic)."""
    own = signals(unit)
    evidence = sum(weight * own[name] for name, weight in SUPPORT.items()) + SUPPORT_AT_NONE
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, evidence))))


def about_signals(unit: Unit, around: Around) -> dict[str, float]:
    """Return what `about` weighs, by name."""
    own = signals(unit)
    return {
        **{name: own[name] for name in ("score", "cosine", "grams", "names", "titled")},
        "near": around.near,
        "text": around.text,
        "alike": unit.hit.parts.get("alike", 0.0),
        "whole": float(len(unit.hit.post.text) <= WHOLE_POST_CHARS),
        "unnamed": float(not around.named),
    }


def about(unit: Unit, around: Around) -> float:
    """Return how likely it is that a sentence of a longer text answers, 0..1 (logistic)."""
    own = about_signals(unit, around)
    evidence = sum(weight * own[name] for name, weight in ABOUT.items()) + ABOUT_AT_NONE
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, evidence))))


def answers(
    unit: Unit,
    understood: Understood,
    told: Told,
    around: Callable[[], Around],
    *,
    stated: bool,
    whether: bool = False,
    least: float = 0.0,
) -> bool:
    """Say whether a unit is enough of an answer to be shown.

    `told` is how well the unit says what is asked, in the question's words or near ones; `around`
    returns how well what stands around it does; `stated`, whether a time or a measure is asked for
    and the unit states one; `whether`, that yes or no would answer; `least`, the log-odds from
    which a short post is shown, below 0 beside a crowd.
    """
    if understood.filters.only is not None:  # the caller named what is asked about
        return unit.passage > 0 or unit.covered > 0
    post = unit.hit.post
    across = bool(understood.lang and post.lang) and understood.lang != post.lang
    whole = len(post.text) <= WHOLE_POST_CHARS
    tells = whether or (across and (stated or unit.holds_asked))
    if whole and tells and told.says_all(across=across):
        return True
    if across:
        return support(unit) >= ENOUGH_ACROSS
    arabic = understood.lang == "ar"
    if whole:
        unsaid = told.least <= UNSAID and not (stated or unit.holds_asked)
        if not unsaid and said(unit, told, stated=stated) >= least:
            return True
        if not (arabic and post.title):
            return False
    enough = ENOUGH_IN_ARABIC if arabic else ENOUGH
    return about(unit, around()) >= (min(enough, ABOUT_BESIDE_A_CROWD) if least < 0 else enough)


def said(unit: Unit, told: Told, *, stated: bool) -> float:
    """Return how likely it is that a post, quoted whole, answers: log-odds; see `answers`."""
    own = said_signals(unit, told, stated=stated)
    return sum(weight * own[name] for name, weight in SAID.items()) + SAID_AT_NONE


def said_signals(unit: Unit, told: Told, *, stated: bool) -> dict[str, float]:
    """Return what `said` weighs, by name.

    Support is of the whole question: what speaks against a text counts only as far as the question
    is asked now. Earlier words that it lacks are no reason to refuse it.
    """
    supported = support(unit)
    odds = math.log(supported / (1 - supported))
    odds *= 1.0 if odds > 0 else 1.0 - told.earlier
    return {
        "support": max(-CERTAIN, min(CERTAIN, odds)),
        "stated": float(stated),
        "asked": float(unit.holds_asked),
        "least": told.least,
        "second": told.second,
    }
