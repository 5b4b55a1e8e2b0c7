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


LONG = (
    "The regatta of Sandholm was won by a crew of fishermen. It began as a wager between two inns. "
    + "Of the years before the harbor was built little is written, and what is written differs. "
    * 9
)


def test_a_long_text_that_says_it_all_is_read_among_many_short_posts(newsroom: Newsroom) -> None:
    apart = "Of the years before the harbor was built little is written, and that differs. " * 5
    words = ("crew", "won", "regatta", "Sandholm")
    long = newsroom.post("long", " ".join(f"{apart} {word}." for word in words))
    for at in range(30):
        newsroom.post(f"crew{at}", f"crew won {at}", author=f"a{at}")
        newsroom.post(f"regatta{at}", f"regatta won {at}", author=f"a{at}")
    newsroom.searcher.refresh()
    question = "which crew won the regatta of Sandholm?"
    offer = offered(
        newsroom.searcher,
        query_terms(question),
        newsroom.embedder.embed([question])[0],
        Filters(),
        5,
    )
    posts = newsroom.log.posts([one.seq for one in offer.candidates(60)])
    assert long in {post.id for post in posts.values()}


def test_among_short_posts_the_words_of_a_long_text_count_in_full(newsroom: Newsroom) -> None:
    newsroom.post("long", LONG)
    newsroom.posts(*(f"rain {at}" for at in range(60)))
    newsroom.posts(*(f"they won {at} times" for at in range(10)))
    newsroom.posts(*(f"the regatta of {at}" for at in range(10)))
    hits = newsroom.rank("who won the regatta of Sandholm?").hits
    (found,) = [hit for hit in hits if hit.post.native_id == "long"]
    assert found.rank == 1
    assert found.parts["lexical"] == 1.0
    assert max(hit.parts["lexical"] for hit in hits if hit is not found) == 1.0


def test_among_long_texts_alone_the_index_weighs_their_words(newsroom: Newsroom) -> None:
    newsroom.post("once", LONG)
    newsroom.post("twice", LONG + LONG.replace("Sandholm", "Skagen"), author="bob")
    hits = newsroom.rank("who won the regatta of Sandholm?").hits
    offer = newsroom.searcher.lexical(query_terms("won regatta Sandholm"), Filters(), 5)
    told = {line.seq: line.score / offer[0].score for line in offer}
    assert {hit.seq: hit.parts["lexical"] for hit in hits} == told
