"""Makes an index anew from the log, beside the one in use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from siyaq.core.ports import Embedder
from siyaq.index.clerk import Clerk
from siyaq.index.embedding import TextEmbedder
from siyaq.index.follower import Half
from siyaq.index.ledger import Ledger, WriterLock
from siyaq.index.settings import STANDARD, IndexSettings
from siyaq.index.state import FOLDER
from siyaq.index.vectors import VectorWriter
from siyaq.index.words import WordWriter
from siyaq.log import LogReader


def rebuild(
    log: LogReader,
    directory: Path,
    embedder: Embedder,
    on_progress: Callable[[int, int], None],
    settings: IndexSettings = STANDARD,
) -> None:
    """Build the index in a data directory anew and put it in the place of the old one.

    Readers see the old index until the new one is complete. `on_progress` hears steps done and
    steps in all, two to a log entry. A crash leaves the old index as it was. Raises
    AlreadyWriting while an Indexer runs.
    """
    folder = directory / FOLDER
    with WriterLock(folder):
        unhurried = replace(settings, approximate_beyond=None)  # readers have the old one meanwhile
        ledger = Ledger.begin(folder, None, embedder, unhurried)
        head = log.head()
        texts = TextEmbedder(embedder, settings.embed_texts)
        steps = 2 * head
        with closing(Clerk(beyond=settings.clerk_beyond)) as clerk:
            words = WordWriter(ledger, clerk=clerk)
            _fill(log, words, head, lambda at: on_progress(at, steps))
        _fill(log, VectorWriter(ledger, texts), head, lambda at: on_progress(head + at, steps))
        ledger.take_over()


def _fill(log: LogReader, half: Half, head: int, on_position: Callable[[int], None]) -> None:
    try:
        while half.position < head:
            half.take(log)
            on_position(half.position)
        half.commit()
    finally:
        half.close()
