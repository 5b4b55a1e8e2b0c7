"""The index agrees with a searcher that is obviously right, whatever is put into both."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.event import LogEntry
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.index import IndexSettings
from siyaq.testing.embedder import FakeEmbedder
from siyaq.testing.memory import MemorySearcher
from siyaq.testing.searcher_contract import NOON, created, deleted, post, updated, weights
from tests.index.written import WrittenIndex

EMBEDDER = FakeEmbedder(dimensions=64)
WORDS = st.sampled_from(["rain", "fire", "port", "city", "مطر", "حريق", "the", "2026"])
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
MINUTES = st.integers(0, 20)
POSTS = st.builds(
    post,
    st.integers(0, 12).map("p{}".format),
    TEXTS,
    MINUTES,
    source=st.sampled_from(["world", "wire"]),
    author=st.sampled_from(["did:plc:Ann", "did:plc:Bob"]),
    handle=st.sampled_from(["Ann", "Bob", ""]),
    lang=st.sampled_from(["en", "ar", ""]),
    title=st.one_of(st.just(""), TEXTS),
)
MOMENTS = st.one_of(st.none(), MINUTES.map(lambda minute: NOON.replace(minute=minute)))
FILTERS = st.builds(
    Filters,
    placed=st.builds(TimeRange, MOMENTS, MOMENTS),
    langs=st.sampled_from([(), ("en",), ("ar", "en")]),
    sources=st.sampled_from([(), ("wire",)]),
    authors=st.sampled_from([(), ("bob",), ("ann", "did:plc:bob")]),
    only=st.one_of(
        st.none(), st.frozensets(st.integers(0, 12).map("world:p{}".format), max_size=6)
    ),
)


def history(changes: list[Post | int]) -> list[LogEntry]:
    """Turn posts (new or as new versions) and deletes (by number) into entries of a log."""
    entries: list[LogEntry] = []
    live: dict[str, LogEntry] = {}
    for change in changes:
        seq = len(entries) + 1
        if isinstance(change, Post):
            old = live.get(change.id)
            entry = updated(seq, old.seq, change) if old else created(seq, change)[0]
            live[change.id] = entry
        elif live:
            gone = live.pop(sorted(live)[change % len(live)])
            assert gone.post is not None
            entry = deleted(seq, gone.seq, gone.post)
        else:
            continue
        entries.append(entry)
    return entries


@settings(deadline=None, max_examples=40)
@given(
    changes=st.lists(st.one_of(POSTS, POSTS, POSTS, st.integers(0, 99)), max_size=25),
    where=FILTERS,
    question=TEXTS,
    k=st.integers(1, 6),
    sizes=st.sampled_from([(4, 5), (2**18, 2**16)]),
    cut=st.integers(0, 25),
)
def test_the_index_agrees_with_the_oracle(
    changes: list[Post | int],
    where: Filters,
    question: str,
    k: int,
    sizes: tuple[int, int],
    cut: int,
) -> None:
    entries = history(changes)
    memory = MemorySearcher(EMBEDDER)
    memory.apply(entries)
    memory.refresh()
    chosen = IndexSettings(partition_seqs=sizes[0], segment_rows=sizes[1], memory_bytes=15_000_000)
    with tempfile.TemporaryDirectory() as place:
        index = WrittenIndex(Path(place), EMBEDDER, chosen)
        index.apply(entries[:cut])
        index.apply(entries[cut:])
        searcher = index.searcher
        searcher.refresh()
        assert searcher.document_count == memory.document_count
        assert list(searcher.newest(where, k)) == list(memory.newest(where, k))
        vector = EMBEDDER.embed([question])[0]
        ours, theirs = searcher.semantic(vector, where, k), memory.semantic(vector, where, k)
        assert [hit.score for hit in ours] == pytest.approx([hit.score for hit in theirs], abs=5e-3)
        words = weights(question)
        found = {hit.seq: hit.score for hit in searcher.lexical(words, where, 99)}
        expected = {hit.seq: hit.score for hit in memory.lexical(words, where, 99)}
        assert found.keys() == expected.keys()
        if sizes[0] > len(entries) and all(isinstance(change, Post) for change in changes):
            untouched = len({change.id for change in changes if isinstance(change, Post)})
            if untouched == len(changes):  # nothing deleted weighs on the scores
                for seq, score in expected.items():
                    assert found[seq] == pytest.approx(score, rel=1e-3, abs=1e-3)
        index.close()
