"""Questions about who says what are answered with counts that can be opened."""

from __future__ import annotations

import pytest

from siyaq.core.answer import Answer, AnswerStatus, Question, Reason, SentenceChecked, Tally
from siyaq.core.ids import PostId, Seq
from siyaq.grounding.voices import Voice, accounts, asked_about, independent
from siyaq.testing.model_server import Reply
from tests.grounding.asking import ask, shown, stream
from tests.grounding.writing import ask_stub
from tests.retrieval.newsroom import Newsroom, wire

CUT = "How many people reported a power cut in Tyre?"


@pytest.fixture
def dark(newsroom: Newsroom) -> Newsroom:
    """Return a newsroom in which the power went out in Tyre."""
    newsroom.post("a1", "Power cut in Tyre, the whole street is dark", author="amal")
    newsroom.post("a2", "Still a power cut here in Tyre after an hour", author="amal")
    newsroom.post("b", "We have a power cut in Tyre since eight", author="badr")
    copied = "A power cut in Tyre again, third one in this week, says my aunt on the phone"
    for at in range(4):
        newsroom.post(f"c{at}", copied, author=f"copier{at}")
    newsroom.post("s", "A power cut in Sidon, candles everywhere", author="salma")
    newsroom.post("x", "Tyre has the best beaches of the coast", author="tourist")
    return newsroom


def counts(answer: Answer) -> Tally:
    assert answer.counts is not None
    return answer.counts


def test_posts_accounts_and_independent_voices_are_counted_apart(dark: Newsroom) -> None:
    found = counts(ask(dark, CUT))
    assert found.posts == 7
    assert found.accounts == 6  # amal twice
    assert found.independent == 3  # amal, badr, and the four who copy one text
    assert found.complete


def test_every_group_is_quoted_and_its_posts_can_be_opened(dark: Newsroom) -> None:
    answer = ask(dark, CUT)
    cited = {one.id: one.post_id for one in answer.references}
    listed: list[PostId] = []
    for group in counts(answer).groups:
        assert cited[group.evidence_id] in group.post_ids
        assert group.posts == len(group.post_ids)
        listed += group.post_ids
    assert len(listed) == len(set(listed)) == 7
    assert wire("s") not in listed
    assert wire("x") not in listed
    live = dark.log.find(listed)
    assert set(live) == set(listed)


def test_who_copies_is_no_voice_of_its_own_in_a_group_either(dark: Newsroom) -> None:
    groups = counts(ask(dark, CUT)).groups
    for group in groups:
        entries = dark.log.find(group.post_ids).values()
        who = [one.post.author.id for one in entries if one.post is not None]
        assert group.accounts == len(set(who))
        assert group.independent == len({name.rstrip("0123456789") for name in who})
    assert any(group.accounts > group.independent for group in groups)


def test_no_number_of_a_post_is_taken_for_the_count(newsroom: Newsroom) -> None:
    newsroom.post("p", "90 people reported a power cut in Tyre, says a friend", author="a")
    answer = ask(newsroom, CUT)
    assert counts(answer).accounts == 1
    assert answer.short_answer is None


def test_a_deleted_post_is_not_counted(dark: Newsroom) -> None:
    dark.delete(wire("b"))
    dark.delete(wire("c2"))
    found = counts(ask(dark, CUT))
    assert (found.posts, found.independent) == (5, 2)
    assert not {wire("b"), wire("c2")} & {name for group in found.groups for name in group.post_ids}


def test_a_post_deleted_while_the_answer_is_made_is_not_counted(dark: Newsroom) -> None:
    def delete(event: object) -> None:
        if isinstance(event, SentenceChecked):
            dark.delete(wire("c1"))

    streamed = stream(dark, Question(text=CUT), delete)
    assert counts(streamed.answer).posts == 6


def test_nobody_is_an_abstention(dark: Newsroom) -> None:
    answer = ask(dark, "How many people reported an earthquake in Damascus?")
    assert answer.status is AnswerStatus.ABSTAINED
    assert answer.reason in (Reason.NO_EVIDENCE, Reason.INSUFFICIENT_EVIDENCE)
    assert answer.counts is None


