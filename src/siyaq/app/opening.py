"""Opening a data directory: the rooms built, introduced to one another, and closed in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from siyaq import plugins
from siyaq.app.intake import Intake
from siyaq.app.live import LiveHub
from siyaq.app.siyaq import Siyaq
from siyaq.config import Config
from siyaq.context import Cards
from siyaq.core.clock import SystemClock
from siyaq.core.ports import Batch
from siyaq.grounding import Answerer
from siyaq.index import Indexer, IndexReader
from siyaq.log import Appended, LogReader, LogWriter
from siyaq.models import BuiltinEmbedder
from siyaq.obs import Metrics
from siyaq.retrieval import Retriever
from siyaq.sources import Committer, builtin


@asynccontextmanager
async def open_siyaq(config: Config, *, write: bool) -> AsyncIterator[Siyaq]:
    """Open the data directory of `config`, for reading beside its writer or as its writer.

    On leaving, what was submitted is written, then the index stops where it is: it goes on from
    there at the next start. Raises AlreadyWriting, FormatTooNew, DiskFull, CorruptionError;
    NotFound for a reader of a directory that holds nothing yet.
    """
    clock = SystemClock()
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        writer = stack.enter_context(LogWriter.open(config.data)) if write else None
        log = stack.enter_context(LogReader.open(config.data))
        processes = config.embed_processes if write else 0
        embedder = stack.enter_context(BuiltinEmbedder(processes=processes))
        hub = LiveHub(metrics)
        indexer = intake = None
        if writer is not None:
            indexer = Indexer(log, config.data, embedder)
            await asyncio.to_thread(indexer.start)
            stack.push_async_callback(asyncio.to_thread, indexer.stop)
            committer = Committer(_Append(writer, hub, metrics), indexer.wake)
            await stack.enter_async_context(committer)
            intake = Intake(writer=writer, log=log, committer=committer, clock=clock)
            _measure(metrics, log, indexer)
        searcher = IndexReader.open(config.data, embedder)
        stack.callback(searcher.close)
        retriever = Retriever(searcher, log, embedder, clock)
        yield Siyaq(
            directory=config.data,
            log=log,
            searcher=searcher,
            embedder=embedder,
            retriever=retriever,
            answerer=Answerer(retriever, searcher, log, embedder, clock),
            cards=Cards(searcher, log, clock),
            hub=hub,
            metrics=metrics,
            intake=intake,
            indexer=indexer,
        )


def source_registry() -> plugins.Registry:
    """Load every source that can be followed, built-in ones first."""
    return plugins.load([("siyaq", builtin)])


class _Append:
    """Appends to the log in the committer's thread, then tells the event loop what is new."""

    def __init__(self, writer: LogWriter, hub: LiveHub, metrics: Metrics) -> None:
        self._writer = writer
        self._hub = hub
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()

    def __call__(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        results = self._writer.append(batches)
        for appended in results:
            for op in ("created", "updated", "deleted", "unchanged", "stale"):
                self._metrics.posts.labels(op).inc(getattr(appended, op))
            self._loop.call_soon_threadsafe(self._hub.publish, appended.live)
        return results


def _measure(metrics: Metrics, log: LogReader, indexer: Indexer) -> None:
    metrics.log_seq.set_function(log.head)
    metrics.words_lag.set_function(lambda: log.head() - indexer.indexed)
    metrics.vectors_lag.set_function(lambda: log.head() - indexer.embedded)
