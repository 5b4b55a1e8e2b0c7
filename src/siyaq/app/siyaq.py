"""One data directory, opened: siyaq as its users meet it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from siyaq import __version__
from siyaq.app.intake import Intake, at_rest
from siyaq.app.live import LiveHub
from siyaq.app.metering import Metering
from siyaq.app.picturing import Picturing
from siyaq.app.tool_calls import ToolCalls
from siyaq.app.turns import Lending
from siyaq.context import CardDesk, PhrasedPoints, ReadersNotes, posts_at
from siyaq.core.answer import Answer, AnswerEvent, Finished, Question, Usage
from siyaq.core.card import CardVersion, ContextCard, Helpfulness, Note, NoteDraft, NoteScore
from siyaq.core.errors import AlreadyWriting, NotFound, StorageError
from siyaq.core.ids import PostId
from siyaq.core.ports import Embedder, ToolCall
from siyaq.core.post import Post
from siyaq.core.product import Delivered, IngestReport, ModelAtHand, SourceStatus, Status
from siyaq.core.query import Filters, Query, Ranking, Shows
from siyaq.grounding import KeptAnswers
from siyaq.index import Indexer, IndexReader, IndexWithin
from siyaq.log import LogReader
from siyaq.obs import Metrics
from siyaq.retrieval import Retriever
from siyaq.traces import Attributes, Tracer, current, streamed
from siyaq.traces.span import at_hand, ended

SETTLE_SECONDS = 0.3
"""How long a card is left alone once it has changed, so that a burst of posts is told of once."""


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
        cards: CardDesk,
        phrased: PhrasedPoints,
        notes: ReadersNotes,
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
        self._cards = cards
        self._phrased = phrased
        self._notes = notes
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
        with self._traced("search"), self.metrics.seconds.labels("search").time():
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
        card = await self._card(partial(self._cards.card, post_id))
        notes = await asyncio.to_thread(self._helpful, post_id)
        return replace(card, notes=notes) if notes else card

    async def context_phrased(self, post_id: PostId, model: str) -> ContextCard:
        """Build the card of a post, its points phrased by a model. Raises NotFound, QueryError."""
        card = await self.context(post_id)
        call = self._metering.begin()
        with self._traced("phrase"):
            said = await call.timed(self._phrased.card(replace(card, usage=Usage()), model))
        return replace(said, usage=self._metering.end("phrase", call, said.usage, said.model))

    async def context_changes(self, post_id: PostId) -> AsyncGenerator[ContextCard, None]:
        """Yield the card of a post, and again each time it changes. Raises NotFound."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def told() -> None:
            loop.call_soon_threadsafe(changed.set)

        with self._cards.listening(post_id, told):
            card = await self.context(post_id)
            yield card
            revision = card.change.revision if card.change else 0
            while True:
                await changed.wait()
                await asyncio.sleep(SETTLE_SECONDS)
                changed.clear()
                card = await self.context(post_id)
                change = await asyncio.to_thread(self._cards.changed_since, post_id, revision)
                if change is not None:
                    revision = change.revision
                    yield replace(card, change=change)

    async def card_versions(self, post_id: PostId) -> Sequence[CardVersion]:
        """Return how the card of a post stood each time it differed, newest first: NotFound."""
        return await asyncio.to_thread(self._cards.versions, post_id)

    async def notes(self, post_id: PostId) -> tuple[NoteScore, Sequence[Note]]:
        """Return how readers find the card of a post, and their notes, best first: NotFound."""
        await self._require(post_id)
        card = await asyncio.to_thread(self._notes.of_card, post_id)
        return card, await asyncio.to_thread(self._notes.of, post_id)

    async def propose_note(self, post_id: PostId, draft: NoteDraft) -> Note:
        """Keep a reader's note on a post. Raises NotFound, QueryError."""
        await self._require(post_id)
        return await asyncio.to_thread(self._notes.propose, post_id, draft, datetime.now(UTC))

    async def take_picture(self, post_id: PostId, place: int, document: bytes) -> None:
        """Look at the bytes of a post's picture. Raises NotFound, UsageError, AlreadyWriting."""
        if self._picturing is None:
            raise AlreadyWriting(f"{str(self.directory)!r} was opened for reading only")
        if not self.log.shows_post(post_id):
            raise NotFound(f"post {post_id!r} has no picture {place} here")
        await self._picturing.take(post_id, place, document)

    async def rate_note(self, note_id: str, rater: str, helpful: Helpfulness) -> None:
        """Take a reader's rating of a note, in place of their last. Raises NotFound, QueryError."""
        await self._require_note(note_id)
        await asyncio.to_thread(self._notes.rate, note_id, rater, helpful, datetime.now(UTC))

    async def rate_card(self, post_id: PostId, rater: str, helpful: Helpfulness) -> None:
        """Take a reader's rating of a card, in place of their last. Raises NotFound, QueryError."""
        await self._require(post_id)
        await asyncio.to_thread(self._notes.rate_card, post_id, rater, helpful, datetime.now(UTC))

    async def forget_note(self, note_id: str) -> None:
        """Erase a note and its ratings. Raises NotFound."""
        await self._require_note(note_id)
        await asyncio.to_thread(self._notes.forget, note_id)

    async def _require(self, post_id: PostId) -> None:
        """Raise NotFound for a post that is not live, and erase what readers said of it."""
        try:
            await self.post(post_id)
        except NotFound:
            if self._shows is None:  # a part cannot tell what is gone from what is kept from it
                await asyncio.to_thread(self._notes.forget_post, post_id)
            raise

    async def _require_note(self, note_id: str) -> None:
        """Raise NotFound for a note on a post that is kept from here, as for one that is not."""
        if self._shows is not None:
            post_id = await asyncio.to_thread(self._notes.post_of, note_id)
            if not self.log.shows_post(post_id):
                raise NotFound(f"no note {note_id[:40]!r} is kept")

    async def context_of_text(self, text: str, as_of: datetime | None = None) -> ContextCard:
        """Build the card of a text that somebody met elsewhere. Raises QueryError."""
        return await self._card(partial(self._cards.card_of_text, text, as_of))

    def _helpful(self, post_id: PostId) -> tuple[Note, ...]:
        """Return the notes that a card shows; none where they cannot be had."""
        try:
            return tuple(one for one in self._notes.of(post_id) if one.score.status == "helpful")
        except StorageError:
            return ()

    async def _card(self, make: Callable[[], ContextCard]) -> ContextCard:
        call = self._metering.begin()
        with self._traced("context"), self.metrics.seconds.labels("context").time():
            card = await call.timed(asyncio.to_thread(make))
        return replace(card, usage=self._metering.end("context", call, card.usage))

    async def post(self, post_id: PostId) -> Post:
        """Return the live version of a post. Raises NotFound: unknown, deleted or hidden."""
        entry = (await asyncio.to_thread(self.log.find, (post_id,))).get(post_id)
        if entry is None or entry.post is None:
            state = await asyncio.to_thread(self.log.state, post_id)
            raise NotFound(f"post {post_id!r} is {state} here")
        return entry.post

    async def post_at(self, address: str) -> PostId:
        """Return the live post that an address leads to, without fetching it. Raises NotFound."""
        return await asyncio.to_thread(self._post_at, address)

    def _post_at(self, address: str) -> PostId:
        likely = posts_at(address, [one.source for one in self.log.sources()])
        held = self.log.find(likely)
        for name in likely:
            if name in held:
                return name
        self._searcher.refresh()
        where = Filters()
        seqs = self._searcher.linked("url", address, where=where, k=1, newest_first=False)
        for post in self.log.posts(seqs).values():
            return post.id
        raise NotFound(
            "no post that is held here is at this address",
            hint="paste its text instead: the posts that say the same have a card",
        )

    async def ingest(self, lines: AsyncIterator[bytes], *, imported: bool) -> IngestReport:
        """Take posts as NDJSON, in pieces of any size, and return when they are durable."""
        return await self.intake.take_lines(lines, imported=imported, shows=self._shows)

    async def deliver(self, hook: str, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take what was sent to a webhook, and return when it is durable."""
        return await self.intake.deliver(hook, headers, body)

    async def confirm(self, hook: str, asked: Mapping[str, str]) -> str:
        """Answer a hub that asks back whether its deliveries are wanted."""
        return self.intake.confirm(hook, asked)

    async def live(self, text: str, filters: Filters) -> AsyncGenerator[Post | PostId, None]:
        """Yield posts that match as they become durable, and ids of posts that were deleted."""
        async with aclosing(self._hub.subscribe(text, filters, self._shows)) as posts:
            async for item in posts:
                yield item

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
        with self._traced("embed"):
            rows = await call.timed(asyncio.to_thread(self._embedder.embed, texts))
        self._metering.end("embed", call, Usage())
        return [[float(value) for value in row] for row in rows]

    @contextmanager
    def _traced(self, name: str) -> Iterator[None]:
        """Do the block as a span, within the request's or alone."""
        with ended(self.tracer.begin(name)) as span, at_hand(span):
            yield

    async def status(self) -> Status:
        """Say how siyaq is doing."""
        return await asyncio.to_thread(self._status if self._shows is None else self._status_within)

    def _status(self) -> Status:
        counts = self.log.counts()
        self._searcher.refresh()
        return Status(
            version=__version__,
            posts=counts.posts,
            deleted=counts.deleted,
            log_seq=self.log.head(),
            indexed_seq=self._searcher.indexed,
            embedded_seq=self._searcher.embedded,
            approximate=self._searcher.approximate,
            covered=self.log.coverage(),
            sources=self._sources(),
            embedder=self._embedder.name,
            writing=self._intake is not None,
            disk_bytes=disk_bytes(self.directory),
            energy_source=self._metering.meter.sources.name,
            bill=self._metering.ledger.bill(),
        )

    def _status_within(self) -> Status:
        """Say how a part is doing: places are counted in it, and what all have cost is not said."""
        counts, names = self.log.counts(), self.log.names()
        self._searcher.refresh()
        head = counts.posts + counts.deleted
        return Status(
            version=__version__,
            posts=counts.posts,
            deleted=counts.deleted,
            log_seq=head,
            indexed_seq=max(0, head - self.log.count_after(self._searcher.indexed, names)),
            embedded_seq=max(0, head - self.log.count_after(self._searcher.embedded, names)),
            approximate=0,
            covered=self.log.coverage(),
            sources=self._sources(),
            embedder=self._embedder.name,
            writing=self._intake is not None,
            disk_bytes=0,
            energy_source=self._metering.meter.sources.name,
        )

    def _sources(self) -> tuple[SourceStatus, ...]:
        if self._intake is None:
            return tuple(map(at_rest, self.log.sources()))
        shows = self._shows
        found = self._intake.source_statuses()
        return found if shows is None else tuple(one for one in found if shows(one.source))

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


def disk_bytes(directory: Path) -> int:
    """Return how many bytes of disk the files below `directory` take.

    A file that is longer than what was written to it counts what was written; one that vanishes
    counts nothing.
    """
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.stat().st_blocks * 512
        except FileNotFoundError:  # a merge removed it meanwhile
            continue
    return total
