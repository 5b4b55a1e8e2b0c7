"""Each passage of an answer says how many stand behind it, and names alone do not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from siyaq.core.answer import Answer, Question, Voices
from siyaq.core.span import Span
from siyaq.grounding.sayings import Sayings
from siyaq.grounding.unit import Quote
from tests.grounding.asking import ask, stream
from tests.grounding.test_looks import (
    ARABIC_HONEST,
    ARABIC_PLANTED,
    ARABIC_QUESTION,
    HONEST,
    PLANTED,
    QUESTION,
    answer_after,
)
from tests.retrieval.newsroom import NOON, Newsroom, wire

FAIR = "The summer fair of Sandholm is held in Vestergade"
ALSO = "Summer fair in Sandholm? Held in Vestergade, I read"


def behind(answer: Answer, words: str) -> Voices | None:
    """Return who stands behind the first quote that holds some words."""
    quoted = next(sentence for sentence in answer.sentences if words in sentence.text)
    cited = {one.id: one for one in answer.references}
    return cited[quoted.citations[0].evidence_id].voices


@pytest.mark.parametrize(
    ("question", "honest", "planted", "right", "wrong"),
    [
        (QUESTION, HONEST, PLANTED, "Vestergade", "Kattegat"),
        (ARABIC_QUESTION, ARABIC_HONEST, ARABIC_PLANTED, "ساحة الميناء", "حديقة الأرز"),
    ],
)
def test_five_new_accounts_are_one_source(
    newsroom: Newsroom, question: str, honest: str, planted: tuple[str, ...], right: str, wrong: str
) -> None:
    answer = answer_after(newsroom, question, honest, planted)
    assert behind(answer, right) == Voices(posts=1, accounts=1, sources=1)
    assert behind(answer, wrong) == Voices(posts=5, accounts=5, sources=1)


def test_accounts_known_by_other_posts_are_sources_of_their_own(newsroom: Newsroom) -> None:
    newsroom.post("one", FAIR, author="ann")
    newsroom.post("two", ALSO, author="bo")
    newsroom.post("new", "Vestergade holds the summer fair of Sandholm", author="fresh")
    for author in ("ann", "bo"):
        newsroom.post(f"other-{author}", f"Good morning from {author}", author=author)
    assert behind(ask(newsroom, QUESTION), "Vestergade") == Voices(posts=3, accounts=3, sources=3)


def test_who_copies_a_known_account_adds_no_source(newsroom: Newsroom) -> None:
    text = f"{FAIR}, from noon to late in the evening, says the town hall"
    for author in ("ann", "bo", "cid"):
        newsroom.post(author, text, author=author)
        newsroom.post(f"other-{author}", f"Good morning from {author}", author=author)
    assert behind(ask(newsroom, QUESTION), "Vestergade") == Voices(posts=3, accounts=3, sources=1)


def test_who_denies_it_is_not_counted(newsroom: Newsroom) -> None:
    newsroom.post("one", FAIR, author="ann")
    newsroom.post("not", "The summer fair of Sandholm is not held in Vestergade", author="bo")
    answer = ask(newsroom, QUESTION)
    quoted = next(one for one in answer.sentences if one.text == FAIR)
    cited = {one.id: one for one in answer.references}
    voices = cited[quoted.citations[0].evidence_id].voices
    assert voices is not None
    assert voices.accounts == 1


def test_what_was_posted_later_makes_nobody_known(newsroom: Newsroom) -> None:
    newsroom.post("one", FAIR, author="ann", minutes_ago=30)
    newsroom.post("two", ALSO, author="bo", minutes_ago=29)
    for author in ("ann", "bo"):
        newsroom.post(f"other-{author}", f"Good night from {author}", author=author, minutes_ago=1)
    question = Question(text=QUESTION)
    earlier = replace(question, as_of=NOON - timedelta(minutes=10))
    found = [behind(stream(newsroom, one).answer, "Vestergade") for one in (question, earlier)]
    assert [one and one.sources for one in found] == [2, 1]


def test_a_deleted_copy_is_not_counted(newsroom: Newsroom) -> None:
    text = f"{FAIR}, from noon to late in the evening, says the town hall"
    for author in ("ann", "bo"):
        newsroom.post(author, text, author=author)
    newsroom.delete(wire("bo"))
    assert behind(ask(newsroom, QUESTION), "Vestergade") == Voices(posts=1, accounts=1, sources=1)


def test_a_post_about_something_else_does_not_back(newsroom: Newsroom) -> None:
    newsroom.post("one", FAIR, author="ann")
    newsroom.post("elsewhere", "A new bakery opens in Vestergade on Monday", author="bo")
    hits = newsroom.rank(QUESTION).hits
    lead = next(hit for hit in hits if hit.post.text == FAIR)
    found = Sayings(QUESTION, hits, newsroom.searcher).backing(Quote(lead, Span(0, len(FAIR)), 0))
    assert [hit.post.native_id for hit in found] == ["one"]
