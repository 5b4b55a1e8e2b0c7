"""Sources that disagree: every side is shown, and what is no dispute is none."""

from __future__ import annotations

from datetime import timedelta

from siyaq.core.answer import AnswerEvent, AnswerStatus, EvidenceFound, Question, Reason
from tests.grounding.asking import ask, shown, stream
from tests.retrieval.newsroom import NOON, Newsroom, wire

QUESTION = "How many boats burned in the fire in the harbor of Tyre?"


def two_sides(room: Newsroom) -> None:
    """Post two figures, by two people."""
    room.post("a", "In the fire in the harbor of Tyre 14 boats burned", author="ann", minutes_ago=9)
    room.post("b", "Fire in the harbor of Tyre: 9 boats burned, says Bea", author="bea")


def test_two_people_with_two_figures_are_both_shown(newsroom: Newsroom) -> None:
    two_sides(newsroom)
    answer = ask(newsroom, QUESTION)
    assert answer.status is AnswerStatus.PARTIAL
    assert answer.reason is Reason.CONFLICTING_EVIDENCE
    (conflict,) = answer.conflicts
    posts = {one.id: one for one in answer.references}
    told = {}
    for side in conflict.sides:
        (evidence,) = side.evidence_ids
        assert side.value in posts[evidence].text
        told[posts[evidence].author.handle] = (side.value.split()[0], side.created_at)
    assert told == {
        "ann.example": ("14", NOON - timedelta(minutes=9)),
        "bea.example": ("9", NOON - timedelta(minutes=5)),
    }
    assert "14" in shown(answer)
    assert "9" in shown(answer)
    assert answer.short_answer is None


def test_both_sides_are_quoted_even_where_one_sentence_was_asked_for(newsroom: Newsroom) -> None:
    two_sides(newsroom)
    answer = ask(newsroom, QUESTION, limit=1)
    assert len(answer.conflicts) == 1
    assert len(answer.sentences) == 2


def test_a_newer_figure_of_the_same_person_is_no_dispute(newsroom: Newsroom) -> None:
    newsroom.post(
        "a", "In the fire in the harbor of Tyre 9 boats burned", author="ann", minutes_ago=9
    )
    newsroom.post("b", "Fire in the harbor of Tyre: 14 boats burned", author="ann")
    assert ask(newsroom, QUESTION).conflicts == ()


def test_the_same_figure_twice_is_no_dispute(newsroom: Newsroom) -> None:
    newsroom.post("a", "In the fire in the harbor of Tyre 1,400 boats burned", author="ann")
    newsroom.post("b", "Fire in the harbor of Tyre: 1400 boats burned, says Bea", author="bea")
    answer = ask(newsroom, QUESTION)
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.conflicts == ()


def test_another_thing_counted_is_no_dispute(newsroom: Newsroom) -> None:
    newsroom.post("a", "In the fire in the harbor of Tyre 14 boats burned", author="ann")
    newsroom.post(
        "b", "Fire in the harbor of Tyre burned for 9 hours: boats are lost", author="bea"
    )
    assert ask(newsroom, QUESTION).conflicts == ()


def test_another_place_is_another_matter(newsroom: Newsroom) -> None:
    newsroom.post("a", "In the fire in the harbor of Tyre 14 boats burned", author="ann")
    newsroom.post("b", "In the fire in the harbor of Sidon 9 boats burned", author="bea")
    assert ask(newsroom, QUESTION).conflicts == ()


def test_a_score_is_no_figure(newsroom: Newsroom) -> None:
    newsroom.post("a", "The match of Tyre against Sidon: 3,400 spectators watched", author="ann")
    newsroom.post("b", "The match of Tyre against Sidon: 2-1, spectators watched", author="bea")
    answer = ask(newsroom, "How many spectators watched the match of Tyre against Sidon?")
    assert answer.conflicts == ()


def test_a_side_whose_post_was_deleted_meanwhile_is_no_side(newsroom: Newsroom) -> None:
    two_sides(newsroom)

    def delete(event: AnswerEvent) -> None:
        if isinstance(event, EvidenceFound):
            newsroom.delete(wire("a"))

    answer = stream(newsroom, Question(text=QUESTION), delete).answer
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.conflicts == ()
    assert "14" not in shown(answer)


def test_two_figures_in_arabic_are_both_shown(newsroom: Newsroom) -> None:
    newsroom.post(
        "a", "احترق في حريق ميناء صور الكبير فجر الاثنين 14 قارباً", author="ann", lang="ar"
    )
    newsroom.post(
        "b",
        "حريق ميناء صور الكبير فجر الاثنين: احترق 9 قوارب بحسب البلدية",
        author="bea",
        lang="ar",
    )
    answer = ask(newsroom, "كم قارباً احترق في حريق ميناء صور الكبير فجر الاثنين؟")
    assert answer.reason is Reason.CONFLICTING_EVIDENCE
    assert {side.value.split()[0] for side in answer.conflicts[0].sides} == {"14", "9"}
