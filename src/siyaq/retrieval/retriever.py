"""From a query to one ranking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from siyaq.core.ids import PostId
from siyaq.core.ports import Clock, Embedder, Searcher, Vector
from siyaq.core.query import Filters, Hit, Query, Ranking, Understood
from siyaq.core.span import TimeRange
from siyaq.log import LogReader
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.candidates import Candidate, Offer, nearest_sentences, offered
from siyaq.retrieval.features import read_part, text_evidence
from siyaq.retrieval.fold import Fold, Ranked, fold_copies
from siyaq.retrieval.fuse import Signals, level, scores
from siyaq.retrieval.judged import Judged, Pool
from siyaq.retrieval.latest import WINDOW, by_time, newest_story
from siyaq.retrieval.operators import narrow
from siyaq.retrieval.rarity import rarity
from siyaq.retrieval.reranking import Reranker, passage_of
from siyaq.retrieval.sentence_evidence import Part, evened, sentence_evidence
from siyaq.retrieval.stated import said_in, states
from siyaq.retrieval.terms import content_terms, query_terms
from siyaq.retrieval.understand import understand
from siyaq.retrieval.vectors import Vectors
from siyaq.text.analyze import terms
from siyaq.text.sentences import sentences

READ = 60
"""How many candidates have their text read at the least."""

SPARE = 20
"""How many more than asked for are read, as some will fold into others."""

NEWEST_SPARE = 180
"""The same where the newest posts are listed: a campaign may repeat one text many times."""

SENTENCES = 8
"""How many sentences of a long question are compared one by one."""

ALIGNED = 16
"""How many posts in another language are compared with the question word by word."""


class Retriever:
    """Ranks posts for a query. Safe to call from several threads.

    The same query on the same index and log gives the same ranking. Posts that the log no longer
    shows are left out, whatever the index still holds.
    """

    def __init__(
        self,
        searcher: Searcher,
        log: LogReader,
        embedder: Embedder,
        clock: Clock,
        reranker: Reranker | None = None,
    ) -> None:
        """With a `reranker`, the best of what is found is read a second time by it."""
        self._searcher = searcher
        self._log = log
        self._clock = clock
        self._reranker = reranker
        self._vectors = Vectors.over(embedder)
        self._alignment = WordAlignment(self._vectors)

    def vector(self, text: str) -> Vector:
        """Return the vector of a text, embedded once while it is remembered."""
        (vector,) = self._vectors.embed([text])
        return vector

    def rank(self, query: Query) -> Ranking:
        """Return the best `query.k` posts, near-identical ones folded into one hit.

        `as_of` hides whatever is placed after it; a post placed exactly then is visible. For a
        query that wants the newest, hits come newest first among those that are relevant; for
        any other, the first of several posts that say exactly the same leads its hit.
        """
        return self.reader(query)(frozenset())

    def reader(self, query: Query) -> Callable[[frozenset[PostId]], Ranking]:
        """Return a function that ranks as `rank` does, without some posts where relevance ranks.

        What was read for its first ranking serves the later ones too, as long as enough is left.
        """
        understood = understand(
            query.text,
            filters=query.filters,
            now=query.as_of or self._clock.now(),
            sources=self._log.names,
        )
        where = visible(understood.filters, query.as_of)
        latest = understood.wants == "latest"
        judged = Pool(
            lambda k: self._offer(understood.text, where, k),
            lambda found, without: self._judged(understood, found, without),
            max(READ, query.k + SPARE),
        )

        def ranking(without: frozenset[PostId]) -> Ranking:
            self._searcher.refresh()
            if latest and not content_terms(understood.text):
                stories_in = understood.lang if terms(understood.text) else None
                ranked = self._newest(where, query.k, stories_in)
            else:
                ranked = self._relevant(understood, judged.without(without))
                if latest:
                    ranked = by_time(ranked)
            hits = _hits(fold_copies(ranked, by_rank=latest)[: query.k])
            return Ranking(hits=hits, understood=understood)

        return ranking

    def _relevant(self, understood: Understood, judged: Sequence[Judged]) -> list[Ranked]:
        """Return candidates by fused score, best first."""
        ranked: list[Ranked] = []
        stated = states(understood.text)
        for across in (False, True):
            kind = [one for one in judged if one.across is across]
            if across:
                kind = self._align(understood.text, kind)
            found = scores([one.signals for one in kind], across=across, stated=stated)
            if self._reranker is not None and len(kind) > 1:
                kind = _read_again(self._reranker, understood.text, kind, found)
                found = scores([one.signals for one in kind], across=across, stated=stated)
            ranked += [one.ranked(score) for one, score in zip(kind, found, strict=True)]
        ranked.sort(key=lambda one: (-one.score, one.seq))
        return ranked

    def _offer(self, question: str, where: Filters, k: int) -> Offer:
        vector = self.vector(said_in(question))
        return offered(self._searcher, query_terms(question), vector, where, k)

    def _judged(
        self, understood: Understood, found: Sequence[Candidate], without: frozenset[PostId]
    ) -> list[Judged]:
        """Return candidates with all that speaks for them but translation."""
        question = understood.text
        said = said_in(question)
        spans = sentences(said)[:SENTENCES]
        phrases = [span.of(said) for span in spans] if len(spans) > 1 else []
        vector, *nearer = self._vectors.embed([said, *phrases])
        posts = self._log.posts([one.seq for one in found])
        live = [one for one in found if one.seq in posts and posts[one.seq].id not in without]
        if phrases:
            live = nearest_sentences(self._searcher, live, nearer)
        read = [(posts[one.seq].title, read_part(posts[one.seq], one.span)) for one in live]
        texts = text_evidence(question, [f"{title}\n{text}" for title, text in read])
        parts = [Part.of(title, text) for title, text in read]
        rare = rarity(self._searcher, question)
        best = sentence_evidence(rare, parts)
        by_word = evened([one.lexical for one in live], rare, parts)
        titles = self._searcher.titles([one.seq for one in live])
        wanted = np.asarray(vector, dtype=np.float32)
        floor = min((one.cosine for one in live if one.cosine is not None), default=0.0)
        return [
            Judged(
                one,
                posts[one.seq],
                Signals(
                    lexical=told,
                    cosine=floor if one.cosine is None else one.cosine,
                    title=float(np.asarray(titles[one.seq], dtype=np.float32) @ wanted)
                    if one.seq in titles
                    else 0.0,
                    grams=text.grams,
                    names=text.names,
                    covered=sentence.covered,
                    titled=sentence.titled,
                    alike=sentence.alike,
                    brevity=sentence.brevity,
                ),
                understood.lang,
            )
            for one, told, text, sentence in zip(live, by_word, texts, best, strict=True)
        ]

    def _align(self, question: str, foreign: list[Judged]) -> list[Judged]:
        """Compare the most promising posts in another language word by word."""
        foreign = sorted(
            foreign, key=lambda one: (-level(one.signals, across=True), one.candidate.seq)
        )
        best, rest = foreign[:ALIGNED], foreign[ALIGNED:]
        found = self._alignment.align(
            question,
            [(one.post.title, read_part(one.post, one.candidate.span)) for one in best],
        )
        return [
            *(
                replace(
                    one,
                    signals=replace(
                        one.signals, sentence=share.sentence, pair=share.pair, text=share.text
                    ),
                )
                for one, share in zip(best, found, strict=True)
            ),
            *rest,
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


def _read_again(
    reranker: Reranker, question: str, judged: Sequence[Judged], found: Sequence[float]
) -> list[Judged]:
    """Return candidates with what a second reading of the best, by `found`, says for each."""
    read = [passage_of(one.post, one.candidate.span) for one in judged]
    near = reranker.nearness(said_in(question), read, found)
    return [
        replace(one, signals=replace(one.signals, reread=nearness))
        for one, nearness in zip(judged, near, strict=True)
    ]


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
                copies=tuple(copy.post.id for copy in fold.copies),
                parts=best.parts,
            )
        )
    return tuple(hits)
