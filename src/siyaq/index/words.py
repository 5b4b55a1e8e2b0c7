"""The lexical half, written: one tantivy index for each contiguous range of the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from siyaq.core.event import LogEntry
from siyaq.core.ids import Seq
from siyaq.index.clerk import Clerk
from siyaq.index.document import Told, told
from siyaq.index.ledger import Ledger
from siyaq.index.partition import PREFIX, Partition, holds_deleted_text, unused_state
from siyaq.index.purge import PurgeOrders, Rewrite
from siyaq.index.settings import MIN_MEMORY_BYTES
from siyaq.index.state import storing
from siyaq.log import LogReader

_OPEN_AT_MOST: Final = 4  # partitions: the one being filled, and those of recent deletes


class WordWriter:
    """Applies log entries to the partitions. Not safe for threads.

    After a crash tantivy may be one commit ahead of the state. What it holds beyond the state is
    taken out again in the same commit that puts it back, so no reader ever sees it twice.
    """

    def __init__(
        self, ledger: Ledger, orders: PurgeOrders | None = None, clerk: Clerk | None = None
    ) -> None:
        self._ledger = ledger
        self._clerk = clerk or Clerk(beyond=None)
        self._orders = orders or PurgeOrders()
        self._order = 0  # the purge under way
        self._stained: list[int] = []  # partitions it has yet to write anew
        self._rewrite: Rewrite | None = None
        self._settings = ledger.settings
        self.limit = self._settings.entries_at_once
        state = ledger.state
        self._size = state.partition_seqs
        self._states = {each.number: each for each in state.partitions}
        self._open: dict[int, Partition] = {}  # the one used last comes last
        self.position = Seq(state.indexed)
        self._remove_strays()
        if self._states:
            self._partition(max(self._states)).delete_beyond(self.position)

    @property
    def dirty(self) -> bool:
        """Whether something was applied that is not yet committed."""
        return self.position > self._ledger.state.indexed

    def take(self, log: LogReader) -> bool:
        """Apply the next entries of the log; say whether more are likely to be waiting."""
        rows = log.rows(self.position, self.limit)
        if rows:
            gone = [Seq(replaces) for _, _, replaces, *_ in rows if replaces is not None]
            self._take(self._clerk.told_of(rows), gone, Seq(rows[-1][0]))
        return len(rows) == self.limit

    def apply(self, entries: Sequence[LogEntry]) -> None:
        """Take the next entries of the log."""
        if entries:
            posts = (
                told(one.seq, one.post_id, one.post) for one in entries if one.post is not None
            )
            self._take(posts, replaced(entries), entries[-1].seq)

    def _take(self, posts: Iterable[Told], gone: Sequence[Seq], position: Seq) -> None:
        for number, group in groupby(posts, lambda one: self._number(Seq(one.seq))):
            self._partition(number).add(group)
        # After the posts, since one may be replaced by another that stands in the same batch.
        for number, seqs in self._by_partition(gone):
            if number in self._states:
                self._partition(number).delete(seqs)
            if self._rewrite is not None and self._rewrite.number == number:
                self._rewrite.partition.delete(seqs)
        self.position = position

    def commit(self) -> None:
        """Make what was applied durable, then publish it."""
        for number in sorted(self._open):
            self._states[number] = self._open[number].commit()
        self._settings.on_step("words committed")
        partitions = tuple(self._states[number] for number in sorted(self._states))
        self._ledger.publish(indexed=self.position, partitions=partitions)
        self._settings.on_step("words published")
        for number in list(self._open)[:-_OPEN_AT_MOST]:
            del self._open[number]

    def tidy(self, log: LogReader) -> bool:
        """Do a piece of the purge that was asked for, if any; say whether there is more of it."""
        if self._order == 0:
            self._order = self._orders.pending()
            if self._order == 0:
                self._clerk.rest()
                return False
            self.commit()
            self._stained = [
                number
                for number, state in self._states.items()
                if holds_deleted_text(self._ledger.home / state.name)
            ]
        if self._rewrite is None and self._stained:
            self._rewrite = self._begin_rewrite(self._stained.pop())
        if self._rewrite is not None and self._rewrite.go_on(log, self.position):
            self._put_in_place(self._rewrite)
            self._rewrite = None
        if self._rewrite is None and not self._stained:
            self._orders.finish(self._order)
            self._order = 0
        return True

    def close(self) -> None:
        """Let go of the partitions; what was not committed is forgotten."""
        self._open.clear()
        self._rewrite = None

    def _begin_rewrite(self, number: int) -> Rewrite:
        partition = Partition(
            self._ledger.home, unused_state(number), MIN_MEMORY_BYTES, self._settings.disk
        )
        first, last = Seq(number * self._size + 1), Seq((number + 1) * self._size)
        return Rewrite(number, partition, first, last)

    def _put_in_place(self, rewrite: Rewrite) -> None:
        number = rewrite.number
        old = self._ledger.home / self._states[number].name
        self._open.pop(number, None)
        self._open[number] = rewrite.partition
        self._states[number] = rewrite.partition.state
        self.commit()
        with storing(old):
            self._settings.disk.remove(old)

    def _number(self, seq: Seq) -> int:
        return (seq - 1) // self._size

    def _by_partition(self, seqs: Sequence[Seq]) -> Iterator[tuple[int, list[Seq]]]:
        for number, group in groupby(sorted(seqs), self._number):
            yield number, list(group)

    def _partition(self, number: int) -> Partition:
        """Return a partition to write to, opening it, and making it, as needed."""
        partition = self._open.pop(number, None)
        if partition is None:
            state = self._states.setdefault(number, unused_state(number))
            filling = number >= self._number(Seq(self.position + 1))
            memory = self._settings.memory_bytes if filling else MIN_MEMORY_BYTES
            partition = Partition(self._ledger.home, state, memory, self._settings.disk)
        self._open[number] = partition
        return partition

    def _remove_strays(self) -> None:
        known = {each.name for each in self._states.values()}
        for path in self._ledger.home.glob(f"{PREFIX}*"):
            if path.name not in known:
                with storing(path):
                    self._settings.disk.remove(path)


def replaced(entries: Sequence[LogEntry]) -> list[Seq]:
    """Return the places of the posts that these entries supersede."""
    return [entry.replaces for entry in entries if entry.replaces is not None]
