"""The thread that lets remembered cards hear what the index has taken in."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Self

from siyaq.app.remembering import Remembering
from siyaq.core.errors import StorageError
from siyaq.index import Indexer, IndexReader

logger = logging.getLogger("siyaq.app")


class Hearing:
    """Follows the index. Use as a context manager, around everything that asks for cards."""

    def __init__(self, indexer: Indexer, searcher: IndexReader, remembered: Remembering) -> None:
        self._indexer = indexer
        self._searcher = searcher
        self._remembered = remembered
        self._changed = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="siyaq-cards", daemon=True)

    def __enter__(self) -> Self:
        self._indexer.listen(self._changed.set)
        self._changed.set()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        self._changed.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._changed.wait()
            self._changed.clear()
            if self._stopping:
                return
            try:
                self._remembered.hear(self._indexer.indexed)
                self._searcher.refresh()  # what is to be seen must be there to look at
                self._remembered.see(self._searcher.embedded)
            except StorageError:  # what was not heard must not be taken for unchanged
                logger.warning("cards forgotten", exc_info=True)
                self._remembered.forget_all()
