"""From a query to one ranking."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from siyaq.core.ports import Clock, Embedder, Searcher, Vector
from siyaq.core.query import Filters, Hit, Query, Ranking, Understood
from siyaq.core.span import TimeRange
from siyaq.log import LogReader
from siyaq.retrieval.candidates import find_candidates
from siyaq.retrieval.features import read_part, text_evidence
from siyaq.retrieval.fold import Fold, Ranked, fold_copies
from siyaq.retrieval.fuse import ACROSS_LANGUAGES, SAME_LANGUAGE, score
from siyaq.retrieval.latest import Recent, by_time, newest_story
from siyaq.retrieval.operators import narrow
from siyaq.retrieval.terms import content_terms, query_terms
from siyaq.retrieval.understand import understand
from siyaq.text.analyze import terms

READ = 60
"""How many candidates have their text read at the least."""

SPARE = 20
"""How many more than asked for are read, as some will fold into others."""

NEWEST = 200
"""How many of the newest posts the newest story is looked for in."""


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
            ranked = self._newest(where, query.k, stories=bool(terms(understood.text)))
        else:
            ranked = self._relevant(understood, where, query.k)
            if understood.wants == "latest":
                ranked = by_time(ranked)
        hits = _hits(fold_copies(ranked)[: query.k])
        return Ranking(hits=hits, understood=understood)

    def _relevant(self, understood: Understood, where: Filters, k: int) -> list[Ranked]:
        """Return candidates by fused score, best first."""
        depth = max(READ, k + SPARE)
        candidates = find_candidates(
            self._searcher,
            query_terms(understood.text),
            self._embedded(understood.text),
            where,
            depth,
        )[:depth]
        posts = self._log.posts([one.seq for one in candidates])
        live = [one for one in candidates if one.seq in posts]
        evidence = text_evidence(
            understood.text, [read_part(posts[one.seq], one.span) for one in live]
        )
        floor = min((one.cosine for one in live if one.cosine is not None), default=0.0)
        vector = self._embedded(understood.text)
        ranked = []
        for one, text in zip(live, evidence, strict=True):
            post = posts[one.seq]
            across = languages_differ(understood.lang, post.lang)
            title = self._cosine_of(post.title, vector) if post.title else 0.0
            fused = score(one, text, title, ACROSS_LANGUAGES if across else SAME_LANGUAGE, floor)
            parts = {
                "lexical": one.lexical,
                "cosine": floor if one.cosine is None else one.cosine,
                "title": title,
                "grams": text.grams,
                "names": text.names,
            }
            ranked.append(Ranked(one.seq, fused, post, one.span, parts))
        ranked.sort(key=lambda one: (-one.score, one.seq))
        return ranked

    def _newest(self, where: Filters, k: int, *, stories: bool) -> list[Ranked]:
        """Return the newest posts; with `stories`, those of the newest story first."""
        seqs = self._searcher.newest(where, max(NEWEST, k + SPARE))
        posts = self._log.posts(seqs)
        ranked = [Ranked(seq, 1.0, posts[seq], None, {}) for seq in seqs if seq in posts]
        if not stories:
            return ranked
        held = self._searcher.passages([one.seq for one in ranked])
        return newest_story(
            [Recent(one, held[one.seq][0].vector if held.get(one.seq) else None) for one in ranked]
        )

    def _cosine_of(self, text: str, vector: Vector) -> float:
        other = np.asarray(self._embedded(text), dtype=np.float32)
        return float(other @ np.asarray(vector, dtype=np.float32))


def visible(filters: Filters, as_of: datetime | None) -> Filters:
    """Narrow `filters` to what was placed at `as_of` or before."""
    if as_of is None:
        return filters
    after = TimeRange(until=as_of + timedelta(microseconds=1))
    return replace(filters, placed=narrow(filters.placed, after))


def languages_differ(one: str, other: str) -> bool:
    """Say whether two languages are both known and not the same."""
    return bool(one and other) and one != other


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
