"""Whether the sources quoted disagree: different numbers for the one thing that is asked.

A quote makes a claim when one number in it is clearly what the question asks for. Claims disagree
when different authors give different numbers of the same thing. Of one author only the newest
counts: a newer figure is news, not a dispute. Values of two sorts, a time of day and a number of
hours, do not disagree. Nothing is averaged, and no side is picked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from siyaq.core.answer import Conflict, ConflictSide
from siyaq.core.span import Span
from siyaq.grounding.evidence import Quoted
from siyaq.grounding.focus import Focus, focus_of, numbers_in
from siyaq.grounding.reading import Reading
from siyaq.grounding.short_answer import likeliest
from siyaq.grounding.sorts import CLOCK, DAY, sorts_of
from siyaq.grounding.spans import Token, tokenize
from siyaq.grounding.support.number_words import SCALES
from siyaq.grounding.unit import Unit
from siyaq.retrieval.folded import fold_words
from siyaq.text.analyze import terms
from siyaq.text.fold import fold

CLAIMED = 0.3
"""Share of likelihood from which a stretch is what a quote says in answer."""

ELSEWHERE = 0.15
"""Share of the question's words in the best claim, rare ones heavier, that another may lack:
one that lacks more speaks of another place or thing."""

SAME_VALUE = 0.02
"""Relative difference up to which two numbers are one figure, rounded differently."""

SIDES = 4

NAMED = ("when", "where", "who", "which", "what")
"""Kinds of questions of which two answers may be different names or dates."""


_PLAIN = re.compile(r"[$€£]?[\d٠-٩]+(?:[.,٫٬،][\d٠-٩]+)*[%٪]?")
_SCORE = re.compile(r"\bscores?\b|\bنتيجه\b|\bالنتيجه\b")
"""A score is two numbers, and changes while people post about it."""

_DATED = frozenset((CLOCK, DAY))
"""Sorts of value that share words, such as "pm" and "May", where their numbers are others."""

_WEAK = frozenset("اويةهنتمسىءئؤأإآ")
"""Letters that Arabic forms of one noun gain or lose: دينار and دنانير share د and ر."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one unit says in answer: a number, the noun that is counted, and of what."""

    unit: Unit
    shown: str
    sorts: frozenset[str]  # of value, as `sorts_of` gives them
    value: float
    noun: frozenset[str]
    held: frozenset[str]  # the question's terms in it

    def same_value(self, other: Claim) -> bool:
        """Say whether two claims give one figure."""
        most = max(abs(self.value), abs(other.value))
        return abs(self.value - other.value) <= SAME_VALUE * most

    def same_thing(self, other: Claim, rarity: Mapping[str, float]) -> bool:
        """Say whether two claims count the same in the same matter."""
        if self.sorts.isdisjoint(other.sorts):
            return False
        if self.noun and other.noun and self.noun.isdisjoint(other.noun):
            return False
        lost = sum(rarity[term] for term in other.held - self.held)
        return lost <= ELSEWHERE * sum(rarity[term] for term in other.held)


def disputed(reading: Reading, units: Iterable[Unit]) -> list[Claim]:
    """Return the best claim of each side, the best side first; empty where all agree."""
    focus = focus_of(reading.question)
    if focus.kind not in ("count", "long") or _SCORE.search(fold_words(reading.question).text):
        return []
    asked = frozenset(reading.rarity)
    claims = _newest_of_each([claim for unit in units if (claim := _claim(unit, focus, asked))])
    sides: list[Claim] = []
    for claim in claims:
        if sides and not claim.same_thing(sides[0], reading.rarity):
            continue
        if not any(claim.same_value(side) for side in sides):
            sides.append(claim)
    return sides[:SIDES] if len(sides) > 1 else []


def rivals(reading: Reading, leads: Sequence[Unit]) -> list[Claim]:
    """Return one claim of each side where posts that each answer alone name different things.

    `leads` are of unlike posts. A side is a name, a place, a date or a thing that its post clearly
    gives in answer and that no other post of another side mentions. The one said first comes first.
    """
    focus = focus_of(reading.question)
    if focus.kind not in NAMED:
        return []
    sides: list[Claim] = []
    for unit in leads:
        best = likeliest(unit.text, focus)
        if best is None or best[1] < CLAIMED:
            continue
        sorts = sorts_of(unit.text, best[0])
        claim = Claim(unit, best[0].of(unit.text), sorts, math.nan, frozenset(), frozenset())
        if all(_other_thing(claim, side) for side in sides):
            sides.append(claim)
    sides.sort(key=lambda claim: (claim.unit.hit.post.placed_at, claim.unit.hit.seq))
    return sides if len(sides) > 1 else []


