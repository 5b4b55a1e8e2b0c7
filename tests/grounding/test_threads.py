"""What replies say to somebody who asked the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from siyaq.core.answer import AnswerStatus, Question
from siyaq.grounding.threads import answer_in_thread
from siyaq.retrieval.alignment import WordAlignment
from tests.grounding.asking import ask, shown, stream
from tests.retrieval.newsroom import NOON, Newsroom

ASKED = "Has the harbor bridge reopened yet? My bus is waiting"
QUESTION = "has the harbor bridge reopened?"


def thread(room: Newsroom, asked: str, *replies: str, lang: str = "en") -> None:
    """Post a question ten minutes ago, and each reply by an account of its own, in order."""
    above = room.post("asks", asked, minutes_ago=10, author="ann", lang=lang)
    for at, text in enumerate(replies):
        room.post(
            f"r{at}",
            text,
            minutes_ago=5 - at / 10,
            author=f"author{at}",
            lang=lang,
            reply_to=above,
        )


def test_a_reply_answers_below_what_it_replies_to(newsroom: Newsroom) -> None:
    thread(newsroom, ASKED, "No idea", "No, what makes you ask?", "Yes, since noon", "Following")
    answer = ask(newsroom, QUESTION)
    assert answer.status is AnswerStatus.ANSWERED
    assert shown(answer) == f"{ASKED}\nYes, since noon"
    assert [one.author.handle for one in answer.references] == ["ann.example", "author2.example"]


@pytest.mark.parametrize(
    ("question", "asked", "replies", "says"),
    [
        (
            "when does the night market open?",
            "Does anybody know when the night market opens?",
            ["No idea", "At 8:30, says my sister"],
            "At 8:30, says my sister",
        ),
        (
            "how many boats are missing after the storm?",
            "How many boats are missing after the storm?",
            ["Too many", "7 as of this morning"],
            "7 as of this morning",
        ),
        (
            "what does the ferry ticket cost?",
            "What does a ferry ticket cost these days?",
            ["more than it should", "12 dinars, 6 for children"],
            "12 dinars, 6 for children",
        ),
    ],
)
def test_a_reply_must_say_the_kind_of_thing_that_is_asked(
    newsroom: Newsroom, question: str, asked: str, replies: list[str], says: str
) -> None:
    thread(newsroom, asked, *replies)
    assert shown(ask(newsroom, question)) == f"{asked}\n{says}"


def test_in_arabic_too(newsroom: Newsroom) -> None:
    asked = "هل أعيد فتح جسر الميناء؟ الحافلة تنتظر"
    thread(newsroom, asked, "لا أدري", "نعم منذ الظهر", lang="ar")
    assert shown(ask(newsroom, "هل أعيد فتح جسر الميناء؟")) == f"{asked}\nنعم منذ الظهر"


@pytest.mark.parametrize(("limit", "quoted"), [(1, 0), (2, 2), (3, 3)])
def test_no_more_is_quoted_than_is_asked_for(newsroom: Newsroom, limit: int, quoted: int) -> None:
    thread(newsroom, ASKED, "Yes, since noon", "Yes, it is open", "Yes!")
    answer = stream(newsroom, Question(text=QUESTION, limit=limit)).answer
    assert len(answer.references) == quoted


def test_what_was_replied_to_another_question_answers_nothing(newsroom: Newsroom) -> None:
    thread(newsroom, "Has the airport road reopened yet? My bus is waiting", "Yes, since noon")
    assert ask(newsroom, QUESTION).status is AnswerStatus.ABSTAINED


@pytest.mark.parametrize(("above", "found"), [(ASKED, True), ("Harbor bridge reopened", False)])
def test_only_a_post_that_asks_lends_its_words_to_a_reply(
    newsroom: Newsroom, above: str, found: bool
) -> None:
    thread(newsroom, above, "Yes, since noon")
    alignment = WordAlignment(newsroom.embedder)
    ranking = newsroom.rank(QUESTION)
    draft = answer_in_thread(
        ranking, newsroom.searcher, newsroom.log, alignment, ranking.understood.filters, 5
    )
    assert (draft is not None) is found


def test_replies_that_were_not_there_then_or_are_no_more_say_nothing(newsroom: Newsroom) -> None:
    thread(newsroom, ASKED, "Yes, since noon")
    early = Question(text=QUESTION, as_of=NOON - timedelta(minutes=7))
    assert stream(newsroom, early).answer.status is AnswerStatus.ABSTAINED
    (gone,) = [
        one.post_id for one in ask(newsroom, QUESTION).references if one.text == "Yes, since noon"
    ]
    newsroom.delete(gone)
    assert ask(newsroom, QUESTION).status is AnswerStatus.ABSTAINED


def test_where_a_post_answers_by_itself_no_thread_is_read(newsroom: Newsroom) -> None:
    thread(newsroom, ASKED, "Yes, since noon")
    newsroom.post("tells", "The harbor bridge has reopened", author="port")
    assert "Yes, since noon" not in shown(ask(newsroom, QUESTION))


@pytest.mark.parametrize(
    ("question", "post"),
    [
        (QUESTION, "Has the harbor bridge reopened?"),
        ("when does the night market open?", "When does the night market open? My bus is waiting"),
        ("what does the ferry ticket cost?", "what does the ferry ticket cost? anybody?"),
        ("who won the harbor race?", "Who won the harbor race?"),
        ("متى يفتح سوق الليل؟", "متى يفتح سوق الليل؟ الحافلة تنتظر"),
    ],
)
def test_a_post_that_only_asks_is_no_answer(newsroom: Newsroom, question: str, post: str) -> None:
    newsroom.post("asks", post, lang="ar" if "؟" in post else "en")
    assert ask(newsroom, question).status is AnswerStatus.ABSTAINED


@pytest.mark.parametrize(
    ("question", "post"),
    [
        (QUESTION, "Has the harbor bridge reopened? Yes it has"),
        ("when does the night market open?", "When does the night market open? At 8:30"),
        ("when does the night market open?", "Does the night market open at 8:30 pm?"),
        ("where is the harbor race held?", "Where is the harbor race held? In Vestergade"),
        ("who won the harbor race?", "Who won the harbor race? Dina, by a minute"),
        ("أين يقام سباق الميناء؟", "أين يقام سباق الميناء؟ في شارع الأرز"),
    ],
)
def test_one_that_answers_itself_is(newsroom: Newsroom, question: str, post: str) -> None:
    newsroom.post("asks", post, lang="ar" if "؟" in post else "en")
    assert shown(ask(newsroom, question)) == post
