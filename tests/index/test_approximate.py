"""Vectors that are only near while many posts wait, and exact once none does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siyaq.core.errors import CorruptionError
from siyaq.core.event import LogEntry
from siyaq.core.ids import Seq
from siyaq.core.ports import Approximates, Vector
from siyaq.core.query import Filters
from siyaq.index import Indexer, IndexReader, check
from siyaq.index.embedding import TextEmbedder
from siyaq.index.ledger import Ledger
from siyaq.index.segment import segment_path
from siyaq.index.state import NAME, read_state
from siyaq.index.vectors import VectorWriter
from siyaq.index.words import WordWriter
from siyaq.testing.embedder import FakeEmbedder, HastyEmbedder
from siyaq.testing.searcher_contract import post
from tests.index.desk import DEADLINE_SECONDS, SMALL, Desk

EVERYTHING = Filters()
EXACT = 0.005  # bytes in place of floats err by less, near vectors by far more
LONG = " ".join(["rain fell on the port of the city all night."] * 40)


class Halves:
    """Both halves of an index, moved by hand."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ledger = Ledger.open(desk.index, desk.embedder, SMALL)
        self.words = WordWriter(self.ledger)
        self.vectors = VectorWriter(self.ledger, TextEmbedder(desk.embedder, SMALL.embed_texts))

    def read_words(self) -> None:
        """Index the words of the whole log."""
        while entries := self._next(self.words):
            self.words.apply(entries)
        self.words.commit()

    def read_all(self) -> None:
        """Index the whole log, and leave near vectors near."""
        self.read_words()
        while entries := self._next(self.vectors):
            self.vectors.apply(entries)
        self.vectors.commit()

    def refine(self) -> None:
        """Make every near vector exact."""
        while self.vectors.tidy(self.desk.log):
            pass
        self.vectors.commit()

    def close(self) -> None:
        self.words.close()
        self.vectors.close()

    def _next(self, half: WordWriter | VectorWriter) -> Sequence[LogEntry]:
        return self.desk.log.entries(half.position, half.limit)


@pytest.fixture
def halves(desk: Desk) -> object:
    opened = Halves(desk)
    yield opened
    opened.close()


def passage_vectors(desk: Desk) -> dict[int, list[tuple[float, ...]]]:
    held = desk.reader().passages(Seq(n) for n in range(1, int(desk.log.head()) + 1))
    return {seq: [tuple(each.vector) for each in passages] for seq, passages in held.items()}


def distance(vector: Sequence[float], exact: Vector) -> float:
    return 1.0 - float(np.asarray(vector) @ np.asarray(exact))


def test_what_waits_gets_near_vectors_and_then_exact_ones(halves: Halves) -> None:
    desk = halves.desk
    texts = [f"rain in city{number} today" for number in range(30)]
    desk.add(*(post(f"p{number}", text, number) for number, text in enumerate(texts)))
    halves.read_all()
    assert halves.ledger.state.runs() == ((1, 20),)  # the last ten were no longer too many
    near = passage_vectors(desk)
    exact = desk.embedder.embed(texts)
    assert all(2 * EXACT < distance(near[seq][0], exact[seq - 1]) < 0.5 for seq in range(1, 21))
    assert all(distance(near[seq][0], exact[seq - 1]) < EXACT for seq in range(21, 31))
    assert desk.reader().approximate == 20
    held = desk.reader().passages([Seq(20), Seq(21)])
    assert [held[Seq(seq)][0].exact for seq in (20, 21)] == [False, True]
    halves.refine()
    assert halves.ledger.state.runs() == ()
    after = passage_vectors(desk)
    assert all(distance(after[seq][0], exact[seq - 1]) < EXACT for seq in range(1, 31))
    assert desk.reader().approximate == 0


def test_the_newest_are_made_exact_first(halves: Halves) -> None:
    halves.desk.add(*(post(f"p{number}", f"rain {number}", number) for number in range(60)))
    halves.read_all()
    ((first, last),) = halves.ledger.state.runs()
    assert halves.vectors.tidy(halves.desk.log)
    halves.vectors.commit()
    assert halves.ledger.state.runs() == ((first, last - SMALL.refined_at_once),)


def test_every_passage_and_the_title_of_a_long_post_are_made_exact(halves: Halves) -> None:
    desk = halves.desk
    titled = replace(post("long", LONG), title="flood in the port")
    desk.add(titled, *(post(f"p{number}", f"wind {number}", number) for number in range(20)))
    halves.read_all()
    halves.refine()
    held = desk.reader().passages([Seq(1)])[Seq(1)]
    assert len(held) > 1
    for passage in held:
        (exact,) = desk.embedder.embed([LONG[passage.start : passage.end]])
        assert distance(passage.vector, exact) < EXACT
    (title,) = desk.embedder.embed([titled.title])
    assert distance(desk.reader().titles([Seq(1)])[Seq(1)], title) < EXACT