def _other_thing(claim: Claim, side: Claim) -> bool:
    """Say whether two claims name different things of one sort, by different people."""
    if claim.unit.hit.post.author.id == side.unit.hit.post.author.id:
        return False
    if claim.sorts.isdisjoint(side.sorts):
        return False
    one, other = (numbers_in(each.shown) for each in (claim, side))
    if one and other and not _DATED.isdisjoint(claim.sorts & side.sorts):
        return not (one & numbers_in(side.unit.text) or other & numbers_in(claim.unit.text))
    words, others = set(terms(claim.shown)), set(terms(side.shown))
    return words.isdisjoint(terms(side.unit.text)) and others.isdisjoint(terms(claim.unit.text))


def conflicts_in(question: str, claims: Sequence[Claim], kept: Sequence[Quoted]) -> list[Conflict]:
    """Return the conflict among the quotes that are shown, every side with its evidence."""
    sides: list[ConflictSide] = []
    for claim in claims:
        told = [
            one for one in kept if (one.seq, one.quote) == (claim.unit.hit.seq, claim.unit.span)
        ]
        if told:
            made = told[0].reference.created_at or told[0].reference.placed_at
            sides.append(
                ConflictSide(
                    value=claim.shown, evidence_ids=(told[0].reference.id,), created_at=made
                )
            )
    return [Conflict(about=question, sides=tuple(sides))] if len(sides) > 1 else []


def _newest_of_each(claims: Sequence[Claim]) -> list[Claim]:
    """Keep the newest claim of each author; an author without a name is nobody to disagree with."""
    newest: dict[str, Claim] = {}
    for claim in claims:
        author = str(claim.unit.hit.post.author.id)
        known = newest.get(author)
        if author and (known is None or _placed(claim) > _placed(known)):
            newest[author] = claim
    return [claim for claim in claims if claim in newest.values()]


def _placed(claim: Claim) -> tuple[object, int]:
    return claim.unit.hit.post.placed_at, claim.unit.hit.seq


def _claim(unit: Unit, focus: Focus, asked: frozenset[str]) -> Claim | None:
    best = likeliest(unit.text, focus)
    if best is None or best[1] < CLAIMED:
        return None
    span = best[0]
    tokens = tokenize(unit.text, focus)
    counted = [token for token in tokens if token.shape == "num" and _inside(token, span)]
    if len(counted) != 1 or counted[0].asked:
        return None
    number = counted[0]
    value = _value(number.text)
    if value is None:
        return None
    after = tokens[tokens.index(number) + 1 :]
    scales = list(takewhile(lambda token: fold(token.text) in SCALES, after))
    value *= math.prod(SCALES[fold(scale.text)] for scale in scales)
    noun = _noun_after(after[len(scales) :])
    sorts = sorts_of(unit.text, Span(number.start, number.end))
    held = asked.intersection(terms(f"{unit.hit.post.title} {unit.text}"))
    return Claim(unit, span.of(unit.text), sorts, value, noun, held)


def _noun_after(tokens: Sequence[Token]) -> frozenset[str]:
    """Return what names the thing counted: the stems of the two words after a number.

    Of Arabic the first word alone, by its strong letters: singulars and broken plurals differ in
    the others.
    """
    following = list(takewhile(lambda token: token.word, tokens[:2]))
    if following and following[0].shape == "ar":
        return frozenset(("".join(sorted(set(fold(following[0].text)) - _WEAK)),))
    return frozenset(stem for token in following for stem in token.stems)


def _inside(token: Token, span: Span) -> bool:
    return span.start <= token.start and token.end <= span.end


def _value(number: str) -> float | None:
    """Return what a number is worth; None for a score, a time or a date."""
    if not _PLAIN.fullmatch(number):
        return None
    for term in terms(number):
        try:
            return float(term.rstrip("%"))
        except ValueError:
            continue
    return None
