"""What a claim and its evidence have in common, as numbers for the scorer.

Words are compared by stem and, where stems differ, by the cosine of their own vectors, in a
space where synonyms and translations lie close. "Left" words have no counterpart on the other
side: what a contradiction changed stands among them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from siyaq.grounding.support.dates import MONTHS, WEEKDAYS, Calendar, calendar, dates_agree
from siyaq.grounding.support.names import missing_names, names
from siyaq.grounding.support.negation import denies, negation_flipped, opposed
from siyaq.grounding.support.pieces import Piece, pieces, telling_terms
from siyaq.grounding.support.quantities import Quantity, quantities, same
from siyaq.grounding.support.units import UNITS
from siyaq.retrieval.vectors import Floats, Vectors
from siyaq.text.negation import NEGATIONS

READ_SENTENCES = 3
"""Sentences of the evidence that are read closely: those that share most words with the claim."""

_WORDS_AT_MOST = 60
_RELATED, _SAME = 0.5, 0.8  # cosines of two words that have to do with each other, that are one
_GRAM = 4
_MEASURES = frozenset((*UNITS, *MONTHS, *WEEKDAYS))
_MEASURED = frozenset(telling_terms(pieces(" ".join(sorted(_MEASURES)))))
_WHERE = frozenset(("in", "at", "near", "في", "قرب", "عند"))
_NOWHERE = frozenset(
    telling_terms(
        pieces(
            "addition advance all case danger detail end fact full general good home least order "
            "part particular peace person practice private public question reality risk safety "
            "short theory time total touch trouble truth turn vain "
            "أمان الأساس الأصل البيوت الحال الحقيقة الحياة الخطر العادة العموم المقابل المنازل "
            "النهاية الواقع الوقت بيوتكم تفاصيل حال خطر سلام منازلكم وقت"
        )
    )
)
"""What follows such a preposition and is no place where something happened: "in fact"."""


class Read:
    """One text, cut once and compared often."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces = pieces(text)

    @cached_property
    def words(self) -> list[Piece]:
        """The words that tell something, at most _WORDS_AT_MOST."""
        return [piece for piece in self.pieces if piece.telling][:_WORDS_AT_MOST]

    @cached_property
    def topic(self) -> frozenset[str]:
        """The stems of what it is about: its words without units, months and days."""
        plain = (one for one in self.words if one.folded not in _MEASURES)
        return frozenset(one.term for one in plain)

    @cached_property
    def places(self) -> frozenset[str]:
        """The stems that stand right after a preposition of place: where it says it happened."""
        found = [
            next((one for one in self.pieces[place + 1 : place + 3] if one.telling), None)
            for place, piece in enumerate(self.pieces)
            if piece.folded in _WHERE
        ]
        return frozenset(one.term for one in found if one is not None) - _MEASURED - _NOWHERE

    @cached_property
    def terms(self) -> frozenset[str]:
        """The stems of words that tell something, and the numbers."""
        found = self.pieces
        return frozenset(one.term for one in found if one.telling or one.kind == "number")

    @cached_property
    def names(self) -> list[Piece]:
        """The names it uses."""
        return names(self.pieces)

    @cached_property
    def spelled(self) -> list[Piece]:
        """Its words, each spelling once."""
        return [*{one.raw: one for one in self.pieces if one.kind == "word"}.values()]

    @cached_property
    def dates(self) -> Calendar:
        """The dates it states."""
        return calendar(self.pieces)

    @cached_property
    def numbers(self) -> list[Quantity]:
        """The quantities it states."""
        return quantities(self.pieces, self.dates.taken)

    @cached_property
    def negations(self) -> int:
        """How many words turn something around."""
        return sum(piece.folded.replace("'", "") in NEGATIONS for piece in self.pieces)

    @cached_property
    def denies(self) -> bool:
        """Whether it calls something untrue."""
        return denies(self.text)

    @cached_property
    def grams(self) -> frozenset[str]:
        """Its character n-grams, over words and numbers."""
        plain = f" {' '.join(one.folded for one in self.pieces if one.kind != 'pause')} "
        return frozenset(plain[at : at + _GRAM] for at in range(len(plain) - _GRAM + 1))


