"""The questions that the page offers are answered, whatever a record holds and in what language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import siyaq.serve
from siyaq.core.answer import AnswerStatus
from siyaq.serve.strings import LANGUAGES, catalog
from siyaq.text.language import identify
from tests.grounding.asking import ask
from tests.retrieval.newsroom import Newsroom

PAGE = Path(siyaq.serve.__file__).parent / "static" / "index.html"
WEEK = 7 * 24 * 60
STORY = (
    "The ferry of Sandholm ran aground at dawn",
    "Ferry aground off Sandholm, passengers are safe",
    "Tugs are on their way to the ferry of Sandholm",
    "my cat sleeps on the keyboard all day",
)
ARABIC_STORY = (
    "جنحت عبّارة صور فجر اليوم قرب الميناء",
    "عبّارة صور جانحة قبالة الميناء والركاب بخير",
    "القاطرات في طريقها إلى عبّارة صور",
    "قطتي تنام على لوحة المفاتيح طوال اليوم",
)


def offered() -> list[str]:
    """Return the keys of the questions on the page."""
    (examples,) = re.findall(
        r'<ul class="examples".*?</ul>', PAGE.read_text("utf-8"), flags=re.DOTALL
    )
    return re.findall(r'<button [^>]*data-t="([a-z_.]+)"', examples)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """Return an empty newsroom."""
    room = Newsroom(tmp_path)
    yield room
    room.close()


def test_each_question_is_offered_in_the_language_of_the_page() -> None:
    assert len(offered()) >= 2
    for language in LANGUAGES:
        assert {identify(str(catalog(language)[key])) for key in offered()} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("posts", "written", "minutes_ago"),
    [
        (STORY, "en", 5),
        (ARABIC_STORY, "ar", 5),
        ((*STORY, *ARABIC_STORY), "", 5),
        (STORY[:1], "en", WEEK),
        (ARABIC_STORY[:1], "ar", WEEK),
    ],
)
def test_each_question_is_answered(
    room: Newsroom, posts: tuple[str, ...], written: str, minutes_ago: int, language: str
) -> None:
    for at, text in enumerate(posts):
        lang = written or identify(text)
        room.post(f"p{at}", text, author=f"a{at}", lang=lang, minutes_ago=minutes_ago - at / 100)
    for key in offered():
        answer = ask(room, str(catalog(language)[key]))
        assert answer.status is AnswerStatus.ANSWERED, key
        assert answer.sentences[0].text in posts
