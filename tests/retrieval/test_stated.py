"""What is looked up is told from what is asked, and what the network added is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siyaq.retrieval.fuse import Signals, scores
from siyaq.retrieval.stated import said_in, states
from tests.retrieval.newsroom import Newsroom

CLAIM = "The mayor was arrested last night after a raid on the city hall, they found cash"
CLAIM_AR = "اعتقال رئيس البلدية الليلة الماضية بعد مداهمة مبنى البلدية والعثور على أموال"


@pytest.mark.parametrize("text", [CLAIM, CLAIM_AR, CLAIM + "! 😱", f"“{CLAIM}”"])
def test_a_post_states_something(text: str) -> None:
    assert states(text)


@pytest.mark.parametrize(
    "text",
    [
        "mayor arrested cash",  # a topic
        CLAIM + "?",
        CLAIM_AR + "؟ 🤔",
        "In which year did the town by the river build its second bridge",
        "Name one of the reasons for which the old bridge was closed",
        "في أي عام بُني الجسر الثاني الذي يعبر النهر في المدينة",
        "اذكر سبباً من أسباب إغلاق الجسر القديم الذي يعبر النهر",
        "",
    ],
)
def test_a_question_or_a_topic_states_nothing(text: str) -> None:
    assert not states(text)


def test_any_number_of_signs_takes_no_longer_than_reading_them() -> None:
    assert states(f"{CLAIM} {'?' * 300_000} x")
    assert not states(f"{CLAIM} {'?' * 300_000}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{CLAIM} https://news.example/a?b=1 www.paper.example/x", CLAIM),
        (f"{CLAIM}pic.twitter.com/4X3yBQrQFj", CLAIM),
        (f"{CLAIM} — Jan Roe 🌹 (@jan_roe) January 5, 2020", CLAIM),
        (f"{CLAIM_AR} https://t.example/xyz", CLAIM_AR),
        ("https://news.example/a", "https://news.example/a"),
        ("He was — they say — asleep (@desk) in 2020 and later", None),
    ],
)
def test_links_and_signatures_are_not_said(text: str, said: str | None) -> None:
    assert said_in(text) == (text if said is None else said)


NEAR = Signals(lexical=0.3, cosine=0.8, title=0.8, grams=0.4, names=0.4, covered=0.4, alike=0.5)
WORDY = replace(NEAR, lexical=1.0, cosine=0.5, title=0.5, covered=1.0, brevity=1.0)


def test_a_claim_is_matched_by_what_it_means_where_titles_say_what_texts_are_about() -> None:
    asked = scores([NEAR, WORDY], across=False)
    looked_up = scores([NEAR, WORDY], across=False, stated=True)
    assert asked[0] < asked[1]
    assert looked_up[0] > looked_up[1]


def test_among_posts_without_a_title_a_claim_is_ranked_as_a_question_is() -> None:
    bare = [replace(one, title=0.0) for one in (NEAR, WORDY)]
    assert scores(bare, across=False, stated=True) == scores(bare, across=False)


def test_a_link_in_what_is_looked_up_takes_it_no_further_from_what_says_the_same(
    newsroom: Newsroom,
) -> None:
    newsroom.posts(CLAIM, "The port is closed until Monday")
    bare, linked = (newsroom.rank(text) for text in (CLAIM, f"{CLAIM} https://news.example/long"))
    assert bare.hits[0].parts["cosine"] == pytest.approx(linked.hits[0].parts["cosine"])
