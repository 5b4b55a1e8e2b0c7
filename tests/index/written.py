"""An index without its threads and without a log: entries go straight into both halves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from siyaq.core.event import LogEntry
from siyaq.core.ports import Embedder, Searcher
from siyaq.index import IndexReader, IndexSettings
from siyaq.index.embedding import TextEmbedder
from siyaq.index.ledger import Ledger
from siyaq.index.vectors import VectorWriter
from siyaq.index.words import WordWriter


class WrittenIndex:
    """The subject of the searcher contract that stands on a disk."""

    def __init__(self, directory: Path, embedder: Embedder, settings: IndexSettings) -> None:
        self.searcher: Searcher = IndexReader.open(directory, embedder)
        ledger = Ledger.open(directory / "index", embedder, settings)
        self._words = WordWriter(ledger)
        self._vectors = VectorWriter(ledger, TextEmbedder(embedder, settings.embed_texts))

    def apply(self, entries: Sequence[LogEntry]) -> None:
        for half in (self._words, self._vectors):
            half.apply(entries)
            half.commit()

    def close(self) -> None:
        self._words.close()
        self._vectors.close()
