"""One data directory, opened: siyaq as its users meet it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

from siyaq import __version__
from siyaq.app.intake import Intake, at_rest
from siyaq.app.live import LiveHub
from siyaq.context import Cards
from siyaq.core.answer import AnswerEvent, Finished, Question
from siyaq.core.card import ContextCard
from siyaq.core.errors import AlreadyWriting, NotFound
from siyaq.core.ids import PostId
from siyaq.core.ports import Embedder
from siyaq.core.post import Post
from siyaq.core.product import IngestReport, SourceStatus, Status
from siyaq.core.query import Filters, Query, Ranking
from siyaq.grounding import Answerer
from siyaq.index import Indexer, IndexReader
from siyaq.log import LogReader
from siyaq.obs import Metrics
from siyaq.retrieval import Retriever


class Siyaq:
    """The product (`core.product.Product`), over rooms that `opening.open_siyaq` has put together.

    `intake` and `indexer` are None on a reader, which answers beside the writer of its directory.
    """

    def __init__(
        self,
        *,
        directory: Path,
        log: LogReader,
        searcher: IndexReader,
        embedder: Embedder,
        retriever: Retriever,
        answerer: Answerer,
        cards: Cards,
        hub: LiveHub,
        metrics: Metrics,
        intake: Intake | None,
        indexer: Indexer | None,
    ) -> None:
        self.directory = directory
        self.log = log
        self.metrics = metrics
        self._searcher = searcher
        self._embedder = embedder
        self._retriever = retriever
        self._answerer = answerer
        self._cards = cards
        self._hub = hub
        self._intake = intake
        self._indexer = indexer

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
        with self.metrics.seconds.labels("search").time():
            await asyncio.to_thread(self._searcher.refresh)
            return await asyncio.to_thread(self._retriever.rank, query)

    async def ask(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Stream the answer: Progress, EvidenceFound, SentenceChecked*, Finished."""
        started = time.perf_counter()
        await asyncio.to_thread(self._searcher.refresh)
        stream = self._answerer.stream(question)
        async with aclosing(stream) as events:  # type: ignore[type-var]  # a generator
            async for event in events:
                if isinstance(event, Finished):
                    answer = event.answer
                    self.metrics.seconds.labels("ask").observe(time.perf_counter() - started)
                    self.metrics.answers.labels(answer.status, answer.reason or "none").inc()
                yield event

    async def context(self, post_id: PostId) -> ContextCard:
        """Build the card of a post. Raises NotFound for one we do not hold."""
        with self.metrics.seconds.labels("context").time():
            await asyncio.to_thread(self._searcher.refresh)
            return await asyncio.to_thread(self._cards.card, post_id)

    async def post(self, post_id: PostId) -> Post:
        """Return the live version of a post. Raises NotFound: unknown, deleted or hidden."""
        entry = (await asyncio.to_thread(self.log.find, (post_id,))).get(post_id)
        if entry is None or entry.post is None:
            state = await asyncio.to_thread(self.log.state, post_id)
            raise NotFound(f"post {post_id!r} is {state} here")
        return entry.post

    async def ingest(self, lines: AsyncIterator[bytes], *, imported: bool) -> IngestReport:
        """Take posts as NDJSON, in pieces of any size, and return when they are durable."""
        return await self.intake.take_lines(lines, imported=imported)

    async def live(self, text: str, filters: Filters) -> AsyncGenerator[Post | PostId, None]:
        """Yield posts that match as they become durable, and ids of posts that were deleted."""
        async with aclosing(self._hub.subscribe(text, filters)) as posts:
            async for item in posts:
                yield item

    async def status(self) -> Status:
        """Say how siyaq is doing."""
        return await asyncio.to_thread(self._status)

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
            covered=self.log.coverage(),
            sources=self._sources(),
            embedder=self._embedder.name,
            writing=self._intake is not None,
            disk_bytes=disk_bytes(self.directory),
        )

    def _sources(self) -> tuple[SourceStatus, ...]:
        if self._intake is not None:
            return self._intake.source_statuses()
        return tuple(map(at_rest, self.log.sources()))

    async def wait_searchable(self, *, vectors: bool, within: timedelta) -> bool:
        """Wait until everything durable now can be found; False when time ran out first."""
        if self._indexer is None:
            return True
        wait = self._indexer.wait_embedded if vectors else self._indexer.wait_indexed
        return await asyncio.to_thread(wait, self.log.head(), within.total_seconds())


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
