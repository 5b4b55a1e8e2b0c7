"""Cuts a text into the pieces that may be quoted: short ones whole, long ones where they pause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from siyaq.core.span import Span
from siyaq.text.sentences import sentences

WHOLE_POST_CHARS = 300
"""A post up to this long is quoted whole: its sentences explain one another."""

CLAUSE_CHARS = 160
"""A longer sentence is quoted in parts, so that three quotes can be read at a glance."""

UNITS_PER_POST = 400

_PAUSE = re.compile(r"(?:[،؛;:]|,(?!\d)|\s[–—])\s+|\s+(?=\()|(?<=\))\s+")
_AND = re.compile(r"\s+(?=و[\u0621-\u064a]{3,})")
"""Where an Arabic sentence goes on with "and": many have neither comma nor stop."""

_RUNS_ON = 1.4 * CLAUSE_CHARS


class Piece(NamedTuple):
    """A stretch that may be quoted, and the whole sentence it was cut from."""

    span: Span
    sentence: Span


def pieces(text: str) -> list[Piece]:
    """Return what may be quoted of a text, in order."""
    whole = sentences(text)
    if whole and len(text) <= WHOLE_POST_CHARS:
        everything = Span(whole[0].start, whole[-1].end)
        return [Piece(everything, everything)]
    return [
        Piece(span, sentence)
        for sentence in whole[:UNITS_PER_POST]
        for span in _clauses(text, sentence)
    ]


def quotable(text: str) -> list[Span]:
    """Return the units of a text: all of a short one, else its sentences and clauses."""
    return [piece.span for piece in pieces(text)]


def _clauses(text: str, sentence: Span) -> Iterator[Span]:
    if len(sentence) <= CLAUSE_CHARS:
        yield sentence
        return
    for at_pause in _merge_short(list(_cut(text, sentence, _PAUSE))):
        long = len(at_pause) > _RUNS_ON
        for span in _cut(text, at_pause, _AND) if long else (at_pause,):
            words = span.of(text)
            yield Span(span.start, span.start + len(words.rstrip()))


def _cut(text: str, whole: Span, pause: re.Pattern[str]) -> Iterator[Span]:
    """Cut at the last pause before CLAUSE_CHARS are full; never so early that little is left."""
    start = whole.start
    pauses = [found.end() for found in pause.finditer(text, whole.start, whole.end)]
    for cut, following in pairwise([*pauses, whole.end]):
        if following - start > CLAUSE_CHARS and cut - start >= CLAUSE_CHARS // 3:
            yield Span(start, cut)
            start = cut
    if start < whole.end:
        yield Span(start, whole.end)


def _merge_short(spans: list[Span]) -> list[Span]:
    merged = spans[:1]
    for span in spans[1:]:
        if len(span) < CLAUSE_CHARS // 4:
            merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged
