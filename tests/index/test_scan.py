"""The scan in two steps finds what an exact search finds, and stays cheap whatever the copies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from siyaq.core.ids import Seq
from siyaq.core.query import Filters, Scored
from siyaq.index import scan
from siyaq.index.disk import LOCAL
from siyaq.index.scan import Wanted, nearest
from siyaq.index.segment import ROW, Layout, Rows, SegmentView, SegmentWriter, segment_path
from siyaq.index.state import SegmentState

ALL = Wanted.of(Filters(), None)
DIMENSIONS = 512
Vectors = npt.NDArray[np.float32]
Chosen = Sequence[tuple[SegmentView, Rows]]


def unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def segments(
    folder: Path, vectors: Vectors, seqs: npt.NDArray[np.int64], size: int
) -> list[SegmentView]:
    """Write vectors into segments of `size` rows and open them."""
    layout = Layout(size, DIMENSIONS)
    views = []
    for number, start in enumerate(range(0, len(vectors), size)):
        part = slice(start, start + size)
        rows = np.zeros(len(seqs[part]), dtype=ROW)
        rows["seq"] = seqs[part]
        rows["placed_us"] = seqs[part]
        rows["end"] = 1
        path = segment_path(folder, number)
        writer = SegmentWriter(path, layout, LOCAL, create=True)
        writer.write(0, rows, vectors[part])
        state = SegmentState(
            number=number,
            rows=len(rows),
            deleted=0,
            first_seq=int(seqs[part][0]),
            last_seq=int(seqs[part][-1]),
            since_us=int(seqs[part][0]),
            until_us=int(seqs[part][-1]),
        )
        views.append(SegmentView(writer.segment, state))
        writer.close()
    return views


def clustered(count: int, seed: int) -> Vectors:
    """Return vectors in clusters, as texts on common subjects are."""
    dice = np.random.default_rng(seed)
    centers = dice.standard_normal((200, DIMENSIONS), dtype=np.float32)
    noise = dice.standard_normal((count, DIMENSIONS), dtype=np.float32)
    return unit(centers[dice.integers(0, 200, count)] + 1.2 * noise)


def test_recall_of_the_scan_is_at_least_98_percent(tmp_path: Path) -> None:
    vectors = clustered(12_000, seed=1)
    views = segments(tmp_path, vectors, np.arange(1, 12_001), size=5_000)
    queries = clustered(40, seed=1)[20:] + 0.05 * clustered(20, seed=2)
    found = 0
    for query in unit(queries):
        exact = set((np.argsort(-(vectors @ query), kind="stable")[:20] + 1).tolist())
        hits = nearest(views, query, ALL, 20, least_rescored=400)
        assert len(hits) == 20
        found += len(exact & {hit.seq for hit in hits})
    assert found / (20 * len(queries)) >= 0.98


def test_scores_are_cosines(tmp_path: Path) -> None:
    vectors = clustered(3_000, seed=5)
    views = segments(tmp_path, vectors, np.arange(1, 3_001), size=1_000)
    for hit in nearest(views, vectors[17], ALL, 10, least_rescored=200):
        assert hit.score == pytest.approx(float(vectors[hit.seq - 1] @ vectors[17]), abs=2e-3)
    assert nearest(views, vectors[17], ALL, 1, least_rescored=200)[0].seq == 18


def test_a_flood_of_copies_hides_nothing_nearer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = clustered(6_000, seed=3)
    vectors[1_000:5_000] = vectors[1_000]
    query = unit(vectors[1_000:1_001] + 0.3 * vectors[10:11])[0]
    vectors[5_500] = query
    views = segments(tmp_path, vectors, np.arange(1, 6_001), size=2_000)
    rescored: list[int] = []
    original = scan._best_of_each_post

    def counted(chosen: Chosen, vector: Vectors, k: int) -> list[Scored]:
        rescored.append(sum(rows.size for _, rows in chosen))
        return original(chosen, vector, k)

    monkeypatch.setattr(scan, "_best_of_each_post", counted)
    hits = nearest(views, query, ALL, 20, least_rescored=500)
    assert rescored == [500]
    assert hits[0].seq == 5_501
    assert len(hits) == 20
    assert all(1_001 <= hit.seq <= 5_000 for hit in hits[1:])


def test_posts_of_many_passages_leave_room_for_others(tmp_path: Path) -> None:
    vectors = clustered(3_000, seed=4)
    query = vectors[0].copy()
    vectors[:600] = unit(query + 0.05 * clustered(600, seed=6))
    seqs = np.concatenate((np.repeat([1, 2], 300), np.arange(3, 2_403)))
    views = segments(tmp_path, vectors, seqs, size=1_000)
    hits = nearest(views, query, ALL, 10, least_rescored=100)
    assert [hit.seq for hit in hits[:2]] in ([1, 2], [2, 1])
    assert len({hit.seq for hit in hits}) == 10


def test_a_mask_lets_through_exactly_its_rows(tmp_path: Path) -> None:
    vectors = clustered(4_000, seed=8)
    views = segments(tmp_path, vectors, np.arange(1, 4_001), size=1_500)
    narrow = Wanted(
        since_us=1_200, until_us=2_800, langs=None, sources=None, authors=None, seqs=None
    )
    for least_rescored in (50, 10_000):
        hits = nearest(views, vectors[3_000], narrow, 30, least_rescored)
        assert len(hits) == 30
        assert all(1_200 <= hit.seq < 2_800 for hit in hits)
    few = [Seq(seq) for seq in (5, 1_501, 3_999, 9_999)]
    chosen = Wanted.of(Filters(), few)
    assert {hit.seq for hit in nearest(views, vectors[0], chosen, 9)} == {5, 1_501, 3_999}


@pytest.mark.parametrize("share", [1.0, 0.9, 0.05], ids=["all", "most", "few"])
def test_the_rows_scored_are_those_with_the_nearest_signs(tmp_path: Path, share: float) -> None:
    vectors = clustered(8_000, seed=3)
    # What a sample shows is nearer than the rest, so that it guesses too near a distance.
    vectors[::16] = unit(vectors[1] + 0.02 * clustered(500, seed=4))
    views = segments(tmp_path, vectors, np.arange(1, 8_001), size=3_000)
    dice = np.random.default_rng(5)
    allowed = [np.flatnonzero(dice.random(view.rows) < share) for view in views]
    searched = [
        (view, None if share == 1.0 else rows) for view, rows in zip(views, allowed, strict=True)
    ]

    def differing(rows: Sequence[Rows]) -> list[int]:
        signs = [view["codes"][each] for view, each in zip(views, rows, strict=True)]
        code = np.packbits(vectors[1] > 0)
        return sorted(np.unpackbits(np.concatenate(signs) ^ code, axis=1).sum(axis=1).tolist())

    chosen = {id(view): rows for view, rows in scan._chosen(searched, vectors[1], 250)}
    taken = [chosen[id(view)] for view in views]
    assert differing(taken) == differing(allowed)[:250]
    assert all(np.isin(*pair).all() for pair in zip(taken, allowed, strict=True))
