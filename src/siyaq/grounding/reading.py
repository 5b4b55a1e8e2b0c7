"""Reads the posts found: what may be quoted of them, and what speaks for each piece."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from siyaq.core.ids import Seq
from siyaq.core.ports import Passage, Searcher
from siyaq.core.query import Hit
from siyaq.core.span import Span
from siyaq.grounding.asked_for import Asked, asked_for, spans_of
from siyaq.grounding.cutting import Piece, pieces
from siyaq.grounding.unit import Unit
from siyaq.grounding.weigh import weight
from siyaq.retrieval.features import TextEvidence, text_evidence
from siyaq.retrieval.rarity import rarity, share
from siyaq.retrieval.time_words import asks_lately
from siyaq.retrieval.vectors import Floats, Vectors
from siyaq.text.analyze import is_stop_word, terms

READ_HITS = 10

EMBEDDED_UNITS = 12
"""How many of the best units are embedded by themselves: their passages say a little of each."""

NAME_TERMS = 5
"""Words that tell something, up to which a title is a name; a headline has more."""

OF_ITS_PASSAGE = 0.1
"""How much less the cosine of a unit is, on average, than that of the passage around it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read for one question, the best unit first."""

    question: str
    rarity: Mapping[str, float]  # of the question's terms
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The question, as each unit is compared with it."""

    weights: Mapping[str, float]
    terms: frozenset[str]
    asked: Asked
    vector: Floats
    newest: datetime
    lately: bool


def read(question: str, hits: Sequence[Hit], searcher: Searcher, vectors: Vectors) -> Reading:
    """Read the best hits; there must be one. `vectors` remembers what it was asked for."""
    hits = hits[:READ_HITS]
    wanted = _Wanted(
        weights=rarity(searcher, question),
        terms=frozenset(terms(question)),
        asked=asked_for(question),
        vector=vectors.of([question])[question],
        newest=max(hit.post.placed_at for hit in hits),
        lately=asks_lately(question),
    )
    held = searcher.passages([hit.seq for hit in hits])
    cut = [(hit, pieces(hit.post.text)) for hit in hits]
    texts = [one.span.of(hit.post.text) for hit, found in cut for one in found]
    evidence = iter(text_evidence(question, texts))
    units = [
        unit
        for hit, found in cut
        for unit in _units(hit, found, held.get(hit.seq, ()), wanted, evidence)
    ]
    units.sort(key=_order)
    units[:EMBEDDED_UNITS] = _embedded(units[:EMBEDDED_UNITS], held, vectors, wanted.vector)
    units.sort(key=_order)
    return Reading(question, wanted.weights, tuple(units))


def _order(unit: Unit) -> tuple[float, int, int]:
    return -weight(unit), unit.hit.rank, unit.place


def _units(
    hit: Hit,
    found: Sequence[Piece],
    held: Sequence[Passage],
    wanted: _Wanted,
    evidence: Iterator[TextEvidence],
) -> Iterator[Unit]:
    """Compare each piece of a post with the question."""
    text = hit.post.text
    title = set(terms(hit.post.title))
    words = [set(terms(piece.span.of(text))) for piece in found]
    by_post = share(wanted.weights, title.union(*words))
    telling = [term for term in title if not is_stop_word(term)]
    headed = len(telling) > NAME_TERMS
    titled = 0.0 if headed else _named(telling, wanted.terms)
    days = max(0.0, (wanted.newest - hit.post.placed_at).total_seconds() / 86_400)
    for place, piece in enumerate(found):
        first, last = max(0, place - 1), min(len(found), place + 2) - 1
        around = title.union(*words[first : last + 1])
        whole = piece.sentence == piece.span
        sentence = words[place] if whole else set(terms(piece.sentence.of(text)))
        own = next(evidence)
        passage = _cosine(piece.span, held, wanted.vector)
        yield Unit(
            hit=hit,
            span=piece.span,
            place=place,
            covered=share(wanted.weights, words[place]),
            covered_by_sentence=share(wanted.weights, sentence),
            covered_around=share(wanted.weights, around),
            covered_by_post=by_post,
            passage=passage,
            cosine=passage - OF_ITS_PASSAGE,
            grams=own.grams,
            names=own.names,
            titled=titled,
            headed=headed,
            holds_asked=_holds_new(wanted, piece.span.of(text)),
            around=Span(found[first].span.start, found[last].span.end),
            days=days,
            lately=wanted.lately,
        )


def _named(telling: Collection[str], question: Collection[str]) -> float:
    """Return the share of a name's words that a question names: whether it asks about just that.

    Of "The borders of Iraq" and "Saudi Arabia" a question about the borders of Iraq names the first
    whole, however much of the second's text says the same of both.
    """
    if not telling:
        return 0.0
    return sum(term in question for term in telling) / len(telling)


def _holds_new(wanted: _Wanted, text: str) -> bool:
    """Say whether a text holds something of the kind asked for besides the question's own."""
    return any(
        not wanted.terms.issuperset(terms(span.of(text))) for span in spans_of(wanted.asked, text)
    )


def _embedded(
    units: Sequence[Unit],
    held: Mapping[Seq, Sequence[Passage]],
    vectors: Vectors,
    wanted: Floats,
) -> list[Unit]:
    """Return the units with the cosine of their own words.

    A whole passage was embedded before, if it was not only nearly.
    """
    known = vectors.of(unit.text for unit in units if not _is_passage(unit, held))
    return [
        replace(unit, cosine=float(known[unit.text] @ wanted))
        if unit.text in known
        else replace(unit, cosine=unit.passage)
        for unit in units
    ]


def _is_passage(unit: Unit, held: Mapping[Seq, Sequence[Passage]]) -> bool:
    passages = held.get(unit.hit.seq, ())
    span = unit.span.start, unit.span.end
    return any(one.exact and (one.start, one.end) == span for one in passages)


def _cosine(span: Span, held: Sequence[Passage], wanted: Floats) -> float:
    """Return the cosine of the passage that holds most of `span`; 0 while there is none."""
    best, most = 0.0, 0
    for passage in held:
        shared = min(span.end, passage.end) - max(span.start, passage.start)
        if shared > most:
            most = shared
            best = float(np.asarray(passage.vector, dtype=np.float32) @ wanted)
    return best
