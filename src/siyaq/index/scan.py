"""Nearest passages by an exact scan in two steps: signs first, then bytes.

Every passage that the filters let through is compared by the Hamming distance of its signs, and
the nearest of them are scored exactly. There is no graph to build, so a new row is found at once
and a narrower filter makes the search cheaper.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import faiss
import numpy as np
import numpy.typing as npt

from siyaq.core.ids import Seq
from siyaq.core.query import Filters, Scored
from siyaq.core.span import Span
from siyaq.index.document import bounds_us
from siyaq.index.segment import Mask, Rows, SegmentView, name_hash

LEAST_RESCORED: Final = 3000
"""Passages scored exactly at least. Of 300,000, 1,000 gave recall@20 of 0.985, 3,000 of 0.997."""
RESCORED_PER_HIT: Final = 20
RESCORED_OF: Final = 128
"""One in so many of those that are compared is scored exactly, where that is more: of a million
(jittered copies) 3,000 gave recall@20 of 0.962, one in 128 of 0.987, at 1.5 ms more."""
_DECIMALS: Final = 6  # beyond these, the order of a sum decides and copies would not tie


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters as the columns of a segment know them. None lets everything through."""

    since_us: int | None
    until_us: int | None
    langs: npt.NDArray[np.uint64] | None
    sources: npt.NDArray[np.uint64] | None
    authors: npt.NDArray[np.uint64] | None
    seqs: Sequence[Seq] | None  # in place of `Filters.only`

    @classmethod
    def of(cls, where: Filters, only: Sequence[Seq] | None) -> Wanted:
        """Translate `where`; `only` are the places of the posts that `where.only` names."""
        return cls(
            *bounds_us(where.placed),
            _hashes(where.langs, lower=True),
            _hashes(where.sources, lower=False),
            _hashes(where.authors, lower=True),
            only,
        )

    def mask(self, view: SegmentView) -> Mask | None:
        """Return which rows may be found: None for all, an empty mask for none."""
        state = view.state
        if self.since_us is not None and state.until_us < self.since_us:
            return _NOTHING
        if self.until_us is not None and state.since_us >= self.until_us:
            return _NOTHING
        demands = []
        if self.since_us is not None and state.since_us < self.since_us:
            demands.append(view["placed_us"] >= self.since_us)
        if self.until_us is not None and state.until_us >= self.until_us:
            demands.append(view["placed_us"] < self.until_us)
        if self.langs is not None:
            demands.append(_among(view["lang"], self.langs))
        if self.sources is not None:
            demands.append(_among(view["source"], self.sources))
        if self.authors is not None:
            demands.append(
                _among(view["author"], self.authors) | _among(view["handle"], self.authors)
            )
        if self.seqs is not None:
            chosen = np.zeros(view.rows, dtype=bool)
            chosen[view.live_rows_of(self.seqs)] = True
            demands.append(chosen)
        if view.shown is not None:
            demands.append(view.shown)
        return np.logical_and.reduce(demands) if demands else None


_NOTHING: Final = np.zeros(0, dtype=bool)


