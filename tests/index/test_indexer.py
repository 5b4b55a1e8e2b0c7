"""The index follows the log, whatever happens meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from siyaq.core.errors import AlreadyWriting, ConfigError, CorruptionError, ModelUnavailable
from siyaq.core.ids import Seq
from siyaq.core.ports import Embedder, Vector
from siyaq.core.query import Filters
from siyaq.index import Indexer, IndexReader, check
from siyaq.index import ledger as ledger_module
from siyaq.index import state as state_module
from siyaq.index.state import NAME
from siyaq.index.vectors import VectorWriter
from siyaq.testing.embedder import FakeEmbedder
from siyaq.testing.searcher_contract import post, seqs, weights
from tests.index.desk import DEADLINE_SECONDS, SMALL, Desk

EVERYTHING = Filters()


@pytest.fixture
def running(desk: Desk) -> object:
    indexer = desk.indexer()
    indexer.start()
    yield indexer
    indexer.stop()


def test_a_post_is_found_by_word_and_then_by_meaning(desk: Desk, running: Indexer) -> None:
    reader = desk.reader()
    for number in range(3):
        head = desk.add(post(f"p{number}", "rain in the city"))
        running.wake()
        assert running.wait_indexed(head, DEADLINE_SECONDS)
        reader.refresh()
        assert len(reader.lexical(weights("rain"), EVERYTHING, 9)) == number + 1
        assert running.wait_embedded(head, DEADLINE_SECONDS)
        reader.refresh()
        vector = desk.embedder.embed(["rain"])[0]
        assert len(reader.semantic(vector, EVERYTHING, 9)) == number + 1
        assert (running.indexed, running.embedded) == (head, head)


def test_the_log_is_looked_at_unasked(desk: Desk, running: Indexer) -> None:
    head = desk.add(post("p1", "rain"))
    assert running.wait_indexed(head, DEADLINE_SECONDS)
    assert running.wait_embedded(head, DEADLINE_SECONDS)


def test_waiting_for_what_does_not_come_ends(desk: Desk, running: Indexer) -> None:
    assert not running.wait_indexed(Seq(1), 0.05)
    assert not running.wait_embedded(Seq(1), 0.0)


def test_stopping_ends_waiting(desk: Desk) -> None:
    indexer = desk.indexer()
    indexer.start()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(indexer.wait_embedded, Seq(1), 10 * DEADLINE_SECONDS)
        until(waiting.running)
        indexer.stop()
        assert waiting.result(DEADLINE_SECONDS) is False


def test_damage_ends_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*_: object) -> None:
        raise CorruptionError("the vectors are not what was written")

    monkeypatch.setattr(VectorWriter, "apply", damaged)
    indexer = desk.indexer()
    indexer.start()
    try:
        head = desk.add(post("p1", "rain"))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(indexer.wait_embedded, head, 10 * DEADLINE_SECONDS)
            assert waiting.result(DEADLINE_SECONDS) is False
        assert isinstance(indexer.failure, CorruptionError)
    finally:
        indexer.stop()


def test_listeners_hear_of_every_published_state(desk: Desk) -> None:
    indexer = desk.indexer()
    seen: list[tuple[int, int]] = []
    indexer.listen(lambda: seen.append((indexer.indexed, indexer.embedded)))
    head = desk.add(post("p1", "rain"), post("p2", "wind"))
    indexer.start()
    assert indexer.wait_embedded(head, DEADLINE_SECONDS)
    indexer.stop()
    assert seen[0] == (head, 0) or seen[0] == (head, head)
    assert seen[-1] == (head, head)


def test_updates_and_deletes_reach_both_halves(desk: Desk) -> None:
    desk.fill(120)
    desk.bring_up_to_date()
    assert check(desk.log, desk.directory) == ()
    live = {seq for seq in range(1, desk.log.head() + 1) if desk.log.posts([Seq(seq)])}
    reader = desk.reader()
    assert set(reader.newest(EVERYTHING, 1000)) == live
    assert set(reader.passages(Seq(seq) for seq in range(1, 1000))) == live
    assert reader.document_count == len(live)


def test_stopping_commits_what_was_applied(desk: Desk) -> None:
    settings = replace(SMALL, commit_seconds=3600.0, catch_up_seconds=3600.0)
    head = desk.add(*(post(f"p{number}", "rain") for number in range(5)))
    indexer = desk.indexer(settings)
    indexer.start()
    assert indexer.wait_indexed(head, DEADLINE_SECONDS)  # the first commit waits for nothing
    head = desk.add(post("p9", "rain"))
    indexer.wake()
    assert not indexer.wait_indexed(head, 0.2)
    indexer.stop()
    assert desk.reader().indexed == head


def test_an_index_has_one_writer(desk: Desk, running: Indexer) -> None:
    with pytest.raises(AlreadyWriting, match="another process is writing"):
        desk.indexer()


def test_another_embedder_is_refused_with_the_way_out(desk: Desk) -> None:
    desk.add(post("p1", "rain"))
    desk.bring_up_to_date()
    other = FakeEmbedder(dimensions=32)
    with pytest.raises(ConfigError, match=r"fake-words-64.*fake-words-32") as refused:
        Indexer(desk.log, desk.directory, other, SMALL)
    assert "siyaq rebuild" in refused.value.hint
    reader = IndexReader.open(desk.directory, other)
    with pytest.raises(ConfigError) as refused:
        reader.semantic(other.embed(["rain"])[0], EVERYTHING, 5)
    assert "siyaq rebuild" in refused.value.hint
    assert seqs(reader.lexical(weights("rain"), EVERYTHING, 5)) == [1]


def test_another_analyzer_is_refused_with_the_way_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add(post("p1", "rain"))
    desk.bring_up_to_date()
    monkeypatch.setattr(state_module, "ANALYZER", "other")
    monkeypatch.setattr(ledger_module, "ANALYZER", "other")
    for use in (desk.indexer, desk.reader):
        with pytest.raises(ConfigError, match="'other'") as refused:
            use()
        assert "siyaq rebuild" in refused.value.hint


def test_an_index_of_another_log_is_refused(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk.add(post("p1", "rain"))
    desk.bring_up_to_date()
    with Desk(tmp_path_factory.mktemp("other")) as other:
        with pytest.raises(CorruptionError, match="the log ends at 0"):
            Indexer(other.log, desk.directory, desk.embedder, SMALL)
        assert check(other.log, desk.directory) == ("index knows log entry 1, the log ends at 0",)


class Moody:
    """An embedder that can be told to fail, and counts."""

    def __init__(self) -> None:
        self._fake = FakeEmbedder(dimensions=64)
        self.healthy = threading.Event()
        self.embedded: list[str] = []

    @property
    def name(self) -> str:
        return self._fake.name

    @property
    def dimensions(self) -> int:
        return self._fake.dimensions

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        if not self.healthy.is_set():
            raise ModelUnavailable("workers have left")
        self.embedded.extend(texts)
        return self._fake.embed(texts)


def until(happened: Callable[[], bool]) -> None:
    """Wait for something, with a deadline."""
    pause = threading.Event()
    for _ in range(int(DEADLINE_SECONDS / 0.01)):
        if happened():
            return
        pause.wait(0.01)
    raise AssertionError("did not happen in time")


def test_a_failing_embedder_does_not_stop_words(desk: Desk) -> None:
    embedder = Moody()
    indexer = Indexer(desk.log, desk.directory, embedder, SMALL)
    indexer.start()
    try:
        head = desk.add(post("p1", "rain"))
        assert indexer.wait_indexed(head, DEADLINE_SECONDS)
        until(lambda: isinstance(indexer.failure, ModelUnavailable))
        assert indexer.embedded == 0
        head = desk.add(post("p2", "rain"))
        assert indexer.wait_indexed(head, DEADLINE_SECONDS)
        embedder.healthy.set()
        assert indexer.wait_embedded(head, DEADLINE_SECONDS)
        until(lambda: indexer.failure is None)
    finally:
        indexer.stop()
    assert check(desk.log, desk.directory) == ()


def test_a_full_disk_is_waited_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    indexer = desk.indexer()
    broken = threading.Event()
    broken.set()
    original = os.fsync

    def fsync(file: int) -> None:
        if broken.is_set():
            raise OSError(28, "No space left on device")
        original(file)

    monkeypatch.setattr(os, "fsync", fsync)
    indexer.start()
    try:
        head = desk.add(post("p1", "rain"), post("p2", "fire"))
        until(lambda: indexer.failure is not None)
        assert "No space left" in str(indexer.failure)
        broken.clear()
        assert indexer.wait_embedded(head, DEADLINE_SECONDS)
    finally:
        indexer.stop()
    assert check(desk.log, desk.directory) == ()
    assert list(desk.reader().newest(EVERYTHING, 9)) == [2, 1]


def test_equal_texts_are_embedded_once(desk: Desk) -> None:
    embedder = Moody()
    embedder.healthy.set()
    head = desk.add(*(post(f"p{number}", "rain  in\nthe city") for number in range(40)))
    indexer = Indexer(desk.log, desk.directory, embedder, SMALL)
    indexer.start()
    assert indexer.wait_embedded(head, DEADLINE_SECONDS)
    indexer.stop()
    assert embedder.embedded == ["rain in the city"]
    assert len(desk.reader().passages(Seq(seq) for seq in range(1, 41))) == 40


def test_a_very_long_post_has_a_bounded_number_of_passages(desk: Desk) -> None:
    text = " ".join(f"Sentence number {number} is about rain." for number in range(300))
    desk.add(post("p1", text), post("p2", "wind"))
    desk.bring_up_to_date(replace(SMALL, passages_per_post=10))
    held = desk.reader().passages([Seq(1), Seq(2)])
    assert (len(held[Seq(1)]), len(held[Seq(2)])) == (10, 1)


def test_a_reader_finds_an_index_that_appears_later(desk: Desk) -> None:
    reader = desk.reader()
    reader.refresh()
    assert reader.document_count == 0
    desk.add(post("p1", "rain"))
    desk.bring_up_to_date()
    assert reader.document_count == 0
    reader.refresh()
    assert reader.document_count == 1


def test_an_index_that_is_removed_and_made_again_is_read_anew(desk: Desk) -> None:
    desk.add(post("p1", "rain"), post("p2", "fire"))
    desk.bring_up_to_date()
    reader = desk.reader()
    (desk.index / NAME).unlink()
    desk.delete(post("p1", "rain"))
    desk.bring_up_to_date()
    reader.refresh()
    assert list(reader.newest(EVERYTHING, 9)) == [2]
    vector = desk.embedder.embed(["rain"])[0]
    assert seqs(reader.semantic(vector, EVERYTHING, 9)) == [2]


def test_searching_goes_on_while_the_index_is_written(desk: Desk) -> None:
    reader = desk.reader()
    stop = threading.Event()
    problems: list[BaseException] = []
    vector = np.asarray(desk.embedder.embed(["rain"])[0])

    def search() -> None:
        last = 0
        try:
            while not stop.is_set():
                reader.refresh()
                found = seqs(reader.lexical(weights("rain"), EVERYTHING, 10_000))
                assert len(found) == len(set(found))
                assert len(found) >= last
                last = len(found)
                near = seqs(reader.semantic(vector.tolist(), EVERYTHING, 10_000))
                assert len(near) == len(set(near))
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            problems.append(error)

    searching = [threading.Thread(target=search) for _ in range(2)]
    for each in searching:
        each.start()
    indexer = desk.indexer()
    indexer.start()
    for start in range(0, 200, 10):
        head = desk.add(*(post(f"p{start + number}", "rain") for number in range(10)))
        indexer.wake()
    assert indexer.wait_embedded(head, DEADLINE_SECONDS)
    indexer.stop()
    stop.set()
    for each in searching:
        each.join()
    assert problems == []
    reader.refresh()
    assert len(reader.lexical(weights("rain"), EVERYTHING, 10_000)) == 200


def embedder_protocol(moody: Moody) -> Embedder:
    """Let mypy see that the embedder of these tests is one."""
    return moody
