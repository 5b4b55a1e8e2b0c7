"""Keeps the index up with the log: one thread for words, one for vectors behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from siyaq.core.errors import CorruptionError
from siyaq.core.ids import Seq
from siyaq.core.ports import Embedder
from siyaq.index.clerk import Clerk
from siyaq.index.embedding import TextEmbedder
from siyaq.index.follower import Follower
from siyaq.index.ledger import Ledger, WriterLock
from siyaq.index.purge import PurgeOrders
from siyaq.index.settings import STANDARD, IndexSettings
from siyaq.index.state import FOLDER, approximate
from siyaq.index.vectors import VectorWriter
from siyaq.index.words import WordWriter
from siyaq.log import LogReader


class Indexer:
    """The one writer of an index. A post is found by its words first, by its meaning after.

    Failures of the disk or the embedder are retried for ever with growing pauses, each half for
    itself, and shown in `failure`; CorruptionError ends its half for good. Stopping at any
    moment, or being killed, loses nothing: the next start goes on from the published state.
    """

    def __init__(
        self,
        log: LogReader,
        directory: Path,
        embedder: Embedder,
        settings: IndexSettings = STANDARD,
    ) -> None:
        """Open the index in a data directory, beginning one where there is none.

        Raises AlreadyWriting, ConfigError where the index was made with another embedder or
        analyzer, FormatTooNew, and CorruptionError where it is ahead of the log.
        """
        folder = directory / FOLDER
        self._lock = WriterLock(folder)
        try:
            self._ledger = ledger = Ledger.open(folder, embedder, settings)
            _require_log_of(ledger, log)
        except BaseException:
            self._lock.release()
            raise
        self._moved = threading.Condition()
        self._stopped = False
        self._listeners: list[Callable[[], None]] = []
        texts = TextEmbedder(embedder, settings.embed_texts)
        self._purges = PurgeOrders()
        self._clerk = Clerk(beyond=settings.clerk_beyond)
        self._words = Follower(
            "words",
            log,
            lambda: WordWriter(ledger, self._purges, self._clerk),
            settings,
            on_commit=self._words_moved,
            on_damage=self._wake_waiters,
        )
        self._vectors = Follower(
            "vectors",
            log,
            lambda: VectorWriter(ledger, texts),
            settings,
            on_commit=self._announce,
            on_damage=self._wake_waiters,
        )

    def start(self) -> None:
        """Start both threads."""
        self._words.start()
        self._vectors.start()

    def wake(self) -> None:
        """Say that the log has grown. Cheap; without it the log is looked at now and then."""
        self._words.wake()

    def stop(self) -> None:
        """Commit what was applied, end both threads, and let another writer in."""
        self._purges.give_up()
        self._words.stop()
        self._vectors.stop()
        self._clerk.close()
        self._stopped = True
        self._wake_waiters()
        self._lock.release()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each published commit, from the thread that made it."""
        self._listeners.append(listener)

    @property
    def indexed(self) -> Seq:
        """Posts up to this place in the log are found by their words."""
        return Seq(self._ledger.state.indexed)

    @property
    def embedded(self) -> Seq:
        """Posts up to this place in the log are found by their meaning."""
        return Seq(self._ledger.state.embedded)

    @property
    def approximate(self) -> int:
        """How many posts are found by a vector that is only near, until there is time for more."""
        return approximate(self._ledger.state)

    @property
    def failure(self) -> BaseException | None:
        """What a half is failing with at present; None while both go on."""
        return self._words.failure or self._vectors.failure

    def wait_indexed(self, seq: Seq, timeout_seconds: float) -> bool:
        """Wait until `seq` is found by its words; say whether it is.

        Waiting ends early where it would be in vain: once this stops, or a half is damaged.
        """
        return self._wait(lambda: self.indexed >= seq, timeout_seconds)

    def wait_embedded(self, seq: Seq, timeout_seconds: float) -> bool:
        """Wait until `seq` is found by its meaning, as `wait_indexed` does."""
        return self._wait(lambda: self.embedded >= seq, timeout_seconds)

    def wait_exact(self, seq: Seq, timeout_seconds: float) -> bool:
        """Wait until every post up to `seq` has its exact vector, as `wait_embedded` does."""
        return self._wait(lambda: self.embedded >= seq and not self.approximate, timeout_seconds)

    def purge(self, timeout_seconds: float) -> bool:
        """Take the words of deleted posts out of the index's files; say whether it is done.

        The partitions that hold such words are written anew, about 30 seconds for each, while
        indexing and searching go on. Vectors of deleted posts are wiped when they are deleted.
        """
        order = self._purges.give()
        self._words.wake()
        return self._purges.wait(order, timeout_seconds)

    def _wait(self, reached: Callable[[], bool], timeout_seconds: float) -> bool:
        deadline = time.monotonic() + timeout_seconds
        with self._moved:
            self._moved.wait_for(
                lambda: reached() or self._is_over(), max(deadline - time.monotonic(), 0.0)
            )
            return reached()

    def _is_over(self) -> bool:
        failures = (self._words.failure, self._vectors.failure)
        return self._stopped or any(isinstance(each, CorruptionError) for each in failures)

    def _words_moved(self) -> None:
        self._vectors.wake()
        self._announce()

    def _wake_waiters(self) -> None:
        with self._moved:
            self._moved.notify_all()

    def _announce(self) -> None:
        self._wake_waiters()
        for listener in self._listeners:
            listener()


def _require_log_of(ledger: Ledger, log: LogReader) -> None:
    indexed, head = ledger.state.indexed, log.head()
    if indexed > head:
        raise CorruptionError(f"index knows log entry {indexed}, the log ends at {head}")