def nearest(
    views: Sequence[SegmentView],
    vector: npt.NDArray[np.float32],
    wanted: Wanted,
    k: int,
    least_rescored: int = LEAST_RESCORED,
) -> list[Scored]:
    """Return the k posts with the passage nearest to `vector` by cosine, best first."""
    searched: list[_Searched] = []
    total = 0
    for view in views:
        mask = wanted.mask(view)
        rows = None if mask is None else np.flatnonzero(mask)
        count = view.rows if rows is None else rows.size
        if count:
            searched.append((view, rows))
        total += count
    budget = max(least_rescored, RESCORED_PER_HIT * k, total // RESCORED_OF)
    while True:
        chosen = _chosen(searched, vector, budget if budget < total else None)
        found = _best_of_each_post(chosen, vector, k)
        # Long texts, or copies of them, may fill the budget with passages of a few posts.
        if len(found) == k or budget >= total:
            return found
        budget *= 4


_Searched = tuple[SegmentView, Rows | None]
"""A segment, and the rows of it that may be found; None for all."""


def _chosen(
    searched: Sequence[_Searched], vector: npt.NDArray[np.float32], budget: int | None
) -> list[tuple[SegmentView, Rows]]:
    """Return the rows to score exactly: all that are let through, or the `budget` nearest."""
    if budget is None:
        return [(view, np.arange(view.rows) if rows is None else rows) for view, rows in searched]
    code = np.packbits(vector > 0)[None, :]
    distances = [_distances(code, *one) for one in searched]
    near = _within(distances, budget, vector.size)
    histogram = sum(
        np.bincount(column[places], minlength=vector.size + 1)
        for column, places in zip(distances, near, strict=True)
    )
    reached = np.cumsum(histogram)
    cut = int(np.searchsorted(reached, budget))
    left = budget - (int(reached[cut - 1]) if cut else 0)
    chosen: list[tuple[SegmentView, Rows]] = []
    # Of the passages just at the cut, of which copies may make very many, the newest are taken.
    every = zip(searched[::-1], distances[::-1], near[::-1], strict=True)
    for (view, rows), column, places in every:
        distance = column[places]
        at_cut = places[distance == cut][-left:] if left else _NO_ROWS
        left -= at_cut.size
        taken = np.concatenate((places[distance < cut], at_cut))
        chosen.append((view, taken if rows is None else rows[taken]))
    return chosen


def _within(distances: Sequence[npt.NDArray[np.int32]], budget: int, farthest: int) -> list[Rows]:
    """Return the places in each column within some distance that `budget` or more are within.

    The distance is guessed from a sample, since counting all takes half as long as the scan.
    """
    sample = np.concatenate([column[::_SAMPLED] for column in distances])
    reached = np.cumsum(np.bincount(sample, minlength=farthest + 1))
    guess = int(np.searchsorted(reached, _SPARE * budget / _SAMPLED))
    while True:
        near = [np.flatnonzero(column <= guess) for column in distances]
        if guess >= farthest or sum(places.size for places in near) >= budget:
            return near
        guess += _STEP


_NO_ROWS: Final = np.zeros(0, dtype=np.intp)
_SAMPLED: Final = 16  # one row of so many
_SPARE: Final = 1.2  # times as many as needed, so that a guess seldom falls short
_STEP: Final = 4  # how much farther to look then
_FEW: Final = 0.05  # share of a segment up to which its rows are gathered before they are compared


def _distances(
    code: npt.NDArray[np.uint8], view: SegmentView, rows: Rows | None
) -> npt.NDArray[np.int32]:
    """Return how many signs of each of these rows differ from `code`."""
    codes, after = view["codes"], rows
    if rows is not None and rows.size < _FEW * view.rows:
        codes, after = codes[rows], None
    found = np.empty((1, len(codes)), dtype=np.int32)
    faiss.hammings(  # type: ignore[attr-defined]  # its stub leaves this one out
        faiss.swig_ptr(code),
        faiss.swig_ptr(codes),
        1,
        len(codes),
        code.shape[1],
        faiss.swig_ptr(found),
    )
    column: npt.NDArray[np.int32] = found[0]
    return column if after is None else column[after]


def _best_of_each_post(
    chosen: Sequence[tuple[SegmentView, Rows]], vector: npt.NDArray[np.float32], k: int
) -> list[Scored]:
    chosen = [(view, rows) for view, rows in chosen if rows.size]
    if not chosen:
        return []

    def gather(name: str) -> npt.NDArray[np.int64]:
        return np.concatenate([view[name][rows] for view, rows in chosen]).astype(np.int64)

    scores = np.concatenate([view.cosines(rows, vector) for view, rows in chosen])
    scores = scores.round(_DECIMALS)
    seqs = gather("seq")
    order = _first_of_each_post(scores, seqs, gather("start"), k)
    _require_sound(chosen, order)
    columns = (seqs, scores, gather("whole"), gather("start"), gather("end"))
    return [
        Scored(Seq(seq), score, None if whole else Span(start, end))
        for seq, score, whole, start, end in zip(
            *(column[order].tolist() for column in columns), strict=True
        )
    ]


def _first_of_each_post(
    scores: npt.NDArray[np.float32],
    seqs: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    k: int,
) -> Rows:
    """Return the places of the best k posts, each by its best passage, best first."""
    enough = 2 * k  # of which k posts are likely; if they are not, all are put in order
    places = np.arange(scores.size)
    if enough < scores.size:
        places = np.flatnonzero(scores >= np.partition(scores, -enough)[-enough])
    while True:
        order = places[np.lexsort((starts[places], seqs[places], -scores[places]))]
        _, first = np.unique(seqs[order], return_index=True)
        if first.size >= k or places.size == scores.size:
            return order[np.sort(first)[:k]]
        places = np.arange(scores.size)


def _require_sound(chosen: Sequence[tuple[SegmentView, Rows]], places: Rows) -> None:
    """Raise CorruptionError if a row to be shown is damaged. `places` count through `chosen`."""
    first = 0
    for view, rows in chosen:
        mine = places[(places >= first) & (places < first + rows.size)] - first
        view.require_sound(rows[mine])
        first += rows.size


def _hashes(names: Sequence[str], *, lower: bool) -> npt.NDArray[np.uint64] | None:
    if not names:
        return None
    return np.array([name_hash(name.lower() if lower else name) for name in names], dtype="<u8")


def _among(column: npt.NDArray[np.uint64], values: npt.NDArray[np.uint64]) -> Mask:
    if values.size <= _COMPARED_ONE_BY_ONE:
        return functools.reduce(np.logical_or, [column == value for value in values])
    return np.isin(column, values)


_COMPARED_ONE_BY_ONE: Final = 8
