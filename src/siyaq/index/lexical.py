"""BM25 over the partitions of a log, as if they were one.

tantivy weighs a term by how rare it is in its own partition; here each term is boosted by the
ratio of its rarity in the whole index to that, so that a post scores the same wherever it lies.
What stays local is the mean length of a post, which differs little between partitions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from tantivy import DocAddress, Index, Occur, Order, Query

from siyaq.core.errors import CorruptionError
from siyaq.core.ids import PostId, Seq
from siyaq.core.query import Filters, Scored
from siyaq.index.document import bounds_us, exact, filter_clauses, one_of, schema
from siyaq.index.state import PartitionState
from siyaq.text.rarity import inverse_frequency

_DECIMALS: Final = 4  # beyond these, float32 decides and copies would not tie
_PANIC: Final = "PanicException"  # of the Rust side, which Python cannot import
_FREQUENCIES: Final = 2**14  # terms of one partition that are remembered
_TOTAL: Final = "N, total number of docs"


class PartitionView:
    """One partition as it was at one commit. May be searched from any thread."""

    def __init__(self, path: Path, index: Index, state: PartitionState) -> None:
        with _naming(path):
            index.reload()
        self._path = path
        self._index = index
        self.state = state
        self.searcher = index.searcher()
        self._weighed_docs: int | None = None
        self._frequency = lru_cache(maxsize=_FREQUENCIES)(partial(self.searcher.doc_freq, "words"))
        self._frequency_among = lru_cache(maxsize=_FREQUENCIES)(self._count)

    @classmethod
    def open(cls, path: Path, state: PartitionState) -> PartitionView:
        """Open a partition. Raises FileNotFoundError where there is none (any more)."""
        with _naming(path):
            index = Index.open(str(path))
        if index.schema != schema():
            raise CorruptionError(f"partition {str(path)!r} has a schema that is not ours")
        index.config_reader("manual")
        return cls(path, index, state)

    def moved_to(self, state: PartitionState) -> PartitionView:
        """Return the view of a later commit, this one where nothing was committed."""
        return self if state == self.state else PartitionView(self._path, self._index, state)

    def frequency(self, term: str, among: tuple[str, ...] = ()) -> int:
        """Return in how many posts `term` stands; deleted ones count until tantivy merges.

        `among` are the sources whose posts are counted, the deleted ones not; none means all.
        """
        return self._frequency_among(among, term) if among else self._frequency(term)

    def documents(self, among: tuple[str, ...] = ()) -> int:
        """Return how many posts there are, of some sources or, where none are named, of all."""
        return self._frequency_among(among, "") if among else self.searcher.num_docs

    def _count(self, among: tuple[str, ...], term: str) -> int:
        if term and not self._frequency(term):
            return 0
        demands = [(Occur.Must, one_of("source", among))]
        if term:
            demands.append((Occur.Must, _word(term)))
        found = self.searcher.search(Query.boolean_query(demands), 1, count=True)
        return int(found.count)  # type: ignore[attr-defined]  # its stub leaves this one out

    def holds(self, field: str, value: str) -> bool:
        """Say whether some post has this value; a deleted one counts until tantivy merges."""
        return self.searcher.doc_freq(field, value) > 0

    def weighed_docs(self, term: str) -> int:
        """Return the number of posts that tantivy weighs terms by; `term` must stand in one.

        It counts deleted posts too, which nothing but an explained score reveals.
        """
        if self._weighed_docs is None:
            query = Query.term_query(schema(), "words", term, "freq")
            hits = self.searcher.search(query, 1, count=False).hits
            self._weighed_docs = (
                _find_total(json.loads(query.explain(self.searcher, hits[0][1]).to_json()))
                if hits
                else self.searcher.num_docs
            )
        return self._weighed_docs

    def lies_within(self, where: Filters) -> bool:
        """Say whether every post of the partition is in the time range of `where`."""
        since, until = bounds_us(where.placed)
        early_enough = since is None or since <= self.state.since_us
        return early_enough and (until is None or self.state.until_us < until)

    def may_hold(self, where: Filters) -> bool:
        """Say whether some post may be one that `where` lets through."""
        since, until = bounds_us(where.placed)
        late_enough = since is None or since <= self.state.until_us
        early_enough = until is None or self.state.since_us < until
        return (
            late_enough
            and early_enough
            and all(
                any(self.holds(field, value) for value in values) for field, values in exact(where)
            )
        )

    def clauses(self, where: Filters) -> list[tuple[Occur, Query]]:
        """Return what `where` demands of this partition's posts."""
        return filter_clauses(where, with_time=not self.lies_within(where))

    def seqs(self, addresses: list[DocAddress]) -> list[Seq]:
        """Return the places in the log of these documents."""
        values = self.searcher.fast_field_values("seq", addresses)
        return [Seq(int(value)) for value in values if value is not None]


