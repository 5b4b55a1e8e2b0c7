"""Whether something is so: short posts answer in either language, by yes or by no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from siyaq.core.answer import AnswerStatus
from siyaq.core.query import Query
from siyaq.grounding import weigh
from siyaq.grounding.focus import asks_whether, topic_words
from siyaq.grounding.judge import Judge
from siyaq.grounding.reading import read
from siyaq.grounding.weigh import Told
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.vectors import Vectors
from siyaq.testing.embedder import ARABIC_TO_ENGLISH, FakeEmbedder
from tests.grounding.asking import ask, shown
from tests.retrieval.newsroom import Newsroom

WORDS = {
    "الجسر": "bridge",
    "مفتوح": "open",
    "مفتوحة": "open",
    "السوق": "market",
    "كتاب": "books",
    "فتح": "opens",
}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    """Return a newsroom that knows what bridges and markets are called.

    Support alone lets no post of another language through.
    """
    monkeypatch.setattr(weigh, "ENOUGH_ACROSS", 1.01)
    room = Newsroom(tmp_path, embedder=FakeEmbedder(translations={**ARABIC_TO_ENGLISH, **WORDS}))
    yield room
    room.close()


@pytest.mark.parametrize(
    ("question", "whether"),
    [
        ("Is the bridge open?", True),
        ("And has the market closed?", True),
        ("هل الجسر مفتوح؟", True),
        ("وهل أغلق السوق؟", True),
        ("When is the bridge open?", False),
        ("Do you know when the bridge opens?", False),
        ("متى يفتح الجسر؟", False),
        ("the bridge is open", False),
    ],
)
def test_what_yes_or_no_would_answer(question: str, *, whether: bool) -> None:
    assert asks_whether(question) == whether


@pytest.mark.parametrize(
    ("question", "post", "lang"),
    [
        ("هل الجسر مفتوح؟", "The bridge is open", "en"),
        ("Is the bridge open?", "الجسر مفتوح", "ar"),
        ("هل الجسر مفتوح؟", "The bridge is closed", "en"),
        ("Is the bridge open?", "الجسر مغلق", "ar"),
        ("هل الجسر مفتوح؟", "الجسر مغلق", "ar"),
        ("Is the bridge open?", "The bridge is closed", "en"),
    ],
)
def test_it_is_answered_by_yes_or_by_no(
    room: Newsroom, question: str, post: str, lang: str
) -> None:
    room.post("bridge", post, lang=lang)
    answer = ask(room, question)
    assert answer.status is AnswerStatus.ANSWERED
    assert shown(answer) == post


@pytest.mark.parametrize(
    ("question", "post", "lang"),
    [
        ("هل السوق مفتوح؟", "The bridge is open", "en"),
        ("Is the market open?", "الجسر مفتوح", "ar"),
        ("Where is the open bridge?", "الجسر مفتوح", "ar"),
        ("متى الجسر مفتوح؟", "The bridge is open", "en"),
        ("Is the bridge of Sandholm open?", "الجسر مفتوح", "ar"),
    ],
)
def test_another_thing_or_a_detail_that_is_not_told_answers_nothing(
    room: Newsroom, question: str, post: str, lang: str
) -> None:
    room.post("bridge", post, lang=lang)
    assert ask(room, question).status is AnswerStatus.ABSTAINED


def test_of_posts_in_another_language_one_leads_that_says_all_that_is_asked(
    room: Newsroom,
) -> None:
    room.post("other", "في مدينة صور 5900 كتاب", author="a", lang="ar")
    room.post("right", "في مرسوان 2280 كتاب", author="b", lang="ar")
    question = "How many books are in Marsawan?"
    ranking = room.retriever.rank(Query(text=question))
    reading = read(question, ranking.hits, room.searcher, Vectors(room.embedder))
    units = sorted(reading.units, key=lambda unit: "2280" in unit.text)
    judge = Judge(ranking.understood, {}, WordAlignment(room.embedder), frozenset())
    best = judge.best_first(replace(reading, units=tuple(units))).units[0]
    assert "5900" in units[0].text
    assert "2280" in best.text


def test_what_a_thing_is_without_is_its_matter() -> None:
    assert topic_words("How many homes are without power?") == ["homes", "power"]
    assert topic_words("كم مدرسة بلا كتب؟") == ["مدرسه", "كتب"]


def test_a_single_word_says_nothing_by_itself() -> None:
    assert not Told.of([1.0]).says_all(across=True)
    assert not Told.of([]).says_all(across=True)
    assert Told.of([1.0, 1.0]).says_all(across=False)


def test_a_name_in_the_other_script_is_told() -> None:
    alignment = WordAlignment(FakeEmbedder())
    assert alignment.told(["marsawan"], "الجسر في مرسوان مفتوح") == [pytest.approx(0.9)]
    assert alignment.told(["مرسوان"], "The bridge in Marsawan") == [pytest.approx(0.9)]
    assert alignment.told(["marsawan"], "the bridge in Mursiwon")[0] < 0.9
