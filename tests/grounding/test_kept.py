"""Kept answers: opened again, gone on from, and honest about what their posts say now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from siyaq.core.answer import (
    Answer,
    AnswerStatus,
    Changes,
    Evidence,
    Finished,
    Gone,
    Question,
    Reason,
    Turn,
)
from siyaq.core.errors import NotFound
from siyaq.core.event import Op
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.grounding import AnswerShelf, KeptAnswers
from siyaq.grounding.kept.shelf import NAME
from siyaq.grounding.question import asks_what_changed
from siyaq.testing.model_server import Reply
from siyaq.testing.writers import reply_of, sentence
from tests.grounding.asking import shown
from tests.grounding.writing import answers_of_stub
from tests.retrieval.newsroom import NOON, Newsroom, wire

HOW_MANY = "How many boats burned in the harbor of Tyre?"
TYRE = "The coast guard says that 14 boats burned in the harbor of Tyre."


class Desk:
    """A newsroom whose answers are kept."""

    def __init__(self, room: Newsroom, directory: Path, *, kept: int = 100) -> None:
        self.room = room
        self.path = directory / NAME
        self.shelf = AnswerShelf(directory, kept)
        self.unkept = 0
        self.answers = KeptAnswers(room.answerer, self.shelf, room.log, unkept=self._missed)

    def _missed(self) -> None:
        self.unkept += 1

    def put(self, question: Question) -> Answer:
        """Ask, and return the answer."""

        async def last() -> Answer:
            async for event in self.answers.stream(question):
                if isinstance(event, Finished):
                    return event.answer
            raise AssertionError

        return asyncio.run(last())

    def ask(self, text: str, previous: str = "") -> Answer:
        """Ask, going on from an earlier answer."""
        return self.put(Question(text=text, previous=previous))


@pytest.fixture
def desk(newsroom: Newsroom, tmp_path: Path) -> Iterator[Desk]:
    """Return a newsroom in which boats burned."""
    newsroom.post("tyre", TYRE, author="guard")
    newsroom.post(
        "sidon", "The coast guard says that 3 boats burned in the harbor of Sidon.", author="other"
    )
    newsroom.post("cat", "my cat sleeps on the keyboard all day", author="d")
    desk = Desk(newsroom, tmp_path)
    yield desk
    desk.shelf.close()


def changes(answer: Answer) -> Changes:
    assert answer.changed is not None
    return answer.changed


def uncounted(references: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Return references without who stood behind them: that is counted when a question is put."""
    return tuple(replace(one, voices=None) for one in references)


def test_an_answer_is_opened_again_as_it_was(desk: Desk) -> None:
    first = desk.ask(HOW_MANY)
    again = desk.answers.open(first.id)
    assert again.sentences == first.sentences
    assert again.references == uncounted(first.references)
    assert (again.short_answer, again.as_of) == (first.short_answer, first.as_of)
    assert (again.status, again.reason) == (first.status, first.reason)
    assert changes(again).gone == ()


def test_an_answer_whose_post_was_deleted_says_so_and_quotes_it_no_more(desk: Desk) -> None:
    first = desk.ask(HOW_MANY)
    desk.room.delete(wire("tyre"))
    again = desk.answers.open(first.id)
    assert Gone(post_id=wire("tyre"), why="deleted") in changes(again).gone
    assert again.reason is Reason.EVIDENCE_WITHDRAWN
    assert again.status in (AnswerStatus.PARTIAL, AnswerStatus.ABSTAINED)
    assert "14" not in shown(again)
    assert again.short_answer is None
    assert changes(again).short_answer_before is None
    assert wire("tyre") not in {one.post_id for one in again.references}


def test_an_answer_whose_post_was_edited_says_so_and_shows_no_words_of_either_version(
    desk: Desk,
) -> None:
    first = desk.ask(HOW_MANY)
    desk.room.post("tyre", TYRE.replace("14", "41"), author="guard", op=Op.UPDATE)
    again = desk.answers.open(first.id)
    assert Gone(post_id=wire("tyre"), why="edited") in changes(again).gone
    assert "14" not in shown(again)
    assert "41" not in shown(again)


def test_no_word_of_a_post_is_kept(desk: Desk) -> None:
    desk.ask(HOW_MANY)
    desk.ask("Where did boats burn?")
    desk.shelf.close()
    kept = b"".join(path.read_bytes() for path in desk.path.parent.glob(f"{NAME}*"))
    assert b"harbor" in kept  # the question
    assert b"coast guard" not in kept
    assert "coast guard".encode("utf-16-le") not in kept


def test_a_post_leads_to_the_answers_that_rest_on_it(desk: Desk) -> None:
    first, second = desk.ask(HOW_MANY), desk.ask("How many boats burned in Tyre?")
    assert desk.answers.citing(wire("tyre")) == [second.id, first.id]
    assert desk.answers.citing(wire("cat")) == []


def test_what_is_asked_after_an_answer_is_read_in_its_context(desk: Desk) -> None:
    first = desk.ask(HOW_MANY)
    second = desk.ask("and in Sidon?", first.id)
    assert "3 boats" in shown(second)
    assert second.previous == first.id
    assert second.changed is None
    third = desk.ask("who said that?", second.id)
    assert "coast guard" in shown(third)


def test_a_conversation_of_any_length_can_be_gone_on_with(desk: Desk) -> None:
    answer = desk.ask(HOW_MANY)
    for _ in range(60):
        answer = desk.ask("and in Sidon?", answer.id)
    assert "3 boats" in shown(answer)


