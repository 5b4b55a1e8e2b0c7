"""siyaq without its vectors: admission, the log, and the thread that indexes words."""

from __future__ import annotations

import threading
from pathlib import Path

from engines.siyaq import ReadyMade, Siyaq
from siyaq.index import IndexReader
from siyaq.index.clerk import Clerk
from siyaq.index.follower import Follower
from siyaq.index.ledger import Ledger
from siyaq.index.settings import STANDARD
from siyaq.index.words import WordWriter
from siyaq.log import LogReader, LogWriter
from siyaq.text.language import identify


class _Words:
    """What the indexer does, with the vectors' thread left out."""

    def __init__(self, log: LogReader, folder: Path, embedder: ReadyMade) -> None:
        ledger = self._ledger = Ledger.open(folder / "index", embedder, STANDARD)
        self._moved = threading.Event()
        clerk = Clerk(beyond=STANDARD.clerk_beyond)
        self.commits = 0
        self._follower = Follower(
            "words",
            log,
            lambda: WordWriter(ledger, clerk=clerk),
            STANDARD,
            on_commit=self._committed,
            on_damage=self._moved.set,
        )
        self.start = self._follower.start
        self.wake = self._follower.wake
        self._clerk = clerk

    def stop(self) -> None:
        self._follower.stop()
        self._clerk.close()

    def _committed(self) -> None:
        self.commits += 1
        self._moved.set()

    @property
    def embedded(self) -> int:
        return self._ledger.state.indexed

    def wait_embedded(self, seq: int, seconds: float) -> None:
        while self.embedded < seq and self._follower.failure is None:
            self._moved.wait(seconds)
            self._moved.clear()


class SiyaqWords(Siyaq):
    def __init__(self, folder: Path) -> None:
        identify("warm")
        self._writer = LogWriter.open(folder)
        self.log = LogReader.open(folder)
        self._embedder = ReadyMade()
        self._indexer = _Words(self.log, folder, self._embedder)
        self._indexer.start()
        self.reader = IndexReader.open(folder, self._embedder)

    @property
    def commits(self) -> int:
        return self._indexer.commits


open_in = SiyaqWords
