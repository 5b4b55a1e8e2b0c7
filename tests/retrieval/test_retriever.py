"""What a ranking promises, whatever the index holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import pytest

from siyaq.core.ids import Seq
from siyaq.core.post import Post
from siyaq.core.query import Filters, Query, Scored
from siyaq.retrieval import Retriever
from siyaq.testing.memory import MemorySearcher
from tests.retrieval.newsroom import NOON, Newsroom, native_ids, wire


def test_the_post_that_answers_ranks_first(newsroom: Newsroom) -> None:
    newsroom.posts(
        "A new school opened in the old town",
        "Big fire at the port, ships are leaving",
        "The minister spoke about the budget",
    )
    assert newsroom.found("where is the fire at the port?")[0] == "p1"


def test_a_question_finds_a_post_in_the_other_language(newsroom: Newsroom) -> None:
    newsroom.post("en", "new school in the city", author="a")
    newsroom.post("ar", "حريق كبير في الميناء", author="b", lang="ar")
    assert newsroom.found("big fire port")[0] == "ar"


def test_a_name_is_recognized_across_scripts(newsroom: Newsroom) -> None:
    newsroom.post("kamal", "زار كمال المسرح", author="a", lang="ar")
    newsroom.post("shakespeare", "زار شكسبير المسرح", author="b", lang="ar")
    assert newsroom.found("did Shakespeare visit?")[0] == "shakespeare"


def test_a_post_without_a_vector_is_found_by_its_words(newsroom: Newsroom) -> None:
    newsroom.posts("Big fire at the port", "rain in the city")
    blind = MemorySearcher()
    blind.apply(newsroom.log.entries(Seq(0), 10))
    retriever = Retriever(blind, newsroom.log, newsroom.embedder, newsroom.clock)
    assert native_ids(retriever.rank(Query(text="fire port")).hits) == ["p0"]


def test_a_deleted_post_is_never_returned(newsroom: Newsroom) -> None:
    newsroom.posts("Big fire at the port", "Fire trucks at the port")
    newsroom.delete(wire("p0"))
    assert newsroom.found("fire port") == ["p1"]
    assert newsroom.found("what is the latest news?") == ["p1"]


def test_as_of_hides_what_came_later_and_shows_what_came_then(newsroom: Newsroom) -> None:
    newsroom.post("early", "fire at the port", minutes_ago=10, author="a")
    newsroom.post("then", "fire at the port grows", minutes_ago=5, author="b")
    newsroom.post("later", "fire at the port is out", minutes_ago=4, author="c")
    moment = NOON - timedelta(minutes=5)
    for question in ("fire port", "what happened?"):
        seen = native_ids(newsroom.rank(question, as_of=moment).hits)
        assert sorted(seen) == ["early", "then"]


def test_a_time_in_the_question_counts_from_as_of(newsroom: Newsroom) -> None:
    newsroom.post("old", "fire at the port", minutes_ago=40, author="a")
    newsroom.post("new", "fire at the port grows", minutes_ago=5, author="b")
    moment = NOON - timedelta(minutes=30)
    ranking = newsroom.rank("fires in the last 15 minutes", as_of=moment)
    assert native_ids(ranking.hits) == ["old"]


def test_filters_hold(newsroom: Newsroom) -> None:
    newsroom.posts("fire one", "fire two", "fire three")
    only = Filters(only=frozenset({wire("p1")}))
    assert native_ids(newsroom.retriever.rank(Query(text="fire", filters=only)).hits) == ["p1"]
    assert newsroom.found("fire from:author2.example") == ["p2"]


def test_copies_are_folded_with_their_count(newsroom: Newsroom) -> None:
    text = "The bridge over the river has been closed since the early morning by the police"
    newsroom.post("a", text, author="a", minutes_ago=9)
    newsroom.post("b", text.upper() + "!!", author="b", minutes_ago=8)
    newsroom.post("c", text.replace("early ", ""), author="c", minutes_ago=7)
    newsroom.post("d", "The bridge is open again", author="d", minutes_ago=6)
    hits = newsroom.rank("bridge closed police").hits
    assert [hit.copy_count for hit in hits] == [3, 1]
    assert {hits[0].post.native_id, *(copy.split(":")[1] for copy in hits[0].copies)} == set("abc")


def test_whoever_said_it_first_leads_the_copies(newsroom: Newsroom) -> None:
    said = "The harbor of Sidon reopened after {0}repairs{0} to the northern quay"
    first = newsroom.post("z", said.format('"'), minutes_ago=50)
    better = newsroom.post("a", said.format("'"), title="Harbor of Sidon", minutes_ago=9)
    last = newsroom.post("b", said.format("'"), minutes_ago=8)
    hits = newsroom.rank("harbor of Sidon").hits
    assert (hits[0].post.id, *hits[0].copies) == (first, better, last)


def test_the_newest_copy_leads_where_the_newest_is_wanted(newsroom: Newsroom) -> None:
    newsroom.post("a", "The harbor of Sidon reopened after repairs", minutes_ago=50)
    newest = newsroom.post("b", "The harbor of Sidon reopened after repairs", minutes_ago=9)
    assert newsroom.rank("latest news about the harbor of Sidon").hits[0].post.id == newest


def test_a_copy_with_another_number_stands_on_its_own(newsroom: Newsroom) -> None:
    text = "The bridge over the river was closed by the police after {} cars had fallen in"
    newsroom.post("a", text.format(3), author="a")
    newsroom.post("b", text.format(5), author="b")
    assert sorted(newsroom.found("how many cars fell from the bridge")) == ["a", "b"]


def test_ranks_count_from_one_and_scores_never_rise(newsroom: Newsroom) -> None:
    newsroom.posts(*(f"fire number {at} at the port of the city" for at in range(12)))
    for question in ("fire 3 port", "latest news about the fire at the port", "what is new?"):
        hits = newsroom.rank(question, k=8).hits
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert len(hits) <= 8


def test_the_same_query_gives_the_same_ranking(newsroom: Newsroom) -> None:
    newsroom.posts(*("fire at the port" for _ in range(3)), *(f"fire {at}" for at in range(20)))
    first = newsroom.rank("fire at the port")
    again = Retriever(newsroom.searcher, newsroom.log, newsroom.embedder, newsroom.clock)
    assert again.rank(Query(text="fire at the port")) == first
    assert newsroom.rank("fire at the port") == first


def test_the_newest_relevant_post_leads_when_the_newest_is_wanted(newsroom: Newsroom) -> None:
    newsroom.post("old", "the fire at the port is spreading", minutes_ago=50, author="a")
    newsroom.post("new", "the fire at the port is out", minutes_ago=2, author="b")
    newsroom.post("other", "good morning everyone", minutes_ago=1, author="c")
    assert newsroom.found("latest news about the fire at the port")[0] == "new"


def test_the_newest_story_is_told_before_newer_chatter(newsroom: Newsroom) -> None:
    newsroom.post("f1", "Fire at the port of Tyre, boats burning", minutes_ago=30, author="a")
    newsroom.post("f2", "The fire at the port of Tyre burns on", minutes_ago=28, author="b")
    newsroom.post("q1", "Earthquake shakes Nablus, walls cracked", minutes_ago=9, author="c")
    newsroom.post("q2", "Strong earthquake in Nablus, people outside", minutes_ago=8, author="d")
    newsroom.post("c1", "good coffee and a lazy day", minutes_ago=2, author="e")
    newsroom.post("c2", "my cat sleeps on the keyboard", minutes_ago=1, author="f")
    found = newsroom.found("What happened in the latest story?")
    assert set(found[:2]) == {"q1", "q2"}
    assert set(found[2:4]) == {"f1", "f2"}


def test_one_voice_repeating_itself_makes_no_story(newsroom: Newsroom) -> None:
    newsroom.post("q1", "Earthquake shakes Nablus, walls cracked", minutes_ago=9, author="c")
    newsroom.post("q2", "Strong earthquake in Nablus, people outside", minutes_ago=8, author="d")
    for at in range(5):
        newsroom.post(f"s{at}", "Win a golden carpet now", minutes_ago=5 - at, author="spam")
    for at in range(5):
        newsroom.post(f"t{at}", "Buy the silver lamp", minutes_ago=4 - at / 9, author=f"bot{at}")
    assert set(newsroom.found("what is the latest news?")[:2]) == {"q1", "q2"}


@pytest.mark.parametrize("text", ["", "   ", "???", "🔥", "\u200f", "from:nobody", "a" * 2000])
def test_no_query_breaks_the_ranking(newsroom: Newsroom, text: str) -> None:
    newsroom.posts("fire", "", "🔥🔥")
    newsroom.rank(text)


def test_an_operator_alone_lists_the_newest_first(newsroom: Newsroom) -> None:
    for at in range(3):
        newsroom.post(f"p{at}", f"note {at} on gardens", minutes_ago=10 - at)
    assert newsroom.found("from:ann.example") == ["p2", "p1", "p0"]


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ("The bridge over the Lind is open again", "The bridge over the Lind is not open again"),
        ("جسر نهر الليطاني مفتوح أمام السيارات", "جسر نهر الليطاني ليس مفتوح أمام السيارات"),
    ],
)
def test_a_denial_is_no_copy_of_what_it_denies(newsroom: Newsroom, said: str, denied: str) -> None:
    lang = "en" if said.isascii() else "ar"
    newsroom.post("said", said, author="a", lang=lang)
    newsroom.post("denied", denied, author="b", lang=lang)
    assert sorted(newsroom.found(said)) == ["denied", "said"]


def test_what_was_read_serves_a_second_ranking_until_too_little_is_left(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.posts(*(f"fire at the port, report {number}" for number in range(70)))
    searches: list[int] = []
    reads: list[int] = []
    lexical, posts = newsroom.searcher.lexical, newsroom.log.posts

    def counted(terms: Mapping[str, float], where: Filters, k: int) -> Sequence[Scored]:
        searches.append(k)
        return lexical(terms, where, k)

    def read(seqs: Iterable[Seq]) -> Mapping[Seq, Post]:
        found = posts(seqs)
        reads.append(len(found))
        return found

    monkeypatch.setattr(newsroom.searcher, "lexical", counted)
    monkeypatch.setattr(newsroom.log, "posts", read)
    rank = newsroom.retriever.reader(Query(text="fire at the port"))
    without = frozenset(hit.post.id for hit in rank(frozenset()).hits[:5])
    second = rank(without).hits
    assert len(reads) == 1
    assert without.isdisjoint(hit.post.id for hit in second)
    assert len(second) == 20
    most = frozenset(wire(f"p{at}") for at in range(65))
    assert {hit.post.id for hit in rank(most).hits} == {wire(f"p{at}") for at in range(65, 70)}
    assert len(reads) == 2
    assert len(searches) == 1  # what the index offered at first was enough
