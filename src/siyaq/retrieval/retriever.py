"""From a query to one ranking."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from siyaq.core.ports import Clock, Embedder, Searcher, Vector
from siyaq.core.post import Post
from siyaq.core.query import Filters, Hit, Query, Ranking, Understood
from siyaq.core.span import TimeRange
from siyaq.log import LogReader
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.candidates import Candidate, find_candidates
from siyaq.retrieval.features import read_part, text_evidence
from siyaq.retrieval.fold import Fold, Ranked, fold_copies
from siyaq.retrieval.fuse import ACROSS_LANGUAGES, SAME_LANGUAGE, Signals, fuse
from siyaq.retrieval.latest import WINDOW, by_time, newest_story
from siyaq.retrieval.operators import narrow
from siyaq.retrieval.terms import content_terms, query_terms
from siyaq.retrieval.understand import understand
from siyaq.text.analyze import terms

READ = 60
"""How many candidates have their text read at the least."""

SPARE = 20
"""How many more than asked for are read, as some will fold into others."""

NEWEST_SPARE = 180
"""The same where the newest posts are listed: a campaign may repeat one text many times."""

ALIGNED = 16
"""How many posts in another language are compared with the question word by word."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate, its post, and all that speaks for it."""

    candidate: Candidate
    post: Post
    signals: Signals
    asked_in: str

    @property
    def across(self) -> bool:
        """Whether the post is in another language than the question, both being known."""
        return bool(self.asked_in and self.post.lang) and self.asked_in != self.post.lang

    @property
    def score(self) -> float:
        """The fused score."""
        return fuse(self.signals, ACROSS_LANGUAGES if self.across else SAME_LANGUAGE)

    @property
    def passage(self) -> str:
        """The passage that matched; all of a short post."""
        span = self.candidate.span
        return self.post.text if span is None else span.of(self.post.text)

    def ranked(self) -> Ranked:
        """Return what is folded and numbered."""
        return Ranked(
            self.candidate.seq, self.score, self.post, self.candidate.span, self.signals.parts()
        )


class Retriever:
    """Ranks posts for a query. Safe to call from several threads.

    The same query on the same index and log gives the same ranking. Posts that the log no longer
    shows are left out, whatever the index still holds.
    """

    def __init__(
        self, searcher: Searcher, log: LogReader, embedder: Embedder, clock: Clock
    ) -> None:
        self._searcher = searcher
        self._log = log
        self._clock = clock
        self._embedded = lru_cache(maxsize=4096)(lambda text: embedder.embed([text])[0])
        self._alignment = WordAlignment(embedder)

    def rank(self, query: Query) -> Ranking:
        """Return the best `query.k` posts, near-identical ones folded into one hit.

        `as_of` hides whatever is placed after it; a post placed exactly then is visible. For a
        query that wants the newest, hits come newest first among those that are relevant.
        """
        understood = understand(
            query.text, filters=query.filters, now=query.as_of or self._clock.now()
        )
        where = visible(understood.filters, query.as_of)
        self._searcher.refresh()
        if understood.wants == "latest" and not content_terms(understood.text):
            stories_in = understood.lang if terms(understood.text) else None
            ranked = self._newest(where, query.k, stories_in)
        else:
            ranked = self._relevant(understood, where, query.k)
            if understood.wants == "latest":
                ranked = by_time(ranked)
        hits = _hits(fold_copies(ranked)[: query.k])
        return Ranking(hits=hits, understood=understood)

    def _relevant(self, understood: Understood, where: Filters, k: int) -> list[Ranked]:
        """Return candidates by fused score, best first."""
        depth = max(READ, k + SPARE)
        question, vector = understood.text, self._embedded(understood.text)
        candidates = find_candidates(self._searcher, query_terms(question), vector, where, depth)[
            :depth
        ]
        posts = self._log.posts([one.seq for one in candidates])
        live = [one for one in candidates if one.seq in posts]
        texts = text_evidence(question, [read_part(posts[one.seq], one.span) for one in live])
        floor = min((one.cosine for one in live if one.cosine is not None), default=0.0)
        judged: list[Judged] = []
        for one, text in zip(live, texts, strict=True):
            title = posts[one.seq].title
            signals = Signals(
                lexical=one.lexical,
                cosine=floor if one.cosine is None else one.cosine,
                title=self._cosine_of(title, vector) if title else 0.0,
                grams=text.grams,
                names=text.names,
            )
            judged.append(Judged(one, posts[one.seq], signals, understood.lang))
        judged = self._align(question, judged)
        ranked = [one.ranked() for one in judged]
        ranked.sort(key=lambda one: (-one.score, one.seq))
        return ranked

    def _align(self, question: str, judged: list[Judged]) -> list[Judged]:
        """Compare the most promising posts in another language word by word."""
        foreign = sorted(
            (one for one in judged if one.across),
            key=lambda one: (-one.score, one.candidate.seq),
        )[:ALIGNED]
        shares = self._alignment.shares(question, [one.passage for one in foreign])
        found = {one.candidate.seq: share for one, share in zip(foreign, shares, strict=True)}
        return [
            replace(one, signals=replace(one.signals, alignment=found[one.candidate.seq]))
            if one.candidate.seq in found
            else one
            for one in judged
        ]

    def _newest(self, where: Filters, k: int, stories_in: str | None) -> list[Ranked]:
        """Return the newest posts; given a language, those of the newest story first."""
        depth = k + NEWEST_SPARE
        seqs = self._searcher.newest(where, depth if stories_in is None else max(WINDOW, depth))
        posts = self._log.posts(seqs)
        ranked = [Ranked(seq, 1.0, posts[seq], None, {}) for seq in seqs if seq in posts]
        if stories_in is not None:
            ranked = newest_story(ranked, stories_in)
        return ranked[:depth]

    def _cosine_of(self, text: str, vector: Vector) -> float:
        other = np.asarray(self._embedded(text), dtype=np.float32)
        return float(other @ np.asarray(vector, dtype=np.float32))


def visible(filters: Filters, as_of: datetime | None) -> Filters:
    """Narrow `filters` to what was placed at `as_of` or before."""
    if as_of is None:
        return filters
    after = TimeRange(until=as_of + timedelta(microseconds=1))
    return replace(filters, placed=narrow(filters.placed, after))


def _hits(folds: list[Fold]) -> tuple[Hit, ...]:
    """Number the folds. Scores never rise with rank, also where time decides the order."""
    hits: list[Hit] = []
    ceiling = float("inf")
    for rank, fold in enumerate(folds, 1):
        best = fold.best
        ceiling = min(ceiling, best.score)
        hits.append(
            Hit(
                rank=rank,
                score=ceiling,
                seq=best.seq,
                post=best.post,
                span=best.span,
                copies=tuple(fold.copies),
                parts=best.parts,
            )
        )
    return tuple(hits)