def best(
    views: Sequence[PartitionView],
    weights: Mapping[str, float],
    where: Filters,
    k: int,
    among: tuple[str, ...] = (),
    *,
    lengths: bool = True,
) -> list[Scored]:
    """Return the k posts with the best BM25 over `weights` (term to weight), best first.

    How rare a term is, is counted in the posts of the sources `among`; none means all. Without
    `lengths` each term that a post holds counts once and in full, however long the post is.
    """
    rarities = _Rarities(views, [term for term, weight in weights.items() if weight > 0], among)
    scored: list[Scored] = []
    for place, view in enumerate(views):
        if not view.may_hold(where):
            continue
        words = [
            (Occur.Should, Query.boost_query(_word(term), weights[term] * ratio))
            if lengths
            else (Occur.Should, Query.const_score_query(_word(term), weights[term] * rarity))
            for term, ratio, rarity in rarities.of_partition(place)
        ]
        if not words:
            continue
        demands = [(Occur.Must, Query.boolean_query(words)), *view.clauses(where)]
        hits = view.searcher.search(Query.boolean_query(demands), k, count=False).hits
        seqs = view.seqs([address for _, address in hits])
        scored.extend(
            Scored(seq, round(score, _DECIMALS)) for seq, (score, _) in zip(seqs, hits, strict=True)
        )
    return sorted(scored, key=lambda hit: (-hit.score, hit.seq))[:k]


def ordered(
    views: Sequence[PartitionView],
    query: Query | None,
    where: Filters,
    k: int,
    *,
    newest_first: bool,
) -> list[Seq]:
    """Return up to k posts that match `query`, by placed time and then by place in the log.

    Without a query all match that `where` lets through.
    """
    order = Order.Desc if newest_first else Order.Asc
    sign = -1 if newest_first else 1
    found: list[tuple[int, Seq]] = []  # ascending by (sign * placed, sign * seq)
    for view in _by_bounds(views, newest_first=newest_first):
        edge = view.state.until_us if newest_first else view.state.since_us
        if len(found) == k and found[-1][0] < sign * edge:
            break  # nor can any partition after it hold an earlier or later post
        if not view.may_hold(where):
            continue
        clauses = view.clauses(where)
        if query is not None or not clauses:
            clauses.append((Occur.Must, Query.all_query() if query is None else query))
        hits = view.searcher.search(
            Query.boolean_query(clauses), k, count=False, order_by_field="placed_us", order=order
        ).hits
        seqs = view.seqs([address for _, address in hits])
        found.extend(
            (sign * int(placed), Seq(sign * seq))
            for seq, (placed, _) in zip(seqs, hits, strict=True)
        )
        found = sorted(found)[:k]
    return [Seq(sign * seq) for _, seq in found]


def places_of(views: Iterable[PartitionView], post_ids: Iterable[PostId]) -> list[Seq]:
    """Return where in the log these posts stand, those that the index holds."""
    names = tuple(post_ids)
    if not names:
        return []
    query = one_of("post_id", names)
    found: list[Seq] = []
    for view in views:
        hits = view.searcher.search(query, len(names), count=False).hits
        found.extend(view.seqs([address for _, address in hits]))
    return found


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Raise CorruptionError for what tantivy says, or panics of, over files that are damaged.

    What is asked of it is made by our own code, so nothing else can be wrong.
    """
    try:
        yield
    except BaseException as error:
        if isinstance(error, ValueError) or type(error).__name__ == _PANIC:
            raise CorruptionError(f"{what} is damaged: its files cannot be read") from error
        raise


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn tantivy's ValueError for a folder that was removed into FileNotFoundError."""
    try:
        with reading(f"partition {str(path)!r}"):
            yield
    except CorruptionError as error:
        if (path / "meta.json").exists():
            raise
        raise FileNotFoundError(str(path)) from error


class _Rarities:
    """By how much each term must be boosted in each partition."""

    def __init__(
        self, views: Sequence[PartitionView], terms: Sequence[str], among: tuple[str, ...]
    ) -> None:
        self._frequencies = [{term: view.frequency(term) for term in terms} for view in views]
        self._totals = [
            self._total(view, frequencies)
            for view, frequencies in zip(views, self._frequencies, strict=True)
        ]
        if among:
            documents = sum(view.documents(among) for view in views)
            counts = {term: sum(view.frequency(term, among) for view in views) for term in terms}
        else:
            documents = sum(self._totals)
            counts = {term: sum(each[term] for each in self._frequencies) for term in terms}
        self._everywhere = {
            term: inverse_frequency(documents, count) for term, count in counts.items()
        }

    @staticmethod
    def _total(view: PartitionView, frequencies: Mapping[str, int]) -> int:
        known = next((term for term, count in frequencies.items() if count), None)
        return view.searcher.num_docs if known is None else view.weighed_docs(known)

    def of_partition(self, place: int) -> Iterator[tuple[str, float, float]]:
        """Yield each term that stands in the partition, its boost there, and its rarity."""
        for term, count in self._frequencies[place].items():
            if count:
                rarity = self._everywhere[term]
                yield term, rarity / inverse_frequency(self._totals[place], count), rarity


def _word(term: str) -> Query:
    return Query.term_query(schema(), "words", term, "freq")


def _by_bounds(views: Sequence[PartitionView], *, newest_first: bool) -> list[PartitionView]:
    if newest_first:
        return sorted(views, key=lambda view: view.state.until_us, reverse=True)
    return sorted(views, key=lambda view: view.state.since_us)


def _find_total(explained: dict[str, object]) -> int:
    """Return N from tantivy's explanation of a score, a tree of values and descriptions."""
    pending: list[object] = [explained]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if node.get("description") == _TOTAL:
                return int(node["value"])
            pending.extend(node.get("details") or ())
    raise AssertionError("tantivy explains a term's score by the number of documents")
