"""Where the log is cut into partitions makes no difference to what is found, or to its score."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.index import IndexReader, IndexSettings
from siyaq.index.lexical import PartitionView
from siyaq.testing.embedder import FakeEmbedder
from siyaq.testing.searcher_contract import NOON, created, post, seqs, weights
from tests.index.desk import WORDS
from tests.index.written import WrittenIndex

EVERYTHING = Filters()
COUNT = 200


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, IndexReader]]:
    """The same posts in indexes of one partition, of four, and of twenty-nine."""
    dice = random.Random(3)
    # Of equal length, for the mean length of a post is the one thing that stays local.
    texts = [" ".join(dice.choices(WORDS, WORDS_OF_MARCH, k=6)) for _ in range(COUNT)]
    posts = [post(f"p{number}", text, number) for number, text in enumerate(texts)]
    readers: dict[int, IndexReader] = {}
    for size in (2**18, 64, 7):
        settings = IndexSettings(partition_seqs=size, memory_bytes=15_000_000)
        place = tmp_path_factory.mktemp("cut")
        index = WrittenIndex(place, FakeEmbedder(dimensions=8), settings)
        index.apply(created(1, *posts))
        index.close()
        readers[size] = IndexReader.open(Path(place))
    yield readers
    for reader in readers.values():
        reader.close()


WORDS_OF_MARCH = [30, 20, 10, 8, 6, 4, 3, 2, 1, 1]
"""How often each of WORDS is used, so that rare ones are missing from some partitions."""


@pytest.mark.parametrize("question", ["flood", "rain flood", "rain fire wind", "مطر city rain"])
def test_a_post_scores_the_same_wherever_the_log_is_cut(
    cuts: dict[int, IndexReader], question: str
) -> None:
    whole = cuts[2**18].lexical(weights(question), EVERYTHING, COUNT)
    assert len(whole) > 3
    for size in (64, 7):
        cut = cuts[size].lexical(weights(question), EVERYTHING, COUNT)
        assert {hit.seq: hit.score for hit in cut} == pytest.approx(
            {hit.seq: hit.score for hit in whole}, rel=1e-3
        )
        best = cuts[size].lexical(weights(question), EVERYTHING, 5)
        assert [hit.score for hit in best] == pytest.approx(
            [hit.score for hit in whole[:5]], rel=1e-3
        )


def test_a_small_fresh_partition_is_at_no_disadvantage(tmp_path: Path) -> None:
    settings = IndexSettings(partition_seqs=50, memory_bytes=15_000_000)
    index = WrittenIndex(tmp_path, FakeEmbedder(dimensions=8), settings)
    old = [post(f"p{number}", "rain today wind", number) for number in range(49)]
    index.apply(created(1, *old, post("old", "flood today wind", 60)))
    index.apply(created(51, post("new", "flood today wind", 61)))
    index.close()
    found = IndexReader.open(tmp_path).lexical(weights("flood"), EVERYTHING, 5)
    assert seqs(found) == [50, 51]
    assert found[0].score == pytest.approx(found[1].score, rel=1e-3)


def test_frequencies_are_those_of_the_whole_log(cuts: dict[int, IndexReader]) -> None:
    terms = list(weights("rain flood wind"))
    whole = cuts[2**18].document_frequency(terms)
    assert all(whole.values())
    for size in (64, 7):
        assert cuts[size].document_frequency(terms) == whole
        assert cuts[size].document_count == COUNT


def test_newest_and_oldest_are_merged_over_partitions(cuts: dict[int, IndexReader]) -> None:
    for reader in cuts.values():
        assert list(reader.newest(EVERYTHING, 20)) == list(range(COUNT, COUNT - 20, -1))
        oldest = reader.linked("author", "did:plc:Ann", where=EVERYTHING, k=20, newest_first=False)
        assert list(oldest) == list(range(1, 21))


def test_partitions_that_overlap_in_time_are_merged(tmp_path: Path) -> None:
    settings = IndexSettings(partition_seqs=4, memory_bytes=15_000_000)
    index = WrittenIndex(tmp_path, FakeEmbedder(dimensions=8), settings)
    minutes = [0, 50, 2, 4, 9, 30, 20, 40, 31, 1, 33, 34]
    index.apply(created(1, *(post(f"p{at}", "rain", minute) for at, minute in enumerate(minutes))))
    index.close()
    reader = IndexReader.open(tmp_path)
    by_time = [minutes.index(minute) + 1 for minute in sorted(minutes)]
    for k in range(1, 13):
        assert list(reader.newest(EVERYTHING, k)) == by_time[::-1][:k]
        oldest = reader.linked("author", "did:plc:Ann", where=EVERYTHING, k=k, newest_first=False)
        assert list(oldest) == by_time[:k]


def test_a_narrow_time_range_opens_only_the_partitions_it_needs(
    cuts: dict[int, IndexReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []
    clauses = PartitionView.clauses

    def noted(self: PartitionView, where: Filters) -> object:
        searched.append(self.state.number)
        return clauses(self, where)

    monkeypatch.setattr(PartitionView, "clauses", noted)
    hour = Filters(placed=TimeRange(NOON + timedelta(minutes=70), NOON + timedelta(minutes=75)))
    found = cuts[64].lexical(weights("rain fire port city"), hour, 50)
    assert 0 < len(found) <= 5
    assert searched == [1]
    searched.clear()
    cuts[64].newest(EVERYTHING, 3)
    assert searched == [3]
