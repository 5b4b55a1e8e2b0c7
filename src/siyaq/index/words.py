"""The lexical half, written: one tantivy index for each contiguous range of the log."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import Final

import msgspec
from tantivy import FieldType, Index, IndexWriter, Query

from siyaq.core.event import LogEntry
from siyaq.core.ids import Seq
from siyaq.index.document import document, microseconds, schema
from siyaq.index.ledger import Ledger
from siyaq.index.settings import MIN_MEMORY_BYTES
from siyaq.index.state import PartitionState, storing, sync_directory

_OPEN_AT_MOST: Final = 4  # writers kept: the partition being filled, and those of recent deletes
PREFIX: Final = "words-"


class WordWriter:
    """Applies log entries to the partitions. Not safe for threads.

    After a crash tantivy may be one commit ahead of the state. What it holds beyond the state is
    taken out again in the same commit that puts it back, so no reader ever sees it twice.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._settings = ledger.settings
        self.limit = self._settings.entries_at_once
        state = ledger.state
        self._size = state.partition_seqs
        self._states = {each.number: each for each in state.partitions}
        self._writers: dict[int, IndexWriter] = {}  # the one used last comes last
        self._touched: set[int] = set()
        self.position = Seq(state.indexed)
        self._remove_strays()
        last = max(self._states, default=None)
        if last is not None:
            beyond = Query.range_query(
                schema(), "seq", FieldType.Unsigned, lower_bound=state.indexed + 1
            )
            self._writer(last).delete_documents_by_query(beyond)

    @property
    def dirty(self) -> bool:
        """Whether something was applied that is not yet committed."""
        return self.position > self._ledger.state.indexed

    def ceiling(self) -> Seq | None:
        """Return how far in the log this half may go; None for as far as there is."""
        return None

    def apply(self, entries: Sequence[LogEntry]) -> None:
        """Take the next entries of the log."""
        for entry in entries:
            if entry.post is not None:
                number = self._number(entry.seq)
                self._writer(number).add_document(document(entry, entry.post))
                self._stretch(number, microseconds(entry.post.placed_at))
        # After the posts, since one may be replaced by another that stands in the same batch.
        self._delete([entry.replaces for entry in entries if entry.replaces is not None])
        if entries:
            self.position = entries[-1].seq

    def commit(self) -> None:
        """Make what was applied durable, then publish it."""
        for number in sorted(self._touched):
            with storing(self._ledger.home):
                stamp = self._writers[number].commit()
            self._states[number] = msgspec.structs.replace(self._states[number], commit=stamp)
        self._touched.clear()
        self._settings.on_step("words committed")
        partitions = tuple(self._states[number] for number in sorted(self._states))
        self._ledger.publish(indexed=self.position, partitions=partitions)
        self._settings.on_step("words published")
        for number in list(self._writers)[:-_OPEN_AT_MOST]:
            del self._writers[number]

    def close(self) -> None:
        """Let go of the partitions; what was not committed is forgotten."""
        self._writers.clear()

    def _number(self, seq: Seq) -> int:
        return (seq - 1) // self._size

    def _delete(self, seqs: Sequence[Seq]) -> None:
        by_partition: dict[int, list[Seq]] = {}
        for seq in seqs:
            by_partition.setdefault(self._number(seq), []).append(seq)
        for number, gone in by_partition.items():
            if number in self._states:
                # By query: tantivy-py's delete by term takes an integer for a signed one.
                self._writer(number).delete_documents_by_query(
                    Query.term_set_query(schema(), "seq", gone)
                )

    def _stretch(self, number: int, placed_us: int) -> None:
        state = self._states[number]
        if not state.since_us <= placed_us <= state.until_us:
            self._states[number] = msgspec.structs.replace(
                state,
                since_us=min(state.since_us, placed_us),
                until_us=max(state.until_us, placed_us),
            )

    def _writer(self, number: int) -> IndexWriter:
        """Return the writer of a partition, opening it, and making the partition, as needed."""
        self._touched.add(number)
        writer = self._writers.pop(number, None)
        if writer is None:
            writer = self._open(number)
        self._writers[number] = writer
        return writer

    def _open(self, number: int) -> IndexWriter:
        filling = number >= self._number(Seq(self.position + 1))
        memory = self._settings.memory_bytes if filling else MIN_MEMORY_BYTES
        if number in self._states:
            path = self._ledger.home / self._states[number].name
            return Index.open(str(path)).writer(memory, 1)
        state = new_partition(number)
        path = self._ledger.home / state.name
        with storing(path):
            path.mkdir()
            sync_directory(path.parent)
        self._states[number] = state
        return Index(schema(), str(path)).writer(memory, 1)

    def _remove_strays(self) -> None:
        known = {each.name for each in self._states.values()}
        for path in self._ledger.home.glob(f"{PREFIX}*"):
            if path.name not in known:
                shutil.rmtree(path)


def new_partition(number: int) -> PartitionState:
    """Return the state of a partition without posts, under a name never used before."""
    name = f"{PREFIX}{number:06d}-{os.urandom(4).hex()}"
    return PartitionState(number=number, name=name, commit=0, since_us=2**62, until_us=-(2**62))
