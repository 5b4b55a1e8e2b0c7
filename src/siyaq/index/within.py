"""A part of an index, as if it were all of it: the posts of the sources that are shown.

Posts of other sources are not found, and not counted: how rare a word is, which ranks posts and
weighs evidence, is counted among those that are shown. What stays of the others is the mean length
of a post, by which BM25 is evened out within a partition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from siyaq.core.ids import Seq
from siyaq.core.ports import LinkField, Passage, Vector
from siyaq.core.query import Filters, Scored
from siyaq.index.reader import IndexReader


class IndexWithin:
    """Implements `siyaq.core.ports.Searcher`; safe for threads.

    `names` returns the sources that are shown now, of those of which there are posts.
    """

    def __init__(self, index: IndexReader, names: Callable[[], Sequence[str]]) -> None:
        self._index = index
        self._names = names

    def refresh(self) -> None:
        """Move to the newest published state, if there is one."""
        self._index.refresh()

    @property
    def indexed(self) -> Seq:
        """Posts up to this place in the log are found by their words."""
        return self._index.indexed

    @property
    def embedded(self) -> Seq:
        """Posts up to this place in the log are found by their meaning."""
        return self._index.embedded

    @property
    def approximate(self) -> int:
        """Not said: it is counted over all posts."""
        return 0

    def lexical(self, terms: Mapping[str, float], where: Filters, k: int) -> Sequence[Scored]:
        """Return the k posts with the best BM25 over `terms` (term to weight), best first."""
        among = tuple(self._names())
        within = _within(where, among)
        return self._index.lexical(terms, within, k, among=among) if within else []

    def holding(self, terms: Mapping[str, float], where: Filters, k: int) -> Sequence[Scored]:
        """Return the k posts that hold most of `terms`, rare ones heavier, however long."""
        among = tuple(self._names())
        within = _within(where, among)
        return self._index.holding(terms, within, k, among=among) if within else []

    def semantic(self, vector: Vector, where: Filters, k: int) -> Sequence[Scored]:
        """Return the k passages nearest to `vector` by cosine, best first, one per post."""
        within = _within(where, self._names())
        return self._index.semantic(vector, within, k) if within else []

    def linked(
        self, field: LinkField, value: str, *, where: Filters, k: int, newest_first: bool
    ) -> Sequence[Seq]:
        """Return up to k posts whose `field` is exactly `value`, ordered by placed time."""
        within = _within(where, self._names())
        if within is None:
            return []
        return self._index.linked(field, value, where=within, k=k, newest_first=newest_first)

    def newest(self, where: Filters, k: int) -> Sequence[Seq]:
        """Return the k posts placed last, the newest first."""
        within = _within(where, self._names())
        return self._index.newest(within, k) if within else []

    def document_frequency(self, terms: Iterable[str]) -> Mapping[str, int]:
        """Return in how many posts that are shown each term stands."""
        among = tuple(self._names())
        if not among:
            return dict.fromkeys(terms, 0)
        return self._index.document_frequency(terms, among=among)

    @property
    def document_count(self) -> int:
        """How many posts are shown."""
        among = tuple(self._names())
        return self._index.documents(among) if among else 0

    def passages(self, seqs: Iterable[Seq]) -> Mapping[Seq, Sequence[Passage]]:
        """Return the embedded passages of each post that is shown, in text order."""
        among = tuple(self._names())
        return self._index.passages(seqs, among=among) if among else {}

    def titles(self, seqs: Iterable[Seq]) -> Mapping[Seq, Vector]:
        """Return the vector of the title of each post that is shown and has one."""
        among = tuple(self._names())
        return self._index.titles(seqs, among=among) if among else {}


def _within(where: Filters, names: Sequence[str]) -> Filters | None:
    """Narrow filters to sources that are shown; None where nothing is left to find."""
    asked = [name for name in names if name in where.sources] if where.sources else names
    return replace(where, sources=tuple(asked)) if asked else None
