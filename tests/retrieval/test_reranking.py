"""A second reading moves what it finds nearer, reads no more than it must, and may fail."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest

from siyaq.core.errors import ModelUnavailable
from siyaq.core.ports import Vector
from siyaq.core.query import Query
from siyaq.core.span import Span
from siyaq.retrieval import Reranker, Retriever
from siyaq.retrieval.reranking import READ_AGAIN, READ_CHARS, passage_of
from siyaq.testing.embedder import FakeEmbedder
from tests.retrieval.newsroom import Newsroom, native_ids

QUESTION = "who opened the pier road"


class Knowing(FakeEmbedder):
    """Knows words that the first reading does not, and remembers what it was shown."""

    def __init__(self) -> None:
        super().__init__(translations={"jetty": "pier", "unveiled": "opened", "causeway": "road"})
        self.shown: list[str] = []
        self.lost = False

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        if self.lost:
            raise ModelUnavailable("lost")
        self.shown += texts
        return super().embed(texts)


@pytest.fixture
def knowing(newsroom: Newsroom) -> Knowing:
    """A second reader of the newsroom's retriever."""
    embedder = Knowing()
    newsroom.retriever = Retriever(
        newsroom.searcher, newsroom.log, newsroom.embedder, newsroom.clock, Reranker(embedder)
    )
    return embedder


def test_what_is_nearer_at_second_sight_goes_first(newsroom: Newsroom, knowing: Knowing) -> None:
    newsroom.posts("the road is closed", "the minister unveiled the jetty causeway")
    plain = Retriever(newsroom.searcher, newsroom.log, newsroom.embedder, newsroom.clock)
    assert native_ids(plain.rank(Query(text=QUESTION)).hits)[0] == "p0"
    hits = newsroom.rank(QUESTION).hits
    assert native_ids(hits)[0] == "p1"
    assert hits[0].parts["reread"] == pytest.approx(0.0)
    assert hits[1].parts["reread"] < 0


def test_only_the_best_are_read_again_each_once(newsroom: Newsroom, knowing: Knowing) -> None:
    newsroom.posts(*(f"pier road number {at} opened" for at in range(READ_AGAIN + 10)))
    newsroom.rank(QUESTION)
    shown = list(knowing.shown)
    assert len(shown) == READ_AGAIN + 1
    assert shown[0].startswith("query: ")
    assert all(text.startswith("passage: ") for text in shown[1:])
    newsroom.rank(QUESTION)
    assert knowing.shown == shown


def test_a_single_hit_is_not_read_again(newsroom: Newsroom, knowing: Knowing) -> None:
    newsroom.posts("the pier road opened")
    assert newsroom.found(QUESTION) == ["p0"]
    assert knowing.shown == []


def test_a_reader_that_is_lost_leaves_the_first_order(
    newsroom: Newsroom, knowing: Knowing, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom.posts("the road is closed", "the minister unveiled the jetty causeway")
    knowing.lost = True
    with caplog.at_level(logging.WARNING, logger="siyaq.retrieval"):
        assert newsroom.found(QUESTION)[0] == "p0"
    assert "without a second reading" in caplog.text


def test_of_a_long_text_its_best_passage_is_read_again(newsroom: Newsroom) -> None:
    newsroom.post("long", "x" * 5000 + " end", title="Pier")
    (post,) = [hit.post for hit in newsroom.rank("end").hits]
    assert passage_of(post, Span(5001, 5004)) == "Pier. end"
    assert len(passage_of(post, None)) == len("Pier. ") + READ_CHARS