def test_what_people_say_is_quoted_by_how_many_say_it(newsroom: Newsroom) -> None:
    for at, text in enumerate(
        (
            "The new ferry to Sandholm is so slow, two hours late again",
            "New ferry to Sandholm late by two hours, slow as ever",
            "so the new ferry to Sandholm is two hours late and slow today",
            "I love the new ferry to Sandholm, such kind sailors and fresh bread",
        )
    ):
        newsroom.post(f"p{at}", text, author=f"a{at}")
    answer = ask(newsroom, "What are people saying about the new ferry to Sandholm?")
    first, *_ = answer.sentences
    assert "slow" in first.text
    assert "love" in shown(answer)
    groups = counts(answer).groups
    assert [group.independent for group in groups] == sorted(
        (group.independent for group in groups), reverse=True
    )


def test_a_follow_up_counts_again(dark: Newsroom) -> None:
    found = counts(ask(dark, "and in Sidon?", CUT))
    assert (found.posts, found.accounts) == (1, 1)
    assert ask(dark, "when?", CUT).counts is None


@pytest.mark.parametrize(
    "question",
    [
        "How many people reported a power cut in Tyre two hours ago?",
        "كم شخصًا أبلغ عن a power cut in Tyre قبل ساعتين؟",
    ],
)
def test_only_the_time_asked_about_is_counted(dark: Newsroom, question: str) -> None:
    dark.post("old", "A power cut in Tyre just now, says the baker", author="old", minutes_ago=120)
    answer = ask(dark, question)
    assert [one.post_id for one in answer.references] == [wire("old")]
    assert counts(answer).posts == 1
    assert counts(answer).about == "a power cut in Tyre"


def test_an_arabic_question_counts_too(newsroom: Newsroom) -> None:
    for at, text in enumerate(
        ("انقطاع الكهرباء في صور منذ الصباح", "عندنا انقطاع الكهرباء في صور")
    ):
        newsroom.post(f"p{at}", text, author=f"a{at}", lang="ar")
    assert counts(ask(newsroom, "كم شخصًا أبلغ عن انقطاع الكهرباء في صور؟")).accounts == 2


def test_a_model_does_not_phrase_counts(dark: Newsroom) -> None:
    written = ask_stub(dark, lambda _: Reply.of("{}"), CUT)
    assert counts(written.answer).posts == 7
    assert written.streamed == written.texts
    assert written.requests == []


@pytest.mark.parametrize(
    ("question", "about"),
    [
        (CUT, "a power cut in Tyre"),
        ("What are people saying about the new ferry?", "the new ferry"),
        ("What do people think of the mayor?", "the mayor"),
        ("How many residents are complaining about the smell?", "the smell"),
        ("كم شخصًا أبلغ عن انقطاع الكهرباء؟", "انقطاع الكهرباء"),
        ("كم عدد الأشخاص الذين أبلغوا عن الحريق؟", "الحريق"),
        ("ماذا يقول الناس عن الجسر؟", "الجسر"),
        ("How many people were reported missing?", None),
        ("How many people died in the fire?", None),
        ("How many people reported injured in the crash?", None),
        ("What are people saying?", None),
        ("كم شخصا قتل في الحريق؟", None),
    ],
)
def test_only_a_question_about_voices_is_one(question: str, about: str | None) -> None:
    assert asked_about(question) == about


def voice(author: str, wording: int) -> Voice:
    return Voice(Seq(1), PostId(f"wire:{author}{wording}"), author, wording)


def test_who_copies_and_who_is_copied_are_one_voice_whatever_else_they_say() -> None:
    chain = [voice("a", 1), voice("b", 1), voice("b", 2), voice("c", 2)]
    assert independent(chain) == 1
    assert accounts(chain) == 3
    assert independent([*chain, voice("d", 3)]) == 2
