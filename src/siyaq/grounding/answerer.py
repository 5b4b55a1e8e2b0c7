"""From a question to an answer made of exact quotes, each checked at the last moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from siyaq.core.answer import (
    Answer,
    AnswerEvent,
    AnswerStatus,
    Coverage,
    EvidenceFound,
    Finished,
    Progress,
    Question,
    Reason,
    SentenceChecked,
    Tally,
    Usage,
)
from siyaq.core.ports import Clock, Embedder, Searcher
from siyaq.core.query import Query, Ranking
from siyaq.core.span import TimeRange
from siyaq.grounding.backing import count_backing
from siyaq.grounding.conflicts import conflicts_in
from siyaq.grounding.draft import Draft, compose, count_voices
from siyaq.grounding.evidence import Quoted, references
from siyaq.grounding.focus import focus_of
from siyaq.grounding.joined import hold_together, sides_of
from siyaq.grounding.looks import CROWD, LookAgain
from siyaq.grounding.question import asked_of_voices, check, is_meaningless, standalone
from siyaq.grounding.short_answer import NUMERIC, short_answer
from siyaq.grounding.speakers import Speakers, spoken_in
from siyaq.grounding.threads import answer_in_thread
from siyaq.grounding.voices import COUNTED_HITS, tally
from siyaq.log import LogReader
from siyaq.retrieval import Retriever
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.operators import narrow
from siyaq.retrieval.retriever import visible
from siyaq.text.analyze import terms
from siyaq.traces import span

HITS = 20
"""How many hits an answer is drawn from."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question made ready: what it means alone, as of when, and when it was put."""

    question: Question
    text: str
    carried: frozenset[str]  # the words of it that earlier questions said
    whose: bool  # whether it only asks for the authors
    about: str | None  # what voices are to be counted about
    as_of: datetime
    started: float


