"""The index keeps the promises of a searcher, whatever the size of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from siyaq.core.event import LogEntry
from siyaq.core.ports import Embedder, Searcher
from siyaq.index import IndexSettings
from siyaq.testing.memory import MemorySearcher
from siyaq.testing.searcher_contract import SearcherContract, Subject
from tests.index.written import WrittenIndex


class TestWholeIndex(SearcherContract):
    @pytest.fixture(params=[(2**18, 2**16), (2, 3)], ids=["usual", "small"])
    def subject(
        self, embedder: Embedder, tmp_path: Path, request: pytest.FixtureRequest
    ) -> Iterator[Subject]:
        partition, segment = request.param
        settings = IndexSettings(
            partition_seqs=partition, segment_rows=segment, memory_bytes=15_000_000
        )
        index = WrittenIndex(tmp_path, embedder, settings)
        yield index
        index.close()


class MemorySubject:
    def __init__(self, embedder: Embedder) -> None:
        self._memory = MemorySearcher(embedder)
        self.searcher: Searcher = self._memory

    def apply(self, entries: Sequence[LogEntry]) -> None:
        self._memory.apply(entries)


class TestMemorySearcher(SearcherContract):
    @pytest.fixture
    def subject(self, embedder: Embedder) -> Subject:
        return MemorySubject(embedder)
