"""After a purge the index no longer knows a word of a deleted post."""

from __future__ import annotations

import shutil

import pytest

from siyaq.core.query import Filters
from siyaq.index import IndexReader, check, rebuild
from siyaq.index.partition import holds_deleted_text
from siyaq.testing.searcher_contract import post, seqs, weights
from tests.index.desk import DEADLINE_SECONDS, SMALL, Desk

CANARY = "canarybird"


def words_held(reader: IndexReader) -> int:
    """Return how many posts, live or deleted, tantivy's dictionary knows the canary from."""
    reader.refresh()
    (count,) = reader.document_frequency(weights(CANARY)).values()
    return count


@pytest.fixture
def stained(desk: Desk) -> Desk:
    """An index of several partitions, two of them with a deleted post in them."""
    desk.fill(60)
    desk.add(post("secret", "canarybird sings in the rain"))
    desk.fill(60, seed=1)
    desk.add(post("edited", "canarybird again"))
    desk.bring_up_to_date()
    desk.delete(post("secret", ""))
    desk.add(post("edited", "nothing to see"))
    desk.bring_up_to_date()
    return desk


def test_a_purge_leaves_no_word_of_a_deleted_post(stained: Desk) -> None:
    reader = stained.reader()
    assert words_held(reader) == 2
    assert seqs(reader.lexical(weights(CANARY), Filters(), 5)) == []
    before = stained.answers(reader)
    indexer = stained.indexer()
    indexer.start()
    assert indexer.purge(DEADLINE_SECONDS)
    assert stained.answers(reader) == before  # the old view, of files that are gone
    assert words_held(reader) == 0
    assert stained.answers(reader) == before
    indexer.stop()
    assert check(stained.log, stained.directory) == ()
    state = reader._snapshot.state
    assert state is not None
    (home,) = stained.index.glob("generation-*")
    assert not any(holds_deleted_text(home / each.name) for each in state.partitions)


def test_posts_that_come_and_go_during_a_purge_are_kept_and_lost(
    stained: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyaq.index.purge._ENTRIES_AT_ONCE", 3)
    indexer = stained.indexer()
    indexer.start()
    order = indexer._purges.give()
    for seed in range(2, 8):
        stained.fill(5, seed)
        stained.delete(*(post(f"n{number % 2}-{number}", "") for number in range(seed, 60, 7)))
        indexer.wake()
    assert indexer._purges.wait(order, DEADLINE_SECONDS)
    assert indexer.wait_embedded(stained.log.head(), DEADLINE_SECONDS)
    indexer.stop()
    assert check(stained.log, stained.directory) == ()
    again = stained.directory / "again"
    rebuild(stained.log, again, stained.embedder, lambda done, total: None, SMALL)
    grown = stained.answers(stained.reader())
    assert grown == stained.answers(IndexReader.open(again, stained.embedder))
    shutil.rmtree(again)


def test_a_purge_of_a_clean_index_ends_at_once(desk: Desk) -> None:
    desk.add(post("p1", "rain"))
    indexer = desk.indexer()
    indexer.start()
    assert indexer.purge(DEADLINE_SECONDS)
    indexer.stop()
    assert seqs(desk.reader().lexical(weights("rain"), Filters(), 5)) == [1]


def test_the_vector_of_a_deleted_post_is_wiped(desk: Desk) -> None:
    desk.add(post("p1", "rain"), post("p2", "fire"))
    desk.bring_up_to_date()
    (view,) = desk.reader()._snapshot.segments
    assert view["vectors"][0].any()
    desk.delete(post("p1", ""))
    desk.bring_up_to_date()
    (view,) = desk.reader()._snapshot.segments
    for name in ("vectors", "codes", "scale"):
        assert not view[name][0].any()
        assert view[name][1].any()