def test_a_post_deleted_while_it_was_near_stays_wiped(halves: Halves) -> None:
    desk = halves.desk
    posts = [post(f"p{number}", f"rain {number}", number) for number in range(30)]
    desk.add(*posts)
    halves.read_all()
    desk.delete(posts[3])
    halves.read_all()
    halves.refine()
    assert check(desk.log, desk.directory) == ()
    assert 4 not in passage_vectors(desk)


def test_a_row_half_replaced_is_no_damage_and_is_replaced_again(halves: Halves) -> None:
    desk = halves.desk
    desk.add(*(post(f"p{number}", f"rain {number}", number) for number in range(30)))
    halves.read_all()
    layout = halves.vectors._layout
    offset, _, width = layout.columns()["vectors"]
    with segment_path(halves.ledger.home, 0).open("r+b") as file:
        file.seek(offset + 4 * width)
        file.write(bytes(range(width)))  # as a crash between two columns leaves it
    assert check(desk.log, desk.directory) == ()
    assert desk.reader().semantic(desk.embedder.embed(["rain"])[0], EVERYTHING, 30)
    halves.refine()
    with segment_path(halves.ledger.home, 0).open("r+b") as file:
        file.seek(offset + 4 * width)
        file.write(bytes(range(width)))
    (problem,) = check(desk.log, desk.directory)
    assert "damaged at row 4" in problem


def test_a_reader_that_stays_open_notices_damage_once_vectors_are_exact(halves: Halves) -> None:
    desk = halves.desk
    desk.add(*(post(f"p{number}", f"rain {number}", number) for number in range(30)))
    halves.read_all()
    with closing(IndexReader.open(desk.directory)) as reader:
        halves.refine()
        reader.refresh()
        offset, _, width = halves.vectors._layout.columns()["vectors"]
        with segment_path(halves.ledger.home, 0).open("r+b") as file:
            file.seek(offset + 4 * width)
            file.write(bytes(range(width)))
        with pytest.raises(CorruptionError, match="damaged at row 4"):
            reader.passages([Seq(5)])


def test_more_runs_than_are_kept_make_vectors_late_instead(
    halves: Halves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyaq.index.vectors._RUNS", 1)
    desk = halves.desk
    desk.add(*(post(f"p{number}", f"rain {number}", number) for number in range(30)))
    halves.read_all()
    desk.add(*(post(f"q{number}", f"wind {number}", number) for number in range(30)))
    halves.read_all()
    assert halves.ledger.state.runs() == ((1, 20),)


def test_an_embedder_that_cannot_be_near_makes_vectors_late(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        plain = FakeEmbedder(dimensions=64)
        assert not isinstance(plain, Approximates)
        desk.embedder = plain  # type: ignore[assignment]
        halves = Halves(desk)
        desk.add(*(post(f"p{number}", f"rain {number}", number) for number in range(30)))
        halves.read_all()
        assert halves.ledger.state.runs() == ()
        halves.close()


def test_a_state_without_near_vectors_is_written_as_it_always_was(halves: Halves) -> None:
    desk = halves.desk
    desk.add(post("p", "rain"))
    halves.read_all()
    raw = (desk.index / NAME).read_bytes()
    assert b"approximate" not in raw
    state = read_state(desk.index / NAME)
    assert state is not None
    assert state.runs() == ()


class Slow(HastyEmbedder):
    """Is exact only once it may be."""

    def __init__(self) -> None:
        super().__init__(dimensions=64)
        self.allowed = threading.Event()

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        self.allowed.wait(DEADLINE_SECONDS)
        return super().embed(texts)

    def approximate(self, texts: Sequence[str]) -> Sequence[Vector]:
        return HastyEmbedder(64).approximate(texts)


def test_everything_is_found_by_meaning_long_before_it_is_exact(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.embedder = slow = Slow()
        head = desk.add(*(post(f"p{number}", f"rain {number}", number) for number in range(40)))
        words_first = replace(SMALL, entries_at_once=100)
        indexer = Indexer(desk.log, desk.directory, slow, words_first)
        indexer.start()
        try:
            assert indexer.wait_embedded(head, DEADLINE_SECONDS)
            assert not indexer.wait_exact(head, 0.0)
            assert indexer.approximate == 40
            reader = IndexReader.open(desk.directory)
            rain = HastyEmbedder(64).embed(["rain"])[0]
            assert len(reader.semantic(rain, EVERYTHING, 99)) == 40
            slow.allowed.set()
            assert indexer.wait_exact(head, DEADLINE_SECONDS)
        finally:
            slow.allowed.set()
            indexer.stop()
