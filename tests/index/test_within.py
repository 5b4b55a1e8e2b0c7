"""A part of an index answers as an index does that never held the rest."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.index import IndexReader, IndexSettings, IndexWithin
from siyaq.testing.embedder import FakeEmbedder
from siyaq.testing.searcher_contract import created, post, weights
from tests.index.written import WrittenIndex

EMBEDDER = FakeEmbedder(dimensions=64)
SHOWN = ("wire", "world")
# as many words in each post: the mean length of posts is the one thing that the rest tells
WORD = st.sampled_from(["rain", "fire", "port", "city", "مطر", "حريق"])
TEXTS = st.lists(WORD, min_size=4, max_size=4).map(" ".join)
POSTS = st.builds(
    post,
    st.integers(0, 10_000).map("p{}".format),
    TEXTS,
    st.integers(0, 20),
    source=st.sampled_from([*SHOWN, "tips", "tips2"]),
    author=st.sampled_from(["did:plc:Ann", "did:plc:Bob"]),
    title=st.just("rain fire port city"),
)


@settings(deadline=None, max_examples=15)
@given(
    posts=st.lists(POSTS, max_size=20, unique_by=lambda one: one.id),
    asked=st.sampled_from([(), ("wire",), ("tips",), ("wire", "tips")]),
    question=TEXTS,
    k=st.integers(1, 6),
    sizes=st.sampled_from([(4, 5), (2**18, 2**16)]),
)
def test_a_part_answers_as_if_the_rest_had_never_been(
    posts: list[Post], asked: tuple[str, ...], question: str, k: int, sizes: tuple[int, int]
) -> None:
    entries = created(1, *posts)
    shown = [one for one in entries if one.post and one.post.source in SHOWN]
    where = Filters(sources=asked)
    partition, segment = sizes
    laid_out = IndexSettings(
        partition_seqs=partition, segment_rows=segment, memory_bytes=15_000_000
    )
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        whole = WrittenIndex(Path(one), EMBEDDER, laid_out)
        alone = WrittenIndex(Path(two), EMBEDDER, laid_out)
        whole.apply(entries)
        alone.apply(shown)
        whole.searcher.refresh()
        alone.searcher.refresh()
        part = IndexWithin(cast("IndexReader", whole.searcher), lambda: SHOWN)
        other = alone.searcher
        vector = EMBEDDER.embed([question])[0]
        words = weights(question)
        seqs = [entry.seq for entry in entries]
        assert part.lexical(words, where, k) == other.lexical(words, where, k)
        assert part.semantic(vector, where, k) == other.semantic(vector, where, k)
        assert part.newest(where, k) == other.newest(where, k)
        assert part.linked(
            "author", "did:plc:bob", where=where, k=k, newest_first=True
        ) == other.linked("author", "did:plc:bob", where=where, k=k, newest_first=True)
        assert part.document_frequency(words) == other.document_frequency(words)
        assert part.document_count == other.document_count
        assert part.passages(seqs).keys() == other.passages(seqs).keys()
        assert part.titles(seqs).keys() == other.titles(seqs).keys()
        whole.close()
        alone.close()


def test_where_nothing_is_shown_nothing_is_found(tmp_path: Path) -> None:
    index = WrittenIndex(tmp_path, EMBEDDER, IndexSettings(memory_bytes=15_000_000))
    index.apply(created(1, post("p1", "rain fire port city", source="tips")))
    index.searcher.refresh()
    part = IndexWithin(cast("IndexReader", index.searcher), lambda: ())
    vector = EMBEDDER.embed(["rain"])[0]
    assert not part.lexical({"rain": 1.0}, Filters(), 5)
    assert not part.semantic(vector, Filters(), 5)
    assert not part.newest(Filters(), 5)
    assert not part.linked("author", "did:plc:ann", where=Filters(), k=5, newest_first=True)
    assert part.document_frequency(["rain"]) == {"rain": 0}
    assert part.document_count == 0
    assert not part.passages([created(1, post("p1", "rain"))[0].seq])
    index.close()
