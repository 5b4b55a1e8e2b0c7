"""Opening a data directory: the rooms built, introduced to one another, and closed in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple, Protocol, TypeVar

from siyaq import plugins
from siyaq.app import bulletin, models
from siyaq.app.appending import Appending, Submitted
from siyaq.app.erasing import Eraser
from siyaq.app.hearing import Hearing
from siyaq.app.intake import Intake
from siyaq.app.janitor import Janitor
from siyaq.app.live import LiveHub
from siyaq.app.metering import Metering, open_metering
from siyaq.app.picturing import Picturing
from siyaq.app.remembering import Remembering
from siyaq.app.rooms import Rooms
from siyaq.app.siyaq import Siyaq
from siyaq.app.tracing import open_traces
from siyaq.app.turns import ModelTurns
from siyaq.app.watching import Watching, store_of
from siyaq.config import Config
from siyaq.context import CardHistory, PictureShelf, ReadersNotes, RememberedCards
from siyaq.core.clock import SystemClock
from siyaq.grounding import AnswerShelf
from siyaq.index import Indexer, IndexReader
from siyaq.log import LogReader, LogWriter
from siyaq.models import BuiltinEmbedder, E5Embedder
from siyaq.obs import Metrics
from siyaq.retrieval import Reranker, Vectors
from siyaq.sources import Committer, builtin
from siyaq.sources.pictures import Pictures


@asynccontextmanager
async def open_siyaq(config: Config, *, write: bool) -> AsyncIterator[Siyaq]:
    """Open the data directory of `config`, for reading beside its writer or as its writer.

    On leaving, what was submitted is written, then the index stops where it is: it goes on from
    there at the next start. Raises AlreadyWriting, FormatTooNew, DiskFull, CorruptionError,
    ConfigError; ModelUnavailable where a reranker is asked for that is not installed; NotFound
    for a reader of a directory that holds nothing yet.
    """
    clock = SystemClock()
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        tracer = stack.enter_context(open_traces(config, metrics))
        writer = stack.enter_context(LogWriter.open(config.data)) if write else None
        log = stack.enter_context(LogReader.open(config.data))
        processes = config.embed_processes if write else 0
        metering = await stack.enter_async_context(open_metering(config, metrics))
        embedder = stack.enter_context(BuiltinEmbedder(processes=processes))
        hub = LiveHub(metrics)
        taking = None
        if writer is not None:
            taking = await _taking_in(stack, config, writer, log, embedder, hub, metrics, metering)
        searcher = IndexReader.open(config.data, embedder)
        stack.callback(searcher.close)
        if taking is not None:
            stack.enter_context(Hearing(taking.indexer, searcher, taking.remembering))
        pictures = _closed(stack, PictureShelf(config.data))
        picturing = None
        if taking is not None:
            looking = await stack.enter_async_context(Pictures())
            picturing = Picturing(
                looking,
                pictures,
                log,
                taking.remembering,
                lambda how: metrics.pictures.labels(how).inc(),
            )
            if config.fetch_pictures:
                stack.push_async_callback(_ended, asyncio.ensure_future(picturing.follow(hub)))
        rooms = Rooms(
            config=config,
            clock=clock,
            log=log,
            searcher=searcher,
            embedder=embedder,
            vectors=Vectors(embedder),
            reranker=_reranker(stack, config),
            hub=hub,
            metrics=metrics,
            tracer=tracer,
            metering=metering,
            models=_closed(stack, models.shelf(config)),
            turns=ModelTurns(
                parallel=config.model_parallel,
                wait_seconds=config.model_wait_seconds,
                metrics=metrics,
            ),
            kept=_closed(stack, AnswerShelf(config.data, config.answers_kept)),
            versions=_closed(stack, CardHistory(config.data)),
            notes=_closed(stack, ReadersNotes(config.data)),
            pictures=pictures,
            picturing=picturing,
            intake=taking and taking.intake,
            indexer=taking and taking.indexer,
            remembering=taking and taking.remembering,
        )
        yield rooms.whole()


def _reranker(stack: AsyncExitStack, config: Config) -> Reranker | None:
    """Return what reads a second time, if anything is to. Raises ModelUnavailable."""
    return Reranker(stack.enter_context(E5Embedder())) if config.reranker else None


class _TakingIn(NamedTuple):
    """What the writer of a directory has, and whoever reads beside it has not."""

    intake: Intake
    indexer: Indexer
    remembering: Remembering


async def _taking_in(
    stack: AsyncExitStack,
    config: Config,
    writer: LogWriter,
    log: LogReader,
    embedder: BuiltinEmbedder,
    hub: LiveHub,
    metrics: Metrics,
    metering: Metering,
) -> _TakingIn:
    """Begin to take posts in, to index them and to erase what is to go, until `stack` is left."""
    clock = SystemClock()
    remembering = Remembering(RememberedCards(log, clock))
    indexer = Indexer(log, config.data, embedder)
    await asyncio.to_thread(indexer.start)
    stack.push_async_callback(asyncio.to_thread, indexer.stop)
    store = store_of(config)
    stack.callback(store.close)
    appending = Appending(writer, log, remembering, hub, metrics, metering, store, clock)
    committer = Committer(appending, indexer.wake)
    await stack.enter_async_context(committer)
    intake = Intake(writer=writer, log=log, committer=committer, clock=clock)
    _measure(metrics, log, indexer)
    metrics.sources.watch(intake.followed)
    await stack.enter_async_context(bulletin.told(config.data, intake.followed, clock))
    append = Submitted(committer)
    watching = Watching(store, append, log, clock)
    await stack.enter_async_context(watching)
    appending.on_readings = watching.wake
    eraser = Eraser(append, writer, log, indexer, clock, store)
    await stack.enter_async_context(Janitor(config, eraser, log, store, clock))
    return _TakingIn(intake, indexer, remembering)


class _Closes(Protocol):
    def close(self) -> None: ...


_Closing = TypeVar("_Closing", bound=_Closes)


def _closed(stack: AsyncExitStack, room: _Closing) -> _Closing:
    """Have a room closed when siyaq is."""
    stack.callback(room.close)
    return room


async def _ended(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def source_registry() -> plugins.Registry:
    """Load every source that can be followed, built-in ones first."""
    return plugins.load([("siyaq", builtin)])


def _measure(metrics: Metrics, log: LogReader, indexer: Indexer) -> None:
    metrics.log_seq.set_function(log.head)
    metrics.words_lag.set_function(lambda: log.head() - indexer.indexed)
    metrics.vectors_lag.set_function(lambda: log.head() - indexer.embedded)
    metrics.vectors_approximate.set_function(lambda: indexer.approximate)
