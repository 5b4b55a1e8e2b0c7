"""The half that knows meaning, written: passages embedded and added to segments in log order.

While more posts wait than the embedder can read, they get vectors that are only near, where it
offers them (`core.ports.Approximates`); these are made exact once nothing waits, the newest first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import UNSET

from siyaq.core.event import LogEntry
from siyaq.core.ids import Seq
from siyaq.index.embedding import Cut, TextEmbedder, cut, place_of, row_of, text_of
from siyaq.index.ledger import Ledger
from siyaq.index.segment import PREFIX, ROW, Layout, SegmentWriter, segment_path
from siyaq.index.state import SegmentState, storing
from siyaq.index.words import replaced
from siyaq.log import LogReader

_PASSAGES_AT_ONCE: Final = 2048


_RUNS: Final = 256  # of posts with near vectors; beyond, vectors are late instead


class VectorWriter:
    """Applies log entries to the segments, at most as far as words are. Not safe for threads.

    A segment is opened while rows are added to it or deleted from it, and no longer. Rows beyond
    the state, left by a crash, are written over.
    """

    def __init__(self, ledger: Ledger, embedder: TextEmbedder) -> None:
        self._ledger = ledger
        self._settings = ledger.settings
        self._embedder = embedder
        state = ledger.state
        self._layout = Layout(state.segment_rows, state.dimensions)
        self._states = list(state.segments)
        self._writers: dict[int, SegmentWriter] = {}
        self._runs = list(state.runs())  # posts with vectors that are only near
        self.position = Seq(state.embedded)
        self._remove_strays()

    @property
    def dirty(self) -> bool:
        """Whether something was applied that is not yet committed."""
        state = self._ledger.state
        return self.position > state.embedded or tuple(self._runs) != state.runs()

    @property
    def limit(self) -> int:
        """How many entries to take at once: more where they are to be read in less time."""
        settings = self._settings
        if self._hurries():
            return settings.entries_at_once
        return min(settings.entries_at_once, settings.embed_texts)

    def _hurries(self) -> bool:
        """Say whether so many posts wait that their vectors had better be near than late."""
        beyond = self._settings.approximate_beyond
        if beyond is None or not self._embedder.approximates or len(self._runs) >= _RUNS:
            return False
        return self._ledger.state.indexed - self.position > beyond

    def take(self, log: LogReader) -> bool:
        """Apply the next entries of the log; say whether more are likely to be waiting.

        Only what words are published for: a post is found by its words first.
        """
        limit = self.limit
        ceiling = self._ledger.state.indexed
        entries = [one for one in log.entries(self.position, limit) if one.seq <= ceiling]
        self.apply(entries)
        return len(entries) == limit

    def apply(self, entries: Sequence[LogEntry]) -> None:
        """Take the next entries of the log. Raises whatever the embedder raises."""
        near = self._hurries()
        for some in self._cut(entries):
            self._add(some, near=near)
        if near and entries:
            self._note_near(entries[0].seq, entries[-1].seq)
        # After the rows, since a post may be replaced by one that stands in the same batch.
        self._delete(replaced(entries))
        if entries:
            self.position = entries[-1].seq

    def commit(self) -> None:
        """Make what was applied durable, then publish it."""
        for writer in self._writers.values():
            writer.sync()
        self._settings.on_step("vectors written")
        self._ledger.publish(
            embedded=self.position,
            segments=tuple(self._states),
            approximate=tuple(self._runs) or UNSET,
        )
        self._settings.on_step("vectors published")
        for number in [each for each in self._writers if each != len(self._states) - 1]:
            self._writers.pop(number).close()

    def tidy(self, log: LogReader) -> bool:
        """Make some of the vectors that are only near exact; say whether there are more."""
        if not self._runs:
            return False
        first, last = self._runs.pop()
        begin = max(first, last - self._settings.refined_at_once + 1)
        entries = log.entries(Seq(begin - 1), last - begin + 1)
        self._refine([entry for entry in entries if entry.seq <= last])
        if begin > first:
            self._runs.append((first, begin - 1))
        return True

    def close(self) -> None:
        """Let go of the segments; what was not committed is forgotten."""
        while self._writers:
            self._writers.popitem()[1].close()

    def _cut(self, entries: Sequence[LogEntry]) -> Iterator[list[Cut]]:
        """Yield what is embedded of these entries, a few long texts of which may hold very much."""
        pieces = cut(entries, self._settings.passages_per_post)
        while some := list(islice(pieces, _PASSAGES_AT_ONCE)):
            yield some

    def _note_near(self, first: Seq, last: Seq) -> None:
        """Remember which posts have vectors that are only near."""
        if self._runs and self._runs[-1][1] >= first - 1:
            first = Seq(self._runs.pop()[0])
        self._runs.append((first, last))

    def _refine(self, entries: Sequence[LogEntry]) -> None:
        """Replace the vectors of these posts by exact ones. What was deleted meanwhile stays so."""
        for some in self._cut(entries):
            vectors = self._embedder.vectors(list(map(text_of, some)))
            self._replace(dict(zip(map(place_of, some), vectors, strict=True)))
            self._settings.on_step("vectors replaced")

    def _replace(self, by_place: Mapping[tuple[int, ...], npt.NDArray[np.float32]]) -> None:
        """Write each vector into the row that says it is of that place."""
        seqs = {seq for seq, *_ in by_place}
        for number, state in enumerate(self._states):
            if state.last_seq < min(seqs) or state.first_seq > max(seqs):
                continue
            writer = self._writer(number)
            segment = writer.segment
            rows = segment.rows_of(seqs, state.rows)
            rows = rows[segment["deleted"][rows] == 0]
            columns = (segment[name][rows].tolist() for name in ("seq", "start", "end", "title"))
            places = list(zip(*columns, strict=True))
            known = np.array([place in by_place for place in places], dtype=bool)
            rows = rows[known]
            exact = [by_place[place] for place in places if place in by_place]
            cuts = np.flatnonzero(np.diff(rows) != 1) + 1
            for part in np.split(np.arange(len(rows)), cuts) if exact else ():
                writer.replace(int(rows[part[0]]), np.stack(exact[part[0] : part[-1] + 1]))

    def _add(self, some: Sequence[Cut], *, near: bool) -> None:
        embed = self._embedder.near if near else self._embedder.vectors
        vectors = embed(list(map(text_of, some)))
        rows = np.array(list(map(row_of, some)), dtype=ROW)
        done = 0
        while done < len(rows):
            done += self._append(rows[done:], vectors[done:])

    def _append(self, rows: npt.NDArray[np.void], vectors: npt.NDArray[np.float32]) -> int:
        """Add as many rows as the last segment takes, and return how many."""
        if not self._states or self._states[-1].rows == self._layout.rows:
            self._begin_segment(int(rows[0]["seq"]))
        number, state = len(self._states) - 1, self._states[-1]
        count = min(len(rows), self._layout.rows - state.rows)
        rows = rows[:count]
        self._writer(number).write(state.rows, rows, vectors[:count])
        self._states[-1] = msgspec.structs.replace(
            state,
            rows=state.rows + count,
            last_seq=int(rows["seq"][-1]),
            since_us=min(state.since_us, int(rows["placed_us"].min())),
            until_us=max(state.until_us, int(rows["placed_us"].max())),
        )
        return count

    def _begin_segment(self, first_seq: int) -> None:
        number = len(self._states)
        path = segment_path(self._ledger.home, number)
        disk = self._settings.disk
        self._writers[number] = SegmentWriter(path, self._layout, disk, create=True)
        with storing(path):
            disk.sync_folder(path.parent)
        self._states.append(
            SegmentState(
                number=number,
                rows=0,
                deleted=0,
                first_seq=first_seq,
                last_seq=first_seq,
                since_us=2**62,
                until_us=-(2**62),
            )
        )

    def _delete(self, seqs: Sequence[Seq]) -> None:
        by_segment: dict[int, list[Seq]] = {}
        lasts = [state.last_seq for state in self._states]
        for seq in seqs:
            number = bisect_left(lasts, seq)
            # The passages of one post may lie in two segments or more.
            while number < len(lasts) and self._states[number].first_seq <= seq:
                by_segment.setdefault(number, []).append(seq)
                number += 1
        for number, gone in by_segment.items():
            writer, state = self._writer(number), self._states[number]
            rows = writer.segment.rows_of(gone, state.rows)
            writer.delete(rows)
            deleted = int(np.count_nonzero(writer.segment["deleted"][: state.rows]))
            self._states[number] = msgspec.structs.replace(state, deleted=deleted)

    def _writer(self, number: int) -> SegmentWriter:
        if number not in self._writers:
            path = segment_path(self._ledger.home, number)
            self._writers[number] = SegmentWriter(
                path, self._layout, self._settings.disk, create=False
            )
        return self._writers[number]

    def _remove_strays(self) -> None:
        known = {segment_path(self._ledger.home, each.number) for each in self._states}
        for path in self._ledger.home.glob(f"{PREFIX}*"):
            if path not in known:
                with storing(path):
                    self._settings.disk.remove(path)
