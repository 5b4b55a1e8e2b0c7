"""What the index offers for a question: by word, by meaning, on one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from siyaq.core.ids import Seq
from siyaq.core.ports import Passage, Searcher, Vector
from siyaq.core.query import Filters, Scored
from siyaq.core.span import Span

DEPTH = 200
"""How many posts each half of the index is asked for."""

FEW = 50
"""How many are asked for that hold most of the words."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that may answer, with what the index knows of it.

    `lexical` is BM25 over the best BM25 of the question, 0..1. `cosine` is that of its best
    passage, None while its vector is not there yet.
    """

    seq: Seq
    lexical: float
    cosine: float | None
    span: Span | None

    @property
    def promise(self) -> float:
        """How good it looks before its text has been read: what the reading order goes by."""
        return self.lexical + (self.cosine or 0.0)


@dataclass(frozen=True, slots=True)
class Offer:
    """What both halves of the index offer for one question."""

    k: int  # how many posts each half was asked for
    by_word: Sequence[Scored]
    holding: Sequence[Scored]  # those that hold most of its words, however long they are
    by_meaning: Sequence[Scored]
    promising: Sequence[Candidate]  # all of them, the most promising first; equal ones in log order

    def candidates(self, depth: int) -> list[Candidate]:
        """Return the first `depth` candidates.

        Most places go to the best of either half, and to those that hold most of its words, so
        that no post is crowded out that shares no word with the question, has no vector yet, or is
        long among many short ones.
        """
        few = depth // 4
        firsts = (self.by_word[:few], self.by_meaning[:few], self.holding[:few])
        first = {line.seq for lines in firsts for line in lines}
        found = [one for one in self.promising if one.seq in first]
        return [*found, *(one for one in self.promising if one.seq not in first)][:depth]


def offered(
    searcher: Searcher, terms: Mapping[str, float], vector: Vector, where: Filters, k: int
) -> Offer:
    """Ask each half of the index for its best k posts."""
    by_word = list(searcher.lexical(terms, where, k)) if terms else []
    holding = list(searcher.holding(terms, where, FEW)) if terms else []
    by_meaning = list(searcher.semantic(vector, where, k))
    best = max((line.score for line in by_word), default=0.0) or 1.0
    lexical = {line.seq: line.score / best for line in by_word}
    semantic = {line.seq: line for line in by_meaning}
    seqs = list(dict.fromkeys([*lexical, *(line.seq for line in holding)]))
    semantic |= _missing(searcher, [seq for seq in seqs if seq not in semantic], vector)
    found = [
        Candidate(
            seq,
            lexical.get(seq, 0.0),
            semantic[seq].score if seq in semantic else None,
            semantic[seq].span if seq in semantic else None,
        )
        for seq in dict.fromkeys([*seqs, *semantic])
    ]
    found.sort(key=lambda one: (-one.promise, one.seq))
    return Offer(k, by_word, holding, by_meaning, found)


def nearest_sentences(
    searcher: Searcher, candidates: Sequence[Candidate], vectors: Sequence[Vector]
) -> list[Candidate]:
    """Return the candidates with the cosine of their passage nearest to any of `vectors`.

    A long post looked up says several things, of which a text may answer to one: `vectors` are
    those of its sentences.
    """
    held = searcher.passages([one.seq for one in candidates])
    wanted = np.asarray(vectors, dtype=np.float32)
    return [
        replace(one, cosine=max(one.cosine or -1.0, _nearest(held[one.seq], wanted)))
        if one.seq in held
        else one
        for one in candidates
    ]


def _nearest(held: Sequence[Passage], wanted: npt.NDArray[np.float32]) -> float:
    return float((np.asarray([one.vector for one in held], dtype=np.float32) @ wanted.T).max())


def _missing(searcher: Searcher, seqs: list[Seq], vector: Vector) -> dict[Seq, Scored]:
    """Compute the cosine of posts that only their words found."""
    found = searcher.passages(seqs)
    rows = [passage.vector for held in found.values() for passage in held]
    if not rows:
        return {}
    wanted = np.asarray(vector, dtype=np.float32)
    cosines = iter(np.einsum("ij,j->i", np.asarray(rows, dtype=np.float32), wanted).tolist())
    scored: dict[Seq, Scored] = {}
    for seq, held in found.items():
        cosine, place = max((next(cosines), -at) for at in range(len(held)))
        passage = held[-place]
        span = Span(passage.start, passage.end) if len(held) > 1 else None
        scored[seq] = Scored(seq, cosine, span)
    return scored
