"""A question that names a speaker is answered from that speaker's own posts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siyaq.core.answer import AnswerStatus, Question
from siyaq.core.query import Filters
from siyaq.grounding.speakers import Spoken, spoken_in
from tests.grounding.asking import ask, shown, stream
from tests.retrieval.newsroom import Newsroom, wire

CLOSED = "The bridge is closed to lorries until Friday"
OFFICE = "Our office on the quay is closed on Sunday"


@pytest.fixture
def town(newsroom: Newsroom) -> Newsroom:
    """Return a newsroom in which a port and others post about a bridge."""
    newsroom.post("p", CLOSED, author="pq", called="Port of Qasr", minutes_ago=30)
    newsroom.post("o", OFFICE, author="pq", called="Port of Qasr", minutes_ago=20)
    newsroom.post("l", "Queues on the bridge again, it is no fun", author="lina", called="Lina")
    newsroom.post("m", "الجسر مفتوح للسيارات", author="bq", called="بلدية القصر", lang="ar")
    return newsroom


@pytest.mark.parametrize(
    ("question", "spoken"),
    [
        ("What did the port say about the bridge?", Spoken("port", "the bridge")),
        ("What has Lina Haddad been saying on fares?", Spoken("lina haddad", "fares")),
        ("Did the mayor say anything about rain?", Spoken("mayor", "rain")),
        ("What did @port.example post?", Spoken("port.example", "")),
        ("ماذا قالت بلدية القصر عن الجسر؟", Spoken("بلديه القصر", "الجسر")),
        ("هل قال الميناء شيئًا عن المطر؟", Spoken("الميناء", "المطر")),
        ("بماذا صرح الوزير؟", Spoken("الوزير", "")),
        ("How many homes did Qasr Power report?", Spoken("qasr power", "How many homes")),
        ("How many did the ministry report?", Spoken("ministry", "")),
        (
            "How many people has the mayor said are hurt?",
            Spoken("mayor", "How many people are hurt"),
        ),
        ("كم منزلاً ذكرت شركة الكهرباء؟", Spoken("شركه الكهرباء", "كم منزلاً")),
        ("كم عدد المصابين الذي أعلنته الوزارة؟", Spoken("الوزاره", "كم عدد المصابين")),
        ("How many people reported a flood?", None),
        ("How many boats did the fire burn?", None),
        ("What did they say about the bridge?", None),
        ("ماذا قال عن الجسر؟", None),
        ("What is the price of bread?", None),
        ("When did the port say that the bridge opens?", None),
    ],
)
def test_the_speaker_and_the_matter_are_told_apart(question: str, spoken: Spoken | None) -> None:
    assert spoken_in(question) == spoken


def test_what_somebody_said_is_quoted_of_their_own_posts(town: Newsroom) -> None:
    answer = ask(town, "What did the port say about the bridge?")
    assert shown(answer) == CLOSED
    (reference,) = answer.references
    assert reference.author.name == "Port of Qasr"
    assert answer.short_answer is None


def test_a_handle_names_its_account(town: Newsroom) -> None:
    assert "Queues" in shown(ask(town, "What did @lina.example say about the bridge?"))


@pytest.mark.parametrize(
    "question",
    [
        "What did @lina.example say?",
        "what did @Lina.example say about the bridge",
        "ماذا قال @lina.example؟",
    ],
)
def test_a_handle_names_nobody_else_of_its_server(town: Newsroom, question: str) -> None:
    assert [one.post_id for one in ask(town, question).references] == [wire("l")]


def test_whom_a_handle_names_that_nobody_has_is_not_somebody_else_of_its_server(
    town: Newsroom,
) -> None:
    assert CLOSED not in shown(ask(town, "What did @omar.example say?"))


def test_a_handle_that_is_written_as_one_word_is_a_name(town: Newsroom) -> None:
    town.post("f", "The bridge is painted green", author="QasrFerryLine")
    assert "green" in shown(ask(town, "What did the Qasr ferry line say about the bridge?"))


def test_what_somebody_said_is_found_in_arabic(town: Newsroom) -> None:
    answer = ask(town, "ماذا قالت البلدية عن الجسر؟")
    assert [one.post_id for one in answer.references] == [wire("m")]


def test_a_name_in_the_other_script_is_the_same_by_what_it_means(town: Newsroom) -> None:
    town.post("k", "ميناء كبير فيه حريق", author="mq", called="ميناء القصر", lang="ar")
    found = {one.post_id for one in ask(town, "What did the port say?").references}
    assert found == {wire("k"), wire("o"), wire("p")}


def test_who_said_nothing_of_the_matter_is_not_quoted(town: Newsroom) -> None:
    answer = ask(town, "What did Lina say about the office?")
    assert "Queues" not in shown(answer)
    assert wire("l") not in {one.post_id for one in answer.references}


def test_without_a_matter_the_newest_of_the_speaker_comes_first(town: Newsroom) -> None:
    answer = ask(town, "What did the port say?")
    assert [one.text for one in answer.sentences] == [OFFICE, CLOSED]


def test_where_nobody_is_called_so_a_report_answers(town: Newsroom) -> None:
    town.post("r", "The minister said that the tunnel will cost 40 million", author="sami")
    assert "40 million" in shown(ask(town, "What did the minister say about the tunnel?"))


def test_whom_the_asker_chose_stays_chosen(town: Newsroom) -> None:
    lina = replace(Filters(), authors=("lina.example",))
    question = Question(text="What did the port say about the bridge?", filters=lina)
    answer = stream(town, question).answer
    assert CLOSED not in shown(answer)


def test_a_speaker_whose_post_is_gone_is_not_quoted(town: Newsroom) -> None:
    town.delete(wire("p"))
    answer = ask(town, "What did the port say about the bridge?")
    assert answer.status is AnswerStatus.ABSTAINED or CLOSED not in shown(answer)


@pytest.mark.parametrize(
    ("question", "lang", "theirs", "other"),
    [
        (
            "How many homes did Qasr Power report?",
            "en",
            "The fault touches 1,860 homes, our crews are in the field",
            "I heard 5,900 homes are without power in Qasr, says my cousin",
        ),
        (
            "كم منزلاً ذكرت كهرباء القصر؟",
            "ar",
            "العطل طال 1860 منزلاً وفرقنا في الميدان",
            "سمعت أن 5900 منزل بلا كهرباء في القصر",
        ),
    ],
)
def test_a_number_is_taken_from_whoever_is_said_to_give_it(
    newsroom: Newsroom, question: str, lang: str, theirs: str, other: str
) -> None:
    called = {"en": "Qasr Power", "ar": "كهرباء القصر"}[lang]
    newsroom.post("theirs", theirs, author="power", called=called, lang=lang, minutes_ago=30)
    newsroom.post("other", other, author="lina", called="Lina", lang=lang)
    assert shown(ask(newsroom, question)) == theirs


def test_a_handle_that_names_its_server_is_one_account(town: Newsroom) -> None:
    town.post("f", "The bridge is painted green", author="omar@town.social")
    town.post("g", "The bridge is painted blue", author="omar@port.social")
    answer = ask(town, "What did @omar@town.social.example say about the bridge?")
    assert [one.post_id for one in answer.references] == [wire("f")]
