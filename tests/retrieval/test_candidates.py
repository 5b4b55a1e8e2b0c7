"""Candidates come from both halves of the index, each with what both know of it."""

from __future__ import annotations

from siyaq.core.query import Filters
from siyaq.retrieval.candidates import DEPTH, offered
from siyaq.retrieval.terms import query_terms
from tests.retrieval.newsroom import Newsroom


def test_a_post_found_by_its_words_alone_has_its_cosine_too(newsroom: Newsroom) -> None:
    crowd = DEPTH + 10
    for at in range(crowd):
        newsroom.post(f"c{at}", "حريق الميناء", author=f"c{at}", lang="ar")
    newsroom.post("word", "the port has a new crane, a cafe, two museums and a bus stop")
    newsroom.searcher.refresh()
    question = "fire port"
    offer = offered(
        newsroom.searcher,
        query_terms(question),
        newsroom.embedder.embed([question])[0],
        Filters(),
        DEPTH,
    )
    candidates = offer.candidates(2 * crowd)
    (by_word,) = [one for one in candidates if one.lexical > 0]
    assert by_word.cosine is not None
    assert by_word.cosine < min(one.cosine or 0 for one in candidates if one is not by_word)
    assert by_word in offer.candidates(60)


def test_no_terms_leave_candidates_by_meaning(newsroom: Newsroom) -> None:
    newsroom.posts("fire at the port", "rain")
    newsroom.searcher.refresh()
    vector = newsroom.embedder.embed(["fire"])[0]
    candidates = offered(newsroom.searcher, {}, vector, Filters(), DEPTH).candidates(60)
    assert [one.lexical for one in candidates] == [0.0, 0.0]
