"""An index made anew answers as the one that grew."""

from __future__ import annotations

from dataclasses import replace

from siyaq.core.query import Filters
from siyaq.index import Indexer, IndexReader, check, rebuild
from siyaq.testing.embedder import FakeEmbedder
from siyaq.testing.searcher_contract import post
from tests.index.desk import SMALL, Desk


def test_a_rebuilt_index_answers_as_before(desk: Desk) -> None:
    desk.fill(100)
    desk.bring_up_to_date()
    grown = desk.answers(desk.reader())
    steps: list[tuple[int, int]] = []
    rebuild(desk.log, desk.directory, desk.embedder, lambda *step: steps.append(step), SMALL)
    assert desk.answers(desk.reader()) == grown
    assert check(desk.log, desk.directory) == ()
    assert steps == sorted(steps)
    assert steps[-1] == (2 * desk.log.head(), 2 * desk.log.head())
    assert len(list(desk.index.glob("generation-*"))) == 1


def test_a_reader_keeps_its_view_while_the_index_is_rebuilt(desk: Desk) -> None:
    desk.fill(100)
    desk.bring_up_to_date()
    reader = desk.reader()
    before = desk.answers(reader)
    rebuild(desk.log, desk.directory, desk.embedder, lambda done, total: None, SMALL)
    assert desk.answers(reader) == before
    reader.refresh()
    assert desk.answers(reader) == before
    head = desk.add(post("late", "rain"))
    desk.bring_up_to_date()
    reader.refresh()
    assert list(reader.newest(Filters(), 1000)).count(head) == 1


def test_rebuilding_changes_the_embedder_and_the_sizes(desk: Desk) -> None:
    desk.fill(60)
    desk.bring_up_to_date()
    newest = list(desk.reader().newest(Filters(), 1000))
    other = FakeEmbedder(dimensions=32)
    settings = replace(SMALL, partition_seqs=10, segment_rows=7)
    rebuild(desk.log, desk.directory, other, lambda done, total: None, settings)
    reader = IndexReader.open(desk.directory, other)
    assert list(reader.newest(Filters(), 1000)) == newest
    found = reader.semantic(other.embed(["rain"])[0], Filters(), 1000)
    assert {hit.seq for hit in found} == set(newest)
    Indexer(desk.log, desk.directory, other, settings).stop()


def test_an_unreadable_index_can_be_rebuilt(desk: Desk) -> None:
    desk.fill(30)
    desk.bring_up_to_date()
    before = desk.answers(desk.reader())
    (desk.index / "state.json").write_text("{")
    rebuild(desk.log, desk.directory, desk.embedder, lambda done, total: None, SMALL)
    assert desk.answers(desk.reader()) == before


def test_an_empty_log_has_an_empty_index(desk: Desk) -> None:
    rebuild(desk.log, desk.directory, desk.embedder, lambda done, total: None, SMALL)
    assert desk.reader().document_count == 0
    assert check(desk.log, desk.directory) == ()