@lru_cache(maxsize=2**9)
def reading(text: str) -> Read:
    """Return a text as it is read, the same while it is remembered: one card asks often."""
    return Read(text)


@dataclass(frozen=True, slots=True)
class Compared:
    """What the scorer sees of one pair: `signals`, named by SIGNALS, and four vectors.

    The rows of `blocks` are the claim, the sentence nearest to it, and the mean of the left words
    of each, all of the embedder's length.
    """

    signals: Floats
    blocks: Floats


SIGNALS: tuple[str, ...] = (
    *("cover_all", "cover_best", "cover_back", "grams_all", "grams_best", "grams_back"),
    *("cosine_best", "cosine_most", "cosine_second", "cosine_mean"),
    *("near_mean", "near_least", "near_two", "near_far", "near_far_count"),
    *("any_mean", "any_least", "any_two", "any_far", "any_far_count"),
    *("back_mean", "back_least", "back_two", "back_far", "back_far_count"),
    *("crossed", "aligned"),
    *("left", "left_back", "left_share", "left_share_back", "left_cosine", "left_nearest"),
    *("numbers", "numbers_lost", "numbers_new", "numbers_swapped", "dates_differ"),
    *("names_lost", "names_new", "names_swapped"),
    *("negated", "negated_back", "negation_differs", "flipped", "opposed"),
    *("denied", "denied_back", "denial_differs"),
    *("length", "length_back", "length_ratio", "sentences"),
)


def compare(claim: Read, evidence: Sequence[Read], vectors: Vectors) -> Compared:
    """Compare a claim with the sentences of its evidence, of which there must be one."""
    near = sorted(evidence, key=lambda one: -len(claim.terms & one.terms))[:READ_SENTENCES]
    known = vectors.of(
        [claim.text, *(one.text for one in near)]
        + [piece.folded for one in (claim, *near) for piece in one.words]
    )
    own = known[claim.text]
    rows = np.stack([known[one.text] for one in near])
    cosines = rows @ own
    overlap = np.array([_share(claim.terms, one.terms) for one in near])
    place = int(np.argmax(cosines + 0.5 * overlap))
    best = near[place]
    pairs = _cosines(claim.words, best.words, known)
    signals = [
        *_shared(claim, best, evidence),
        *_meaning(own, rows, cosines, place),
        *_aligned(pairs.max(axis=1)),
        *_aligned(_cosines(claim.words, [w for o in near for w in o.words], known).max(axis=1)),
        *_aligned(pairs.max(axis=0)),
        *_order(pairs),
    ]
    left, left_back = pairs.max(axis=1) < _SAME, pairs.max(axis=0) < _SAME
    mine = _mean(claim.words, left, known, vectors.dimensions)
    theirs = _mean(best.words, left_back, known, vectors.dimensions)
    between = pairs[np.ix_(left, left_back)]
    signals += [
        *(float(left.sum()), float(left_back.sum()), float(left.mean()), float(left_back.mean())),
        *(float(mine @ theirs), float(between.max(initial=0.0))),
        *_stakes(claim, best, evidence),
        *_turns(claim, best),
        *_lengths(claim, best, len(evidence)),
    ]
    return Compared(np.array(signals, np.float32), np.stack([own, rows[place], mine, theirs]))


