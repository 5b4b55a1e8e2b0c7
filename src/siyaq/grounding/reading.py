"""Cuts the posts found into the units that may be quoted, and weighs each against the question."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from siyaq.core.ports import Passage, Searcher, Vector
from siyaq.core.query import Hit
from siyaq.core.span import Span
from siyaq.grounding.asked_for import Asked, asked_for, spans_of
from siyaq.retrieval.features import text_evidence
from siyaq.retrieval.terms import query_terms
from siyaq.text.analyze import terms
from siyaq.text.sentences import sentences

WHOLE_POST_CHARS = 300
"""A post up to this long is quoted whole: its sentences explain one another."""

SENTENCE_CHARS = 240
"""A longer sentence is quoted in parts, cut where its author paused."""

_PAUSE = re.compile(r"(?:[،؛;]|,(?!\d)|\s[–—])\s+")

PRIOR_POSTS = 500

READ_HITS = 10
UNITS_PER_POST = 400


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a post that may be quoted."""

    hit: Hit
    span: Span
    place: int  # among the units of its post

    @property
    def text(self) -> str:
        """The words quoted."""
        return self.span.of(self.hit.post.text)


@dataclass(frozen=True, slots=True)
class Unit(Quote):
    """A quote, and what speaks for it as an answer. Shares are 0..1."""

    covered: float  # share of the question's terms, rare ones heavier
    covered_around: float  # the same with the units beside it and the title
    cosine: float
    grams: float
    names: float
    holds_asked: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read for one question."""

    question: str
    asked: Asked
    units: tuple[Unit, ...]


def quotable(text: str) -> list[Span]:
    """Return the units of a text: all of a short one, else its sentences."""
    whole = sentences(text)
    if whole and len(text) <= WHOLE_POST_CHARS:
        return [Span(whole[0].start, whole[-1].end)]
    return [piece for span in whole[:UNITS_PER_POST] for piece in _clauses(text, span)]


def _clauses(text: str, span: Span) -> list[Span]:
    """Cut a sentence that is too long to be quoted whole, at pauses of its author's."""
    if len(span) <= SENTENCE_CHARS:
        return [span]
    pieces: list[Span] = []
    start = span.start
    pauses = [found.end() for found in _PAUSE.finditer(text, span.start, span.end)]
    for pause, following in pairwise([*pauses, span.end]):
        if following - start > SENTENCE_CHARS and pause - start >= SENTENCE_CHARS // 3:
            pieces.append(Span(start, start + len(text[start:pause].rstrip())))
            start = pause
    return [*pieces, Span(start, span.end)]


def read(question: str, hits: Sequence[Hit], searcher: Searcher, vector: Vector) -> Reading:
    """Weigh every unit of the best hits."""
    hits = hits[:READ_HITS]
    wanted = rarity(searcher, question)
    held = searcher.passages([hit.seq for hit in hits])
    spans = [(hit, quotable(hit.post.text)) for hit in hits]
    texts = [span.of(hit.post.text) for hit, found in spans for span in found]
    evidence = iter(text_evidence(question, texts))
    asked = asked_for(question)
    units: list[Unit] = []
    for hit, found in spans:
        title = set(terms(hit.post.title))
        words = [set(terms(span.of(hit.post.text))) for span in found]
        for place, span in enumerate(found):
            around = title.union(*words[max(0, place - 1) : place + 2])
            text = next(evidence)
            units.append(
                Unit(
                    hit=hit,
                    span=span,
                    place=place,
                    covered=share(wanted, words[place]),
                    covered_around=share(wanted, around),
                    cosine=_cosine(span, held.get(hit.seq, ()), vector),
                    grams=text.grams,
                    names=text.names,
                    holds_asked=bool(spans_of(asked, span.of(hit.post.text))),
                )
            )
    return Reading(question, asked, tuple(units))


def rarity(searcher: Searcher, question: str) -> dict[str, float]:
    """Return the question's terms, each with its inverse document frequency.

    Counted as if there were PRIOR_POSTS more that hold none of them: in a small record every word
    of its one story would seem common, and every other word rare.
    """
    counts = searcher.document_frequency(query_terms(question))
    total = searcher.document_count + PRIOR_POSTS
    return {
        term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in counts.items()
    }


def share(wanted: Mapping[str, float], words: set[str]) -> float:
    """Return how much of the weight of `wanted` stands in `words`."""
    total = sum(wanted.values())
    return sum(weight for term, weight in wanted.items() if term in words) / total if total else 0.0


def _cosine(span: Span, held: Sequence[Passage], vector: Vector) -> float:
    """Return the cosine of the passage that holds most of `span`; 0 while there is none."""
    best, most = 0.0, 0
    for passage in held:
        shared = min(span.end, passage.end) - max(span.start, passage.start)
        if shared > most:
            most = shared
            wanted = np.asarray(vector, dtype=np.float32)
            best = float(np.asarray(passage.vector, dtype=np.float32) @ wanted)
    return best
