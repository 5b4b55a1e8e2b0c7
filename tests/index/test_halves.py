"""Each half alone: what its thread might do to it, one step at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from siyaq.core.ports import Vector
from siyaq.core.query import Filters
from siyaq.index import IndexReader
from siyaq.index.embedding import TextEmbedder
from siyaq.index.ledger import Ledger
from siyaq.index.purge import PurgeOrders
from siyaq.index.vectors import VectorWriter
from siyaq.index.words import WordWriter
from siyaq.testing.embedder import FakeEmbedder
from siyaq.testing.searcher_contract import created, deleted, post, seqs
from tests.index.desk import SMALL, Desk

EMBEDDER = FakeEmbedder(dimensions=64)
EVERYTHING = Filters()


def vector_writer(ledger: Ledger) -> VectorWriter:
    return VectorWriter(ledger, TextEmbedder(EMBEDDER, SMALL.embed_texts))


def test_a_row_written_over_after_a_crash_is_not_deleted(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "index", EMBEDDER, SMALL)
    first, gone, kept = created(1, post("p0", "wind"), post("p1", "rain"), post("p2", "rain"))
    assert gone.post is not None
    delete = deleted(4, 2, gone.post)
    interrupted = vector_writer(ledger)
    interrupted.apply([first])
    interrupted.commit()
    interrupted.apply([gone, kept])
    interrupted.apply([delete])
    interrupted.close()
    # By now the log has erased the first text, so the second takes its row.
    resumed = vector_writer(Ledger.open(tmp_path / "index", EMBEDDER, SMALL))
    resumed.apply([replace(gone, post=None), kept, delete])
    resumed.commit()
    resumed.close()
    reader = IndexReader.open(tmp_path, EMBEDDER)
    assert seqs(reader.semantic(EMBEDDER.embed(["rain"])[0], EVERYTHING, 1)) == [3]


def test_a_post_deleted_after_it_was_copied_by_a_purge_stays_deleted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyaq.index.purge._ENTRIES_AT_ONCE", 4)
    posts = [post(f"p{number}", "rain", number) for number in range(10)]
    desk.add(*posts)
    orders = PurgeOrders()
    words = WordWriter(Ledger.open(desk.index, EMBEDDER, SMALL), orders)
    words.apply(desk.log.entries(words.position, 10))
    words.commit()
    desk.delete(posts[9])
    words.apply(desk.log.entries(words.position, 10))
    orders.give()
    assert words.tidy(desk.log)  # copies the first four
    desk.delete(posts[1])
    desk.add(post("late", "rain", 20))
    words.apply(desk.log.entries(words.position, 10))
    for _ in range(10):
        if not words.tidy(desk.log):
            break
    words.close()
    assert orders.pending() == 0
    reader = IndexReader.open(desk.directory)
    assert list(reader.newest(EVERYTHING, 99)) == [13, 9, 8, 7, 6, 5, 4, 3, 1]


def test_memory_of_texts_is_bounded_and_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyaq.index.embedding._REMEMBERED", 3)
    asked: list[str] = []

    class Noted(FakeEmbedder):
        def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
            asked.extend(texts)
            return super().embed(texts)

    texts = TextEmbedder(Noted(64), batch=2)
    for text in ("a", "b", "c", "a", "d", "a", "b"):
        texts.vectors([text])
    assert asked == ["a", "b", "c", "d", "b"]
    assert texts.vectors([]).shape == (0, 64)
