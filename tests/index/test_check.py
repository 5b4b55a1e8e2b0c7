"""A damaged index is noticed, and said in words."""

from __future__ import annotations

import json
import os
from contextlib import suppress

import msgspec
import pytest

from siyaq.core.errors import ConfigError, CorruptionError, FormatTooNew
from siyaq.core.ids import Seq
from siyaq.core.query import Filters
from siyaq.index import check
from siyaq.index.segment import Layout, Segment, segment_path
from siyaq.index.state import FORMAT, NAME, State, encoded, home, read_state
from siyaq.testing.searcher_contract import post
from tests.index.desk import SMALL, Desk


@pytest.fixture
def indexed(desk: Desk) -> Desk:
    """A log of some posts and its index."""
    desk.fill(90)
    desk.bring_up_to_date()
    return desk


def state_of(desk: Desk) -> State:
    state = read_state(desk.index / NAME)
    assert state is not None
    return state


def save(desk: Desk, state: State) -> None:
    (desk.index / NAME).write_bytes(encoded(state))


def test_a_sound_index_has_no_problems(indexed: Desk) -> None:
    assert check(indexed.log, indexed.directory) == ()


def test_no_index_and_one_that_lags_are_no_problems(desk: Desk) -> None:
    assert check(desk.log, desk.directory) == ()
    desk.fill(30)
    desk.bring_up_to_date()
    desk.fill(30, seed=1)
    assert check(desk.log, desk.directory) == ()


def test_posts_missing_from_the_words_are_named_by_place(indexed: Desk) -> None:
    state = state_of(indexed)
    lost = [seq for seq in indexed.reader().newest(Filters(), 999) if seq <= 64]
    save(indexed, msgspec.structs.replace(state, partitions=state.partitions[1:]))
    (problem,) = check(indexed.log, indexed.directory)
    assert problem == (
        f"{len(lost)} posts are not indexed by word, the first at log entry {min(lost)}"
    )


def test_posts_missing_from_the_vectors_are_named_by_place(indexed: Desk) -> None:
    state = state_of(indexed)
    save(indexed, msgspec.structs.replace(state, segments=state.segments[1:]))
    (problem,) = check(indexed.log, indexed.directory)
    first = min(indexed.reader().newest(Filters(), 999))
    assert problem.endswith(f"posts are not embedded, the first at log entry {first}")


def test_posts_that_the_log_deleted_are_noticed(indexed: Desk) -> None:
    state = state_of(indexed)
    live = indexed.reader().newest(Filters(), 999)
    gone = indexed.log.posts(live)[min(live)]
    head = indexed.delete(gone)
    save(indexed, msgspec.structs.replace(state, indexed=head, embedded=head))
    assert check(indexed.log, indexed.directory) == (
        f"1 posts not in the log are indexed by word, the first at log entry {min(live)}",
        f"1 posts not in the log are embedded, the first at log entry {min(live)}",
    )


def test_a_damaged_row_of_a_segment_is_noticed_and_never_shown(indexed: Desk) -> None:
    state = state_of(indexed)
    layout = Layout(state.segment_rows, state.dimensions)
    path = segment_path(home(indexed.index, state.generation), 0)
    (vector,) = indexed.embedder.embed(["rain"])
    first, *_ = indexed.reader().semantic(vector, Filters(), 1)
    held = indexed.reader().passages(Seq(seq) for seq in range(state.indexed + 9))
    passages = sum(map(len, held.values()))
    segment = Segment(path, layout)
    row = int(segment.rows_of([first.seq], state.segments[0].rows)[0])
    for name in layout.columns():
        sound = path.read_bytes()
        offset, kind, width = layout.columns()[name]
        place = offset + row * kind.itemsize * width
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 4]) + sound[place + 1 :])
        assert check(indexed.log, indexed.directory) == (
            f"vector segment 0 is damaged at row {row}",
        )
        with suppress(CorruptionError):
            shown = indexed.reader().passages(Seq(seq) for seq in range(state.indexed + 9))
            assert first.seq not in shown, name
            assert sum(map(len, shown.values())) < passages, name
        path.write_bytes(sound)


def test_a_damaged_file_of_words_is_noticed(indexed: Desk) -> None:
    for path in sorted(indexed.index.glob("generation-*/words-*/*.*")):
        if path.name.startswith("."):
            continue
        sound = path.read_bytes()
        damaged = bytearray(sound)
        damaged[len(sound) // 3] ^= 1
        path.write_bytes(damaged)
        assert len(check(indexed.log, indexed.directory)) == 1, path.name
        path.write_bytes(sound[: len(sound) // 2])
        assert len(check(indexed.log, indexed.directory)) == 1, path.name
        path.write_bytes(sound)


@pytest.mark.parametrize("by", [2, -2])
@pytest.mark.parametrize("every", [5, 999])
def test_a_partition_that_miscounts_its_posts_is_noticed(
    indexed: Desk, every: int, by: int
) -> None:
    live = indexed.reader().newest(Filters(), 999)
    for seq in sorted(live)[::every]:
        indexed.delete(indexed.log.posts(live)[seq])
    indexed.bring_up_to_date()
    assert check(indexed.log, indexed.directory) == ()
    tried = 0
    for path in home(indexed.index, state_of(indexed).generation).glob("words-*/meta.json"):
        sound = path.read_bytes()
        for place in range(len(json.loads(sound)["segments"])):
            held = json.loads(sound)
            segment = held["segments"][place]
            segment["max_doc"] += by
            path.write_text(json.dumps(held))
            assert check(indexed.log, indexed.directory), segment
            tried += 1
        path.write_bytes(sound)
    assert tried


def test_a_flipped_bit_of_the_state_is_noticed(indexed: Desk) -> None:
    path = indexed.index / NAME
    sound = path.read_bytes()
    for place in range(len(sound)):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        with pytest.raises((CorruptionError, ConfigError, FormatTooNew)):
            indexed.reader()
    path.write_bytes(sound)


def test_a_missing_or_short_file_is_noticed(indexed: Desk) -> None:
    state = state_of(indexed)
    path = segment_path(home(indexed.index, state.generation), 0)
    os.truncate(path, 100)
    (problem,) = check(indexed.log, indexed.directory)
    assert "has 100 bytes" in problem
    path.unlink()
    (problem,) = check(indexed.log, indexed.directory)
    assert problem.startswith("index lacks the file")
    with pytest.raises(CorruptionError, match="lacks"):
        indexed.reader()


def test_a_state_that_is_not_ours_is_refused(indexed: Desk) -> None:
    state = state_of(indexed)
    save(indexed, msgspec.structs.replace(state, format=FORMAT + 1))
    with pytest.raises(FormatTooNew, match=f"has format {FORMAT + 1}, known up to {FORMAT}"):
        indexed.reader()
    save(indexed, msgspec.structs.replace(state, format=FORMAT - 1))
    with pytest.raises(ConfigError, match=f"old format {FORMAT - 1}"):
        indexed.indexer()
    (indexed.index / NAME).write_bytes(b"\x00" * 50)
    with pytest.raises(CorruptionError, match="cannot be read"):
        indexed.indexer()
    assert len(check(indexed.log, indexed.directory)) == 1


def test_a_post_without_a_passage_is_no_problem(desk: Desk) -> None:
    desk.add(post("p1", "   "), post("p2", "rain"), post("p3", " ", title="storm"))
    desk.bring_up_to_date(SMALL)
    assert check(desk.log, desk.directory) == ()
    assert desk.reader().document_count == 3
