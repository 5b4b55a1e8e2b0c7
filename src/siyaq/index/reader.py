"""The Searcher over an index on this machine, read by any process beside its one writer."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from siyaq.core.errors import ConfigError, CorruptionError
from siyaq.core.ids import Seq
from siyaq.core.ports import Embedder, LinkField, Passage, Vector
from siyaq.core.query import Filters, Scored
from siyaq.index import lexical
from siyaq.index.document import one_of
from siyaq.index.lexical import PartitionView
from siyaq.index.scan import Wanted, nearest
from siyaq.index.segment import (
    Layout,
    Rows,
    Segment,
    SegmentView,
    name_hash,
    ordered,
    segment_path,
)
from siyaq.index.state import FOLDER, NAME, REBUILD, State, approximate, home, read_state
from siyaq.text.address import address_key

_ATTEMPTS = 5  # a rebuilt index may replace files between reading the state and opening them


@dataclass(frozen=True)
class _Snapshot:
    """Everything one published state names, open."""

    state: State | None = None
    partitions: tuple[PartitionView, ...] = ()
    segments: tuple[SegmentView, ...] = ()
    stamp: tuple[int, ...] = field(default=())  # of the state file, to see that it changed


class IndexReader:
    """Implements `siyaq.core.ports.Searcher`; safe for threads.

    A directory without an index is empty, and the index is picked up when it appears. Between
    two refreshes nothing changes, while the writer goes on or the index is rebuilt.
    """

    def __init__(self, directory: Path, embedder: Embedder | None = None) -> None:
        self._directory = directory / FOLDER
        self._path = self._directory / NAME
        self._embedder = embedder
        self._refreshing = threading.Lock()
        self._snapshot = _Snapshot()

    @classmethod
    def open(cls, directory: Path, embedder: Embedder | None = None) -> IndexReader:
        """Open the index in the data directory `directory` as it is now.

        With the embedder that queries will come from, an index of another embedder refuses
        them. Raises FormatTooNew, ConfigError (older format, another analyzer), CorruptionError.
        """
        reader = cls(directory, embedder)
        reader.refresh()
        return reader

    def close(self) -> None:
        """Let go of the index; an open search in another thread still ends well."""
        self._snapshot = _Snapshot()

    def refresh(self) -> None:
        """Move to the newest published state; costs one stat where there is none."""
        with self._refreshing:
            for _ in range(_ATTEMPTS):
                stamp = self._stamp()
                if stamp == self._snapshot.stamp:
                    return
                try:
                    self._snapshot = self._load(stamp)
                except FileNotFoundError as error:
                    missing = error
                else:
                    return
            raise CorruptionError(f"index {str(self._directory)!r} lacks {missing}") from missing

    @property
    def indexed(self) -> Seq:
        """Posts up to this place in the log are found by their words."""
        state = self._snapshot.state
        return Seq(state.indexed if state else 0)

    @property
    def embedded(self) -> Seq:
        """Posts up to this place in the log are found by their meaning."""
        state = self._snapshot.state
        return Seq(state.embedded if state else 0)

    @property
    def approximate(self) -> int:
        """How many of the posts found by meaning have a vector that is only near so far."""
        state = self._snapshot.state
        return approximate(state) if state else 0

    def lexical(
        self,
        terms: Mapping[str, float],
        where: Filters,
        k: int,
        *,
        among: tuple[str, ...] = (),
    ) -> Sequence[Scored]:
        """Return the k posts with the best BM25 over `terms` (term to weight), best first.

        How rare a term is, is counted in the posts of the sources `among`; none means all.
        """
        if k < 1:
            return []
        with self._reading():
            return lexical.best(self._snapshot.partitions, terms, where, k, among)

    def holding(
        self,
        terms: Mapping[str, float],
        where: Filters,
        k: int,
        *,
        among: tuple[str, ...] = (),
    ) -> Sequence[Scored]:
        """Return the k posts that hold most of `terms`, rare ones heavier, however long they are.

        `among` as in `lexical`.
        """
        if k < 1:
            return []
        with self._reading():
            return lexical.best(self._snapshot.partitions, terms, where, k, among, lengths=False)

    def semantic(self, vector: Vector, where: Filters, k: int) -> Sequence[Scored]:
        """Return the k passages nearest to `vector` by cosine, best first, one per post.

        Raises ConfigError where the index was made with another embedder.
        """
        snapshot = self._snapshot
        if snapshot.state is None or k < 1:
            return []
        query = np.ascontiguousarray(vector, dtype=np.float32)
        self._check_embedder(snapshot.state, query.size)
        only = None
        if where.only is not None:
            with self._reading():
                only = lexical.places_of(snapshot.partitions, where.only)
        return nearest(snapshot.segments, query, Wanted.of(where, only), k)

    def linked(
        self, field: LinkField, value: str, *, where: Filters, k: int, newest_first: bool
    ) -> Sequence[Seq]:
        """Return up to k posts whose `field` is exactly `value`, ordered by placed time.

        An author is named by id or by handle, in any case; a page by any spelling of its address.
        """
        value = _exact(field, value)
        if k < 1 or not value:
            return []
        query = one_of(field, (value,))
        with self._reading():
            partitions = [view for view in self._snapshot.partitions if view.holds(field, value)]
            return lexical.ordered(partitions, query, where, k, newest_first=newest_first)

    def newest(self, where: Filters, k: int) -> Sequence[Seq]:
        """Return the k posts placed last, the newest first."""
        if k < 1:
            return []
        partitions = self._snapshot.partitions
        with self._reading():
            return lexical.ordered(partitions, None, where, k, newest_first=True)

    def document_frequency(
        self, terms: Iterable[str], *, among: tuple[str, ...] = ()
    ) -> Mapping[str, int]:
        """Return in how many posts each term stands; deleted ones may still be counted.

        `among` are the sources whose posts are counted; none means all.
        """
        partitions = self._snapshot.partitions
        with self._reading():
            return {term: sum(view.frequency(term, among) for view in partitions) for term in terms}

    @property
    def document_count(self) -> int:
        """How many posts the view holds."""
        return self.documents()

    def documents(self, among: tuple[str, ...] = ()) -> int:
        """Return how many posts of some sources the view holds; none means all."""
        partitions = self._snapshot.partitions
        with self._reading():
            return sum(view.documents(among) for view in partitions)

    def passages(
        self, seqs: Iterable[Seq], *, among: tuple[str, ...] = ()
    ) -> Mapping[Seq, Sequence[Passage]]:
        """Return the embedded passages of each post, in text order; missing ones are left out.

        So are, where `among` names sources, the posts of others.
        """
        found: dict[Seq, list[Passage]] = {}
        snapshot = self._snapshot
        runs = snapshot.state.runs() if snapshot.state else ()
        for view, wanted in _holding(snapshot.segments, seqs):
            rows = _rows_among(view, view.live_rows_of(wanted), among)
            view.require_sound(rows)
            columns = (view[name][rows].tolist() for name in ("seq", "start", "end"))
            for seq, start, end, vector in zip(*columns, view.vectors(rows), strict=True):
                exact = not any(first <= seq <= last for first, last in runs)
                found.setdefault(Seq(seq), []).append(Passage(start, end, vector, exact))
        return found

    def titles(self, seqs: Iterable[Seq], *, among: tuple[str, ...] = ()) -> Mapping[Seq, Vector]:
        """Return the vector of each post's title; posts without one are left out.

        So are, where `among` names sources, the posts of others.
        """
        found: dict[Seq, Vector] = {}
        for view, wanted in _holding(self._snapshot.segments, seqs):
            if not view.titled:
                continue
            rows = _rows_among(view, view.title_rows_of(wanted), among)
            view.require_sound(rows)
            found.update(zip(map(Seq, view["seq"][rows].tolist()), view.vectors(rows), strict=True))
        return found

    def _reading(self) -> AbstractContextManager[None]:
        return lexical.reading(f"index {str(self._directory)!r}")

    def _check_embedder(self, state: State, dimensions: int) -> None:
        name = self._embedder.name if self._embedder else state.embedder
        if name != state.embedder or dimensions != state.dimensions:
            raise ConfigError(
                f"index was made with embedder {state.embedder!r} ({state.dimensions} dimensions),"
                f" the query comes from {name!r} ({dimensions})",
                hint=REBUILD,
            )

    def _stamp(self) -> tuple[int, ...]:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return ()
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _load(self, stamp: tuple[int, ...]) -> _Snapshot:
        state = read_state(self._path)
        if state is None:
            return _Snapshot()
        folder = home(self._directory, state.generation)
        before = self._snapshot
        same = before.state is not None and before.state.generation == state.generation
        views = {view.state.name: view for view in before.partitions if same}
        segments = {view.state.number: view for view in before.segments if same}
        layout = Layout(state.segment_rows, state.dimensions)
        return _Snapshot(
            state,
            tuple(
                views[each.name].moved_to(each)
                if each.name in views
                else PartitionView.open(folder / each.name, each)
                for each in state.partitions
            ),
            tuple(
                segments[each.number].moved_to(each, state.runs())
                if each.number in segments
                else SegmentView(
                    Segment(segment_path(folder, each.number), layout), each, state.runs()
                )
                for each in state.segments
            ),
            stamp,
        )


def _holding(
    views: Sequence[SegmentView], seqs: Iterable[Seq]
) -> Iterator[tuple[SegmentView, npt.NDArray[np.uint64]]]:
    """Yield each view that may hold some of the posts, with those."""
    wanted = ordered(seqs)
    for view in views:
        first = np.searchsorted(wanted, view.state.first_seq)
        mine = wanted[first : np.searchsorted(wanted, view.state.last_seq, side="right")]
        if mine.size:
            yield view, mine


def _rows_among(view: SegmentView, rows: Rows, among: tuple[str, ...]) -> Rows:
    if not among:
        return rows
    hashes = np.array([name_hash(name) for name in among], dtype="<u8")
    return rows[np.isin(view["source"][rows], hashes)]


def _exact(field: LinkField, value: str) -> str:
    """Return a value as the index spells it."""
    if field == "author":
        return value.lower()
    return address_key(value) if field == "url" else value