def _share(wanted: frozenset[str], held: frozenset[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0


def _shared(claim: Read, best: Read, evidence: Sequence[Read]) -> list[float]:
    terms = frozenset[str]().union(*(one.terms for one in evidence))
    grams = frozenset[str]().union(*(one.grams for one in evidence))
    return [
        _share(claim.terms, terms),
        _share(claim.terms, best.terms),
        _share(best.terms, claim.terms),
        _share(claim.grams, grams),
        _share(claim.grams, best.grams),
        _share(best.grams, claim.grams),
    ]


def _meaning(own: Floats, rows: Floats, cosines: Floats, place: int) -> list[float]:
    mean = rows.mean(axis=0)
    second = float(np.sort(cosines)[-2]) if len(cosines) > 1 else 0.0
    together = float(mean @ own / (np.linalg.norm(mean) + 1e-9))
    return [float(cosines[place]), float(cosines.max()), second, together]


def _cosines(mine: Sequence[Piece], theirs: Sequence[Piece], known: dict[str, Floats]) -> Floats:
    """Return the cosine of each pair of words, 1 for equal stems; one 0 where a side is empty."""
    if not mine or not theirs:
        return np.zeros((max(1, len(mine)), max(1, len(theirs))), np.float32)
    rows = np.stack([known[piece.folded] for piece in mine])
    columns = np.stack([known[piece.folded] for piece in theirs])
    stems = np.array([piece.term for piece in mine])[:, None]
    equal = stems == np.array([piece.term for piece in theirs])[None, :]
    return np.where(equal, np.float32(1.0), rows @ columns.T)


def _aligned(nearest: Floats) -> list[float]:
    ordered = np.sort(nearest)
    far = nearest < _RELATED
    return [
        float(nearest.mean()),
        float(ordered[0]),
        float(ordered[:2].mean()),
        float(far.mean()),
        float(far.sum()),
    ]


def _order(pairs: Floats) -> list[float]:
    """Return the share of aligned pairs that stand in another order, and how many are aligned."""
    rows = np.flatnonzero(pairs.max(axis=1) > _RELATED)
    columns = pairs[rows].argmax(axis=1)
    count = len(rows) * (len(rows) - 1) / 2
    crossed = float(np.triu(columns[:, None] > columns[None, :], 1).sum())
    return [crossed / count if count else 0.0, float(len(rows))]


def _mean(words: Sequence[Piece], left: Floats, known: dict[str, Floats], size: int) -> Floats:
    kept = [known[piece.folded] for piece, alone in zip(words, left, strict=False) if alone]
    if not kept:
        return np.zeros(size, np.float32)
    mean = np.mean(kept, axis=0)
    return np.asarray(mean / (np.linalg.norm(mean) + 1e-9), np.float32)


def _stakes(claim: Read, best: Read, evidence: Sequence[Read]) -> list[float]:
    """Compare what a claim can be caught on: numbers, dates, names."""
    held = [number.value for one in evidence for number in one.numbers]
    own = [number.value for number in claim.numbers]
    lost = sum(not any(same(value, other) for other in held) for value in own)
    new = sum(not any(same(one.value, value) for value in own) for one in best.numbers)
    agree = True
    if claim.dates.moments or claim.dates.weekdays or claim.dates.relative:
        years = frozenset(int(value) for value in held if value.is_integer())
        agree = dates_agree(claim.dates, calendar([p for o in evidence for p in o.pieces]), years)
    spelled = [piece for one in evidence for piece in one.spelled] if claim.names else []
    names_lost = float(len(missing_names(claim.names, spelled)))
    names_new = float(len(missing_names(best.names, claim.spelled)))
    return [
        *(float(len(own)), float(lost), float(new), float(lost > 0 and new > 0)),
        *(float(not agree), names_lost, names_new, float(names_lost > 0 and names_new > 0)),
    ]


def _turns(claim: Read, best: Read) -> list[float]:
    mine, theirs = claim.negations, best.negations
    return [
        *(float(mine), float(theirs), float((mine > 0) != (theirs > 0))),
        float(negation_flipped(claim.pieces, best.pieces)),
        float(opposed(claim.pieces, best.pieces)),
        *(float(claim.denies), float(best.denies), float(claim.denies != best.denies)),
    ]


def _lengths(claim: Read, best: Read, sentences: int) -> list[float]:
    mine, theirs = math.log1p(len(claim.pieces)), math.log1p(len(best.pieces))
    return [mine, theirs, mine - theirs, math.log1p(sentences)]
