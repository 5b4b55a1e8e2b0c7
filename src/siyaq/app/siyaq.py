"""One data directory, opened: siyaq as its users meet it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from siyaq.app.held import HeldPosts
from siyaq.app.intake import Intake
from siyaq.app.live import LiveHub
from siyaq.app.metering import Metering
from siyaq.app.noting import Noting
from siyaq.app.picturing import Picturing
from siyaq.app.shown_cards import ShownCards
from siyaq.app.stocktaking import Stocktaking
from siyaq.app.tool_calls import ToolCalls
from siyaq.app.turns import Lending
from siyaq.core.answer import Answer, AnswerEvent, Finished, Question, Usage
from siyaq.core.card import CardVersion, ContextCard
from siyaq.core.errors import AlreadyWriting, NotFound
from siyaq.core.ids import PostId
from siyaq.core.note import Helpfulness, Note, NoteDraft, NoteScore
from siyaq.core.ports import Embedder, ToolCall
from siyaq.core.post import Post
from siyaq.core.query import Filters, Query, Ranking, Shows
from siyaq.core.reports import Delivered, IngestReport, ModelAtHand, Status
from siyaq.grounding import KeptAnswers
from siyaq.index import Indexer, IndexReader, IndexWithin
from siyaq.log import LogReader
from siyaq.obs import Metrics
from siyaq.retrieval import Retriever
from siyaq.traces import Attributes, Tracer, current, during, streamed


class Siyaq:
    """The product (`core.product.Product`), over rooms that `opening.open_siyaq` has put together.

    `intake` and `indexer` are None on a reader, which answers beside the writer of its directory.
    """

    def __init__(
        self,
        *,
        directory: Path,
        log: LogReader,
        searcher: IndexReader | IndexWithin,
        embedder: Embedder,
        retriever: Retriever,
        answers: KeptAnswers,
        posts: HeldPosts,
        cards: ShownCards,
        notes: Noting,
        stock: Stocktaking,
        picturing: Picturing | None,
        hub: LiveHub,
        metrics: Metrics,
        tracer: Tracer,
        metering: Metering,
        intake: Intake | None,
        indexer: Indexer | None,
        models: Callable[[], Sequence[ModelAtHand]],
        lending: Lending,
        shows: Shows | None = None,
        within: Callable[[tuple[str, ...], Shows], Siyaq] | None = None,
    ) -> None:
        """`shows` says of which sources posts are here, None for all; `within` makes a part."""
        self.directory = directory
        self.log = log
        self.metrics = metrics
        self.tracer = tracer
        self.lending = lending
        self._metering = metering
        self._searcher = searcher
        self._embedder = embedder
        self._retriever = retriever
        self._answers = answers
        self._posts = posts
        self._cards = cards
        self._notes = notes
        self._stock = stock
        self._picturing = picturing
        self._hub = hub
        self._intake = intake
        self._indexer = indexer
        self._models = models
        self._tool_calls = ToolCalls(lending)
        self._shows = shows
        self._within = within

    def within(self, seen: tuple[str, ...], shows: Shows) -> Siyaq:
        """Return siyaq as it is for those who see the collections `seen`, and so these sources.

        It answers as one that never had the rest: nothing of that is read, counted or told.
        """
        assert self._within is not None, "a part has no parts"
        return self._within(seen, shows)

    @property
    def intake(self) -> Intake:
        """Where posts come in. Raises AlreadyWriting on a reader."""
        if self._intake is None:
            raise AlreadyWriting(f"{str(self.directory)!r} was opened for reading only")
        return self._intake

    @property
    def indexer(self) -> Indexer | None:
        """What keeps the index up with the log; None on a reader."""
        return self._indexer

    async def search(self, query: Query) -> Ranking:
        """Rank the posts that match `query`, copies folded."""
        call = self._metering.begin()
        with during(self.tracer.begin("search")), self.metrics.seconds.labels("search").time():
            await call.timed(asyncio.to_thread(self._searcher.refresh))
            ranking = await call.timed(asyncio.to_thread(self._retriever.rank, query))
        self._metering.end("search", call, Usage())
        return ranking

    def ask(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Stream the answer: Progress, EvidenceFound, SentenceChecked*, Finished."""
        return streamed(self.tracer.begin("ask"), self._ask(question))

    async def _ask(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        started = time.perf_counter()
        call = self._metering.begin()
        await call.timed(asyncio.to_thread(self._searcher.refresh))
        async with aclosing(self._answers.stream(question)) as events:
            while (event := await call.timed(anext(events, None))) is not None:
                if isinstance(event, Finished):
                    answer = event.answer
                    self.metrics.seconds.labels("ask").observe(time.perf_counter() - started)
                    self.metrics.answers.labels(answer.status, answer.reason or "none").inc()
                    usage = self._metering.end("ask", call, answer.usage, answer.model)
                    current().set(_told(answer))
                    event = Finished(replace(answer, usage=usage))
                yield event

    async def answer(self, answer_id: str) -> Answer:
        """Open a kept answer as it stands now. Raises NotFound."""
        call = self._metering.begin()
        answer = await call.timed(asyncio.to_thread(self._answers.open, answer_id))
        return replace(answer, usage=self._metering.end("reopen", call, Usage()))

    async def question_of(self, answer_id: str) -> str:
        """Return the question that a kept answer was given to. Raises NotFound."""
        return await asyncio.to_thread(self._answers.asked, answer_id)

    async def answers_citing(self, post_id: PostId) -> Sequence[str]:
        """Return the ids of the kept answers that rest on a post, the newest first."""
        return await asyncio.to_thread(self._answers.citing, post_id)

    async def forget_answer(self, answer_id: str) -> None:
        """Erase a kept answer and its question. Raises NotFound."""
        await asyncio.to_thread(self._answers.forget, answer_id)

    async def context(self, post_id: PostId) -> ContextCard:
        """Build the card of a post. Raises NotFound for one we do not hold."""
        return await self._cards.of(post_id)

    async def context_of_text(self, text: str, as_of: datetime | None = None) -> ContextCard:
        """Build the card of a text that somebody met elsewhere. Raises QueryError."""
        return await self._cards.of_text(text, as_of)

    async def context_phrased(self, post_id: PostId, model: str) -> ContextCard:
        """Build the card of a post, its points phrased by a model. Raises NotFound, QueryError."""
        return await self._cards.phrased(post_id, model)

    def context_changes(self, post_id: PostId) -> AsyncGenerator[ContextCard, None]:
        """Yield the card of a post, and again each time it changes. Raises NotFound."""
        return self._cards.changes(post_id)

    async def card_versions(self, post_id: PostId) -> Sequence[CardVersion]:
        """Return how the card of a post stood each time it differed, newest first: NotFound."""
        return await self._cards.versions(post_id)

    async def notes(self, post_id: PostId) -> tuple[NoteScore, Sequence[Note]]:
        """Return how readers find the card of a post, and their notes, best first: NotFound."""
        return await self._notes.of(post_id)

    async def propose_note(self, post_id: PostId, draft: NoteDraft) -> Note:
        """Keep a reader's note on a post. Raises NotFound, QueryError."""
        return await self._notes.propose(post_id, draft)

    async def rate_note(self, note_id: str, rater: str, helpful: Helpfulness) -> None:
        """Take a reader's rating of a note, in place of their last. Raises NotFound, QueryError."""
        await self._notes.rate(note_id, rater, helpful)

    async def rate_card(self, post_id: PostId, rater: str, helpful: Helpfulness) -> None:
        """Take a reader's rating of a card, in place of their last. Raises NotFound, QueryError."""
        await self._notes.rate_card(post_id, rater, helpful)

    async def forget_note(self, note_id: str) -> None:
        """Erase a note and its ratings. Raises NotFound."""
        await self._notes.forget(note_id)

    async def post(self, post_id: PostId) -> Post:
        """Return the live version of a post. Raises NotFound: unknown, deleted or hidden."""
        return await self._posts.post(post_id)

    async def post_at(self, address: str) -> PostId:
        """Return the live post that an address leads to, without fetching it. Raises NotFound."""
        return await self._posts.post_at(address)

    async def ingest(self, lines: AsyncIterator[bytes], *, imported: bool) -> IngestReport:
        """Take posts as NDJSON, in pieces of any size, and return when they are durable."""
        return await self.intake.take_lines(lines, imported=imported, shows=self._shows)

    async def take_picture(self, post_id: PostId, place: int, document: bytes) -> None:
        """Look at the bytes of a post's picture. Raises NotFound, UsageError, AlreadyWriting."""
        if self._picturing is None:
            raise AlreadyWriting(f"{str(self.directory)!r} was opened for reading only")
        if not self.log.shows_post(post_id):
            raise NotFound(f"post {post_id!r} has no picture {place} here")
        await self._picturing.take(post_id, place, document)

    async def deliver(self, hook: str, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take what was sent to a webhook, and return when it is durable."""
        return await self.intake.deliver(hook, headers, body)

    async def confirm(self, hook: str, asked: Mapping[str, str]) -> str:
        """Answer a hub that asks back whether its deliveries are wanted."""
        return self.intake.confirm(hook, asked)

    def live(self, text: str, filters: Filters) -> AsyncGenerator[Post | PostId, None]:
        """Yield posts that match as they become durable, and ids of posts that were deleted."""
        return self._hub.subscribe(text, filters, self._shows)

    async def models(self) -> Sequence[ModelAtHand]:
        """Return the models at hand."""
        return await asyncio.to_thread(self._models)

    async def call_tools(
        self,
        messages: Sequence[Mapping[str, object]],
        tools: Sequence[Mapping[str, object]],
        *,
        choice: object,
        model: str,
    ) -> Sequence[ToolCall]:
        """Return which of the caller's tools a model wants called."""
        return await self._tool_calls.wanted(messages, tools, choice=choice, model=model)

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return a vector for each text, in order."""
        call = self._metering.begin()
        with during(self.tracer.begin("embed")):
            rows = await call.timed(asyncio.to_thread(self._embedder.embed, texts))
        self._metering.end("embed", call, Usage())
        return [[float(value) for value in row] for row in rows]

    async def status(self) -> Status:
        """Say how siyaq is doing."""
        return await asyncio.to_thread(self._stock.status)

    async def wait_searchable(self, *, vectors: bool, within: timedelta) -> bool:
        """Wait until everything durable now can be found; False when time ran out first."""
        if self._indexer is None:
            return True
        wait = self._indexer.wait_exact if vectors else self._indexer.wait_indexed
        return await asyncio.to_thread(wait, self.log.head(), within.total_seconds())


def _told(answer: Answer) -> Attributes:
    """Return what a trace says of an answer: its id, how it ended, how much of it there is."""
    return {
        "siyaq.answer.id": answer.id,
        "siyaq.answer.status": answer.status,
        "siyaq.answer.reason": answer.reason or "",
        "siyaq.answer.sentences": len(answer.sentences),
        "siyaq.answer.references": len(answer.references),
        "siyaq.answer.model": answer.model,
    }
