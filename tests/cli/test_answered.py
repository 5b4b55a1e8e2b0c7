"""What the terminal says of an answer is in the answer's language, and names evidence one way."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from siyaq.cli import options
from siyaq.cli.answered import language_of, show_closing
from siyaq.core.answer import Answer, AnswerStatus, Changes, Coverage, Gone, Question, Reason
from siyaq.core.errors import QueryError
from siyaq.core.event import Gap
from siyaq.core.query import Filters
from siyaq.testing.product import FakeProduct
from siyaq.testing.scripted import scripted_answer
from siyaq.testing.story import story_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPEN = "Is the bridge open?"
ISOLATES = re.compile("[\u2068\u2069]")
LATIN_WORD = re.compile(r"(?<![\w@:/.-])[a-z]{2,}(?![\w@:/.-])")


def scripted(question: str) -> Answer:
    """Return the scripted answer to a question, with all that may be said of an answer."""
    answer = scripted_answer(Question(text=question), FakeProduct(now=NOW).posts, NOW, 1)
    gone = (Gone(post_id=story_id("closed"), why="deleted"),)
    gap = Gap(source="wire", since=NOW - timedelta(hours=1), until=NOW, reason="disconnected")
    covered = Coverage(since=NOW - timedelta(days=1), until=NOW, gaps=(gap,))
    changed = Changes(answer_id="a0", since=NOW, added=("e1",), gone=gone)
    return replace(answer, changed=changed, covered=covered)


def closing(question: Question, answer: Answer) -> str:
    """Return the end of an answer as a wide terminal gets it."""
    console = Console(file=io.StringIO(), width=500, color_system=None)
    show_closing(console, question, answer)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_counts_are_printed_with_the_posts_behind_them() -> None:
    asked = "What are people saying about the bridge?"
    told = closing(Question(text=asked), scripted(asked))
    assert "2 independent accounts (3 posts by 3 accounts)" in told
    assert f"[1] 1 independent account, 1 post: {story_id('open')}" in told


def test_what_changed_and_how_to_go_on_are_printed() -> None:
    told = closing(Question(text=OPEN), scripted(OPEN))
    assert "Since 2026-11-21 12:00 UTC: 1 post is new [1]; 1 post it cited was deleted" in told
    assert "To go on from here: --previous a1" in told
    assert "Not listening to wire on 2026-11-21 11:00 UTC" in told


def test_each_side_of_a_conflict_names_its_evidence_as_sentences_do() -> None:
    told = closing(Question(text=OPEN), disputed())
    assert "Sources disagree\n" in told
    assert OPEN not in told
    for marker in (1, 2):
        assert re.search(rf"^  .+ \[{marker}\]$", told, re.MULTILINE)
    assert not re.search(r"\be\d\b", told)


def disputed() -> Answer:
    """Return an answer whose sources disagree."""
    answer = scripted("How many families were moved?")
    assert answer.conflicts
    return answer


def test_an_arabic_question_is_answered_in_arabic_throughout() -> None:
    question = Question(text="كم عائلة أُجليت؟")
    told = ISOLATES.sub("", closing(question, disputed()))
    assert "المصادر مختلفة" in told
    assert "للمتابعة من هنا: --previous" in told
    posts = {one.url or one.post_id for one in disputed().references}
    for shown in [*posts, "--previous", "wire"]:
        told = told.replace(shown, "")
    assert LATIN_WORD.findall(told) == []


@pytest.mark.parametrize(
    ("text", "langs", "language"),
    [
        (OPEN, (), "en"),
        ("هل الجسر مفتوح؟", (), "ar"),
        (OPEN, ("ar",), "ar"),
        ("هل الجسر مفتوح؟", ("en",), "en"),
        (OPEN, ("ar", "en"), "en"),
        (OPEN, ("sv",), "en"),
    ],
)
def test_posts_of_one_language_are_spoken_of_in_it(
    text: str, langs: tuple[str, ...], language: str
) -> None:
    assert language_of(Question(text=text, filters=Filters(langs=langs))) == language


@pytest.mark.parametrize(
    ("langs", "said"), [((), False), (("ar", "en"), True)], ids=["all", "some"]
)
def test_an_abstention_says_that_only_some_languages_were_searched(
    langs: tuple[str, ...], said: bool
) -> None:
    question = Question(text=OPEN, filters=Filters(langs=langs))
    answer = replace(scripted(OPEN), status=AnswerStatus.ABSTAINED, reason=Reason.NO_EVIDENCE)
    told = closing(question, answer)
    assert ("Only posts in ar, en were searched" in told) is said


def test_a_language_is_named_by_its_code() -> None:
    given = options.filters(None, None, ["ar-SA", "EN"], None, None)
    assert given.langs == ("ar", "en")
    with pytest.raises(QueryError, match="'Arabic' is not the code of a language"):
        options.filters(None, None, ["Arabic"], None, None)