def test_asking_again_tells_what_is_new_and_what_is_gone(desk: Desk) -> None:
    first = desk.ask(HOW_MANY)
    desk.room.delete(wire("tyre"))
    desk.room.post(
        "mayor", "The mayor says that 17 boats burned in the harbor of Tyre.", author="mayor",
        minutes_ago=0,
    )  # fmt: skip
    again = desk.ask(HOW_MANY, first.id)
    new = {one.id: one.post_id for one in again.references}
    assert wire("mayor") in [new[name] for name in changes(again).added]
    assert Gone(post_id=wire("tyre"), why="deleted") in changes(again).gone
    assert changes(again).answer_id == first.id
    assert changes(again).since == first.as_of
    assert again.short_answer == "17"


@pytest.mark.parametrize("text", ["What changed?", "Anything new since then?", "هل من جديد؟"])
def test_what_changed_asks_the_earlier_question_again(desk: Desk, text: str) -> None:
    first = desk.ask(HOW_MANY)
    again = desk.ask(text, first.id)
    assert again.sentences == first.sentences
    assert changes(again) == Changes(
        answer_id=first.id,
        since=first.as_of,
        short_answer_before="14",
        short_answer_post=wire("tyre"),
    )


def test_what_changed_keeps_to_the_limits_of_the_earlier_question(desk: Desk) -> None:
    filters = Filters(authors=("other.example",), placed=TimeRange(NOON - timedelta(hours=1)))
    first = desk.put(Question(text="How many boats burned?", filters=filters))
    assert "14" not in shown(first)
    again = desk.ask("What has changed?", first.id)
    assert again.sentences == first.sentences


def test_what_changed_is_itself_an_answer_that_can_be_asked_what_changed(desk: Desk) -> None:
    first = desk.ask("and in Sidon?", desk.ask(HOW_MANY).id)
    second = desk.ask("what changed?", first.id)
    third = desk.ask("what changed?", second.id)
    assert second.sentences == third.sentences == first.sentences
    assert not changes(third).added
    assert not changes(third).gone


def test_a_history_that_is_given_is_taken_as_it_is(desk: Desk) -> None:
    first = desk.ask("When was the school opened?")
    history = (Turn(role="user", content=HOW_MANY),)
    answer = desk.put(Question(text="and in Sidon?", history=history, previous=first.id))
    assert "3 boats" in shown(answer)


def test_an_answer_that_is_not_kept_cannot_be_gone_on_from(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.ask("when?", "answer-0")
    with pytest.raises(NotFound):
        desk.answers.open("answer-0")


def test_a_forgotten_answer_is_gone_with_its_question(desk: Desk) -> None:
    first = desk.ask("How many boats burned in Xanadu?")
    desk.answers.forget(first.id)
    with pytest.raises(NotFound):
        desk.answers.open(first.id)
    with pytest.raises(NotFound):
        desk.answers.forget(first.id)
    desk.shelf.close()
    assert all(b"Xanadu" not in one.read_bytes() for one in desk.path.parent.glob(f"{NAME}"))


def test_the_shelf_keeps_the_newest_and_no_more(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.post("tyre", TYRE)
    desk = Desk(newsroom, tmp_path, kept=3)
    ids = [desk.ask(f"How many boats burned in the harbor of Tyre? {at}").id for at in range(5)]
    found = [desk.shelf.find(name) is not None for name in ids]
    assert found == [False, False, True, True, True]
    assert len(desk.answers.citing(wire("tyre"))) == 3
    desk.shelf.close()


def test_answers_outlive_the_process_that_gave_them(desk: Desk, tmp_path: Path) -> None:
    first = desk.ask(HOW_MANY)
    desk.shelf.close()
    later = Desk(desk.room, tmp_path)
    assert "3 boats" in shown(later.ask("and in Sidon?", first.id))
    later.shelf.close()


def test_an_answer_is_given_also_where_it_cannot_be_kept(desk: Desk) -> None:
    desk.shelf.close()
    desk.path.write_bytes(b"this is no database" * 100)
    assert "14" in shown(desk.ask(HOW_MANY))
    assert desk.unkept == 1


def test_of_what_a_model_wrote_only_its_quotes_are_kept(desk: Desk) -> None:
    said = "According to the coast guard, 14 boats burned in Tyre."
    behavior = reply_of(sentence(said, ("e1", "14 boats burned")))
    with answers_of_stub(desk.room, lambda _: Reply.of(behavior)) as written:
        desk.answers = KeptAnswers(written, desk.shelf, desk.room.log)
        first = desk.ask(HOW_MANY)
    assert said in shown(first)
    again = desk.answers.open(first.id)
    assert "14 boats burned" in [one.text for one in again.sentences]
    assert said not in shown(again)
    assert (first.model, again.model) == ("server:stub", "extractive")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What changed?", True),
        ("what's changed since then?", True),
        ("Any updates?", True),
        ("anything new?", True),
        ("ماذا تغير؟", True),
        ("ما الذي استجد منذ ذلك الحين؟", True),
        ("What is new?", False),
        ("What changed in the budget?", False),
        ("What is the latest news?", False),
        ("ما الجديد؟", False),
        ("هل من جديد عن الميناء؟", False),
    ],
)
def test_only_a_question_about_nothing_else_asks_what_changed(text: str, expected: bool) -> None:
    assert asks_what_changed(text) is expected
