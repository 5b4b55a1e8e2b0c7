"""The half that knows meaning, written: passages embedded and added to segments in log order."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from siyaq.core.clock import to_microseconds
from siyaq.core.event import LogEntry
from siyaq.core.ids import Seq
from siyaq.core.ports import Embedder
from siyaq.core.post import Post
from siyaq.core.span import Span
from siyaq.index.ledger import Ledger
from siyaq.index.segment import PREFIX, ROW, Layout, SegmentWriter, name_hash, segment_path
from siyaq.index.state import SegmentState, storing
from siyaq.index.words import replaced
from siyaq.log import LogReader
from siyaq.text.sentences import passages

_PASSAGES_AT_ONCE: Final = 2048
_REMEMBERED: Final = 20_000  # texts whose vectors are kept, float16: 20 MB at 512 dimensions


class TextEmbedder:
    """Embeds texts, equal ones once while they are remembered. Not safe for threads."""

    def __init__(self, embedder: Embedder, batch: int) -> None:
        self._embedder = embedder
        self._batch = batch
        self._known: OrderedDict[str, npt.NDArray[np.float16]] = OrderedDict()

    def vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row per text. Raises whatever the embedder raises."""
        plain = [" ".join(text.split()) for text in texts]
        fresh = [text for text in dict.fromkeys(plain) if text not in self._known]
        for text in plain:
            if text in self._known:
                self._known.move_to_end(text)
        for start in range(0, len(fresh), self._batch):
            batch = fresh[start : start + self._batch]
            rows = np.asarray(self._embedder.embed(batch), dtype=np.float16)
            self._known.update(zip(batch, rows, strict=True))
        found = np.empty((len(plain), self._embedder.dimensions), dtype=np.float32)
        for place, text in enumerate(plain):
            found[place] = self._known[text]
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found


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
        self.limit = min(self._settings.entries_at_once, self._settings.embed_texts)
        self.position = Seq(state.embedded)
        self._remove_strays()

    @property
    def dirty(self) -> bool:
        """Whether something was applied that is not yet committed."""
        return self.position > self._ledger.state.embedded

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
        cut = [
            (entry.seq, entry.post, span)
            for entry in entries
            if entry.post is not None
            for span in self._spans(entry.post)
        ]
        # In pieces, since a few long texts may hold very many passages.
        for start in range(0, len(cut), _PASSAGES_AT_ONCE):
            self._add(cut[start : start + _PASSAGES_AT_ONCE])
        # After the rows, since a post may be replaced by one that stands in the same batch.
        self._delete(replaced(entries))
        if entries:
            self.position = entries[-1].seq

    def commit(self) -> None:
        """Make what was applied durable, then publish it."""
        for writer in self._writers.values():
            writer.sync()
        self._settings.on_step("vectors written")
        self._ledger.publish(embedded=self.position, segments=tuple(self._states))
        self._settings.on_step("vectors published")
        for number in [each for each in self._writers if each != len(self._states) - 1]:
            self._writers.pop(number).close()

    def tidy(self, log: LogReader) -> bool:
        """There is nothing to do: what is deleted here is wiped at once."""
        return False

    def close(self) -> None:
        """Let go of the segments; what was not committed is forgotten."""
        while self._writers:
            self._writers.popitem()[1].close()

    def _spans(self, post: Post) -> list[Span | None]:
        """Return what is embedded of a post: its passages, then None for its title, if any."""
        spans = passages(post.text)[: self._settings.passages_per_post]
        return [*spans, None] if post.title.strip() else [*spans]

    def _add(self, cut: Sequence[tuple[Seq, Post, Span | None]]) -> None:
        vectors = self._embedder.vectors(
            [post.title if span is None else span.of(post.text) for _, post, span in cut]
        )
        rows = np.array([_row(*each) for each in cut], dtype=ROW)
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


def _row(seq: Seq, post: Post, span: Span | None) -> tuple[int, ...]:
    handle = post.author.handle or post.author.id
    place = span or Span(0, 0)
    return (
        seq,
        to_microseconds(post.placed_at),
        name_hash(post.lang.lower()),
        name_hash(post.source),
        name_hash(post.author.id.lower()),
        name_hash(handle.lower()),
        place.start,
        place.end,
        span is not None and (span.start, span.end) == (0, len(post.text)),
        span is None,
    )
