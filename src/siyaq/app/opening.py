"""Opening a data directory: the rooms built, introduced to one another, and closed in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol, TypeVar

from siyaq import plugins
from siyaq.app import models
from siyaq.app.erasing import Eraser
from siyaq.app.hearing import Hearing
from siyaq.app.intake import Intake
from siyaq.app.janitor import Janitor
from siyaq.app.live import LiveHub
from siyaq.app.metering import Metering, open_metering
from siyaq.app.picturing import Picturing
from siyaq.app.recording import Recording
from siyaq.app.remembering import Remembering
from siyaq.app.rooms import Rooms
from siyaq.app.siyaq import Siyaq
from siyaq.app.tracing import open_traces
from siyaq.app.turns import ModelTurns
from siyaq.app.watching import Watching, store_of
from siyaq.config import Config
from siyaq.context import CardHistory, PictureShelf, ReadersNotes, RememberedCards
from siyaq.core.clock import SystemClock
from siyaq.core.event import AccountEvent, AccountStatus
from siyaq.core.ports import Batch, Clock
from siyaq.grounding import AnswerShelf
from siyaq.index import Indexer, IndexReader
from siyaq.log import Appended, LogReader, LogWriter
from siyaq.models import BuiltinEmbedder
from siyaq.obs import Metrics
from siyaq.retrieval import Vectors
from siyaq.sources import Committer, builtin
from siyaq.sources.pictures import Pictures
from siyaq.telemetry import Taken, TelemetryStore


@asynccontextmanager
async def open_siyaq(config: Config, *, write: bool) -> AsyncIterator[Siyaq]:
    """Open the data directory of `config`, for reading beside its writer or as its writer.

    On leaving, what was submitted is written, then the index stops where it is: it goes on from
    there at the next start. Raises AlreadyWriting, FormatTooNew, DiskFull, CorruptionError,
    ConfigError; NotFound for a reader of a directory that holds nothing yet.
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
        indexer = intake = remembering = None
        if writer is not None:
            remembering = Remembering(RememberedCards(log, clock))
            indexer = Indexer(log, config.data, embedder)
            await asyncio.to_thread(indexer.start)
            stack.push_async_callback(asyncio.to_thread, indexer.stop)
            store = store_of(config)
            stack.callback(store.close)
            appending = _Append(writer, log, remembering, hub, metrics, metering, store, clock)
            committer = Committer(appending, indexer.wake)
            await stack.enter_async_context(committer)
            intake = Intake(writer=writer, log=log, committer=committer, clock=clock)
            _measure(metrics, log, indexer)
            metrics.sources.watch(intake.followed)
            append = _Submitted(committer)
            watching = Watching(store, append, log, clock)
            await stack.enter_async_context(watching)
            appending.on_readings = watching.wake
            eraser = Eraser(append, writer, log, indexer, clock, store)
            await stack.enter_async_context(Janitor(config, eraser, log, store, clock))
        searcher = IndexReader.open(config.data, embedder)
        stack.callback(searcher.close)
        if indexer is not None and remembering is not None:
            stack.enter_context(Hearing(indexer, searcher, remembering))
        pictures = _closed(stack, PictureShelf(config.data))
        picturing = None
        if writer is not None:
            looking = await stack.enter_async_context(Pictures())
            picturing = Picturing(
                looking, pictures, log, remembering, lambda how: metrics.pictures.labels(how).inc()
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
            intake=intake,
            indexer=indexer,
            remembering=remembering,
        )
        yield rooms.whole()


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


class _Submitted:
    """Lets a thread append through the committer, so that whoever watches is told."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._loop = asyncio.get_running_loop()

    def __call__(self, batch: Batch) -> Appended:
        return asyncio.run_coroutine_threadsafe(self._committer.submit(batch), self._loop).result()


class _Append:
    """Appends to the log in the committer's thread, then tells the event loop what is new."""

    def __init__(
        self,
        writer: LogWriter,
        log: LogReader,
        remembering: Remembering,
        hub: LiveHub,
        metrics: Metrics,
        metering: Metering,
        store: TelemetryStore,
        clock: Clock,
    ) -> None:
        self.on_readings: Callable[[], None] = lambda: None  # called on the event loop
        self._record = Recording(writer.append, log, store, clock, on_taken=self._count_readings)
        self._log = log
        self._remembering = remembering
        self._metering = metering
        self._hub = hub
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()

    def __call__(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        reshown = self._changes_what_is_shown(batches)
        results = self._record(batches)
        if reshown:
            self._remembering.forget_all()
        self._metering.taken(batches)
        for appended in results:
            for op in ("created", "updated", "deleted", "unchanged", "stale"):
                self._metrics.posts.labels(op).inc(getattr(appended, op))
            self._loop.call_soon_threadsafe(self._hub.publish, appended.live)
        for event in _accounts(batches):
            if event.status is AccountStatus.HIDDEN:
                withdrawn = self._log.written_by(event.source, event.author_id)
                self._loop.call_soon_threadsafe(self._hub.withdraw, withdrawn)
        return results

    def _count_readings(self, taken: Taken) -> None:
        self._metrics.readings.labels("new").inc(taken.new)
        self._metrics.readings.labels("known").inc(taken.known)
        for (_, why), count in taken.refused.items():
            self._metrics.readings.labels(why).inc(count)
        self._loop.call_soon_threadsafe(self.on_readings)

    def _changes_what_is_shown(self, batches: Sequence[Batch]) -> bool:
        """Say whether posts are hidden or shown again, of which no entry of the log tells."""
        return any(
            one.status is AccountStatus.HIDDEN
            or (
                one.status is AccountStatus.ACTIVE
                and self._log.is_hidden(one.source, one.author_id)
            )
            for one in _accounts(batches)
        )


def _accounts(batches: Sequence[Batch]) -> Iterator[AccountEvent]:
    for batch in batches:
        yield from (event for event in batch.events if isinstance(event, AccountEvent))


def _measure(metrics: Metrics, log: LogReader, indexer: Indexer) -> None:
    metrics.log_seq.set_function(log.head)
    metrics.words_lag.set_function(lambda: log.head() - indexer.indexed)
    metrics.vectors_lag.set_function(lambda: log.head() - indexer.embedded)
    metrics.vectors_approximate.set_function(lambda: indexer.approximate)