class Answerer:
    """Answers questions with quotes of stored posts. Safe to use from several tasks.

    Every sentence is an exact part of a post that was live when the sentence was let go; a post
    deleted meanwhile takes its sentences with it. Post text decides nothing but what it says.
    """

    def __init__(
        self,
        retriever: Retriever,
        searcher: Searcher,
        log: LogReader,
        embedder: Embedder,
        clock: Clock,
    ) -> None:
        self._retriever = retriever
        self._searcher = searcher
        self._log = log
        self._embedder = embedder
        self._alignment = WordAlignment(embedder)
        self._speakers = Speakers(retriever, searcher, log, self._alignment)
        self._clock = clock

    async def stream(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Stream Progress, EvidenceFound, a SentenceChecked for each sentence, and Finished.

        Raises QueryError for a question beyond the limits, or one that names a model.
        """
        check(question)
        meant = standalone(question.text, question.history)
        as_of = question.as_of or self._clock.now()
        about, filters = asked_of_voices(question, as_of, self._log.names)
        asked = _Asked(
            question, meant.text, meant.carried, meant.whose, about, as_of, time.perf_counter()
        )
        if is_meaningless(asked.text):
            yield EvidenceFound(())
            covered = await asyncio.to_thread(self._covered, question, TimeRange())
            yield Finished(_abstain(asked, Reason.OUT_OF_SCOPE, covered))
            return
        yield Progress("searching")
        query = Query(
            text=asked.about or asked.text,
            k=COUNTED_HITS if asked.about else HITS,
            filters=filters,
            as_of=asked.as_of,
        )
        rank = self._retriever.reader(query)
        with span("retrieval siyaq", {"gen_ai.operation.name": "retrieval"}) as retrieving:
            ranking = await asyncio.to_thread(rank, frozenset())
            retrieving.set({"siyaq.hits": len(ranking.hits)})
        yield Progress("reading")
        with span("read"):
            draft = await asyncio.to_thread(self._read, asked, ranking, rank)
            draft = await asyncio.to_thread(self._counted, asked, ranking, draft)
        with span("check", {"siyaq.sentences.proposed": len(draft.quoted)}) as checking:
            live = await asyncio.to_thread(self._live, draft.quoted)
            checking.set({"siyaq.sentences.accepted": len(live)})
        yield EvidenceFound(references(live))
        shown: list[Quoted] = []
        for one in live:
            if await asyncio.to_thread(self._live, [one]):
                shown.append(one)
                yield SentenceChecked(one.sentence)
        yield Finished(await asyncio.to_thread(self._finish, asked, ranking, draft, shown))

    def _read(self, asked: _Asked, ranking: Ranking, again: LookAgain) -> Draft:
        if asked.about:
            return count_voices(
                ranking, self._searcher, self._log, self._alignment, asked.question.limit
            )
        if (sides := sides_of(asked.text)) is not None:

            def rank(text: str, k: int) -> Ranking:
                query = Query(text=text, k=k, filters=asked.question.filters, as_of=asked.as_of)
                return self._retriever.rank(query)

            limit = asked.question.limit
            return hold_together(sides, rank, self._searcher, self._embedder, limit)
        draft = self._spoken(asked, ranking) or self._composed(asked, ranking, again)
        return draft if draft.quoted else self._in_thread(asked, ranking) or draft

    def _spoken(self, asked: _Asked, ranking: Ranking) -> Draft | None:
        """Return what somebody who is asked for has said of the matter; None where nobody has."""
        spoken = spoken_in(ranking.understood.text)
        if spoken is None:
            return None
        rank = self._speakers.reader(spoken, ranking.understood.filters, asked.as_of)
        if rank is None:
            return None
        draft = self._composed(asked, rank(frozenset()), rank)
        return replace(draft, asks_for_one=False) if draft.quoted else None

    def _in_thread(self, asked: _Asked, ranking: Ranking) -> Draft | None:
        """Return what was replied to somebody who asked the same; None where nothing was."""
        where = visible(ranking.understood.filters, asked.as_of)
        limit = asked.question.limit
        return answer_in_thread(ranking, self._searcher, self._log, self._alignment, where, limit)

    def _composed(self, asked: _Asked, ranking: Ranking, again: LookAgain) -> Draft:
        return compose(
            ranking,
            self._searcher,
            self._embedder,
            self._alignment,
            asked.question.limit,
            carried=asked.carried,
            again=again,
        )

    def _counted(self, asked: _Asked, ranking: Ranking, draft: Draft) -> Draft:
        """Return the draft with how many stand behind each quote."""
        where = visible(ranking.understood.filters, asked.as_of)
        return count_backing(draft, self._searcher, self._log, where.placed)

    def _live(self, quoted: Sequence[Quoted]) -> list[Quoted]:
        """Return those whose post is live and still holds the quote where it was."""
        posts = self._log.posts({one.seq for one in quoted})
        return [one for one in quoted if one.stands_in(posts.get(one.seq))]

    def _finish(
        self, asked: _Asked, ranking: Ranking, draft: Draft, shown: Sequence[Quoted]
    ) -> Answer:
        placed = ranking.understood.filters.placed
        seen = narrow(placed, TimeRange(until=asked.as_of))
        covered = self._covered(asked.question, seen)
        kept = self._live(shown)
        if not kept:
            reason = draft.reason or Reason.NO_EVIDENCE
            bounded = placed.since is not None or placed.until is not None
            if bounded and covered.gaps:
                reason = Reason.FEED_GAP
            return _abstain(asked, reason, covered)
        sentences = tuple(one.sentence for one in kept)
        conflicts = tuple(conflicts_in(ranking.understood.text, draft.disputed, kept))
        return Answer(
            id=_answer_id(asked, kept),
            status=AnswerStatus.PARTIAL if conflicts else AnswerStatus.ANSWERED,
            reason=Reason.CONFLICTING_EVIDENCE if conflicts else None,
            sentences=sentences,
            references=references(kept),
            short_answer=None
            if asked.whose
            else _short_answer(ranking.understood.text, draft, kept),
            conflicts=conflicts,
            as_of=asked.as_of,
            covered=covered,
            usage=Usage(seconds=time.perf_counter() - asked.started),
            model="extractive",
            counts=self._counts(asked, ranking, draft, kept),
        )

    def _counts(
        self, asked: _Asked, ranking: Ranking, draft: Draft, kept: Sequence[Quoted]
    ) -> Tally | None:
        """Return how many say it, of those whose posts are live at this moment."""
        if not draft.said:
            return None
        live = self._log.posts({voice.seq for one in draft.said for voice in one.voices})
        return tally(
            ranking.understood.text or asked.text,
            draft.said,
            {one.seq: one.reference.id for one in kept},
            live,
            full=len(ranking.hits) >= COUNTED_HITS,
        )

    def _covered(self, question: Question, placed: TimeRange) -> Coverage:
        """Return what was covered of the period asked about; no window where nothing of it was."""
        whole = self._log.coverage(question.filters.sources)
        window = TimeRange(
            max((one for one in (whole.since, placed.since) if one), default=None),
            min((one for one in (whole.until, placed.until) if one), default=None),
        )
        if window.since and window.until and window.since > window.until:
            window = TimeRange()
        gaps = tuple(gap for gap in whole.gaps if placed.overlaps(TimeRange(gap.since, gap.until)))
        return replace(whole, since=window.since, until=window.until, gaps=gaps)


def _short_answer(question: str, draft: Draft, kept: Sequence[Quoted]) -> str | None:
    """Return a short answer; none where another answer beside it says something else.

    Whether two numbers are of one thing is known, and they are `disputed` then. What a crowd of
    new names gives is no short answer beside anything that does not say so.
    """
    if not draft.asks_for_one:
        return None
    quotes = [one.sentence.text for one in kept]
    short = short_answer(question, quotes, [one.weight for one in kept])
    words = set(terms(short or ""))
    lacking = [one for one in kept if not words <= set(terms(one.sentence.text))]
    if lacking and _crowd(draft, [one for one in kept if one not in lacking]):
        return None
    if focus_of(question).kind in NUMERIC:
        return short
    return None if any(one in draft.beside for one in lacking) else short


def _crowd(draft: Draft, saying: Sequence[Quoted]) -> bool:
    """Say whether those who say something are many accounts and no more than one source."""
    pairs = zip(draft.quoted, draft.backing, strict=True)
    names = {hit.post.author.id for one, hits in pairs if one in saying for hit in hits}
    counted = [one.reference.voices for one in saying]
    return len(names) >= CROWD and all(one is not None and one.sources == 1 for one in counted)


def _abstain(asked: _Asked, reason: Reason, covered: Coverage) -> Answer:
    return Answer(
        id=_answer_id(asked, ()),
        status=AnswerStatus.ABSTAINED,
        reason=reason,
        sentences=(),
        references=(),
        short_answer=None,
        conflicts=(),
        as_of=asked.as_of,
        covered=covered,
        usage=Usage(seconds=time.perf_counter() - asked.started),
        model="extractive",
    )


def _answer_id(asked: _Asked, shown: Sequence[Quoted]) -> str:
    """Return the same id for the same question in the same conversation, moment and evidence."""
    question = asked.question
    parts = [asked.text, asked.as_of.isoformat(), question.previous, repr(question.filters)]
    parts += [turn.content for turn in question.history]
    parts += [f"{one.seq}:{one.quote}" for one in shown]
    digest = blake2b("\x1f".join(parts).encode(errors="surrogatepass"), digest_size=12)
    return f"answer-{digest.hexdigest()}"
