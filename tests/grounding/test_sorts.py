"""Values of two sorts are no two sides: a time of day and some hours, money and people."""

from __future__ import annotations

import pytest

from siyaq.core.answer import Reason
from siyaq.core.span import Span
from siyaq.grounding.sorts import sorts_of
from tests.grounding.asking import ask, shown
from tests.retrieval.newsroom import Newsroom


@pytest.mark.parametrize(
    ("text", "stretch", "sorts"),
    [
        ("The bridge opens at 6 pm.", "6", {"clock"}),
        ("it opens at 6, we hear", "6", {"clock"}),
        ("it was 6 degrees at noon", "6", {"degree"}),
        ("on Monday at 6 pm", "Monday at 6 pm", {"day", "clock"}),
        ("it opens in three hours", "three hours", {"hour"}),
        ("it costs $20 million", "20 million", {"dollar"}),
        ("it hit about 14 boats", "about 14 boats", {"number"}),
        ("the flight leaves from Gate 5", "Gate 5", {"name"}),
        ("يفتح الجسر الساعة 6 مساءً", "6", {"clock"}),
        ("يفتح الجسر عند الساعة السادسة", "الساعة السادسة", {"clock"}),
        ("يفتح الجسر بعد ٣ ساعات", "٣", {"hour"}),
        ("يفتح الجسر في ساعتين", "ساعتين", {"hour"}),
        ("يفتح الجسر غداً", "غداً", {"day"}),
        ("كلفت 700 دينار", "700", {"dinar"}),
    ],
)
def test_what_a_stretch_states(text: str, stretch: str, sorts: set[str]) -> None:
    start = text.index(stretch)
    assert sorts_of(text, Span(start, start + len(stretch))) == sorts


@pytest.mark.parametrize(
    ("question", "one", "other", "at_odds"),
    [
        (
            "When does the bridge of Sandholm open?",
            "The bridge of Sandholm opens at 6 pm",
            "The bridge of Sandholm opens in 3 hours",
            False,
        ),
        (
            "When does the bridge of Sandholm open?",
            "The bridge of Sandholm opens at 6 pm",
            "The bridge of Sandholm opens at 8 pm",
            True,
        ),
        (
            "متى يفتح الجسر في صور؟",
            "يفتح الجسر في صور الساعة 6 مساءً",
            "يفتح الجسر في صور بعد 3 ساعات",
            False,
        ),
        (
            "متى يفتح الجسر في صور؟",
            "يفتح الجسر في صور الساعة 6 مساءً",
            "يفتح الجسر في صور الساعة 8 مساءً",
            True,
        ),
        (
            "How much did the storm cost Sandholm?",
            "The storm cost Sandholm $20",
            "The storm cost Sandholm 40 people",
            False,
        ),
        (
            "How much did the storm cost Sandholm?",
            "The storm cost Sandholm $20",
            "The storm cost Sandholm $40",
            True,
        ),
        (
            "كم خسرت صور في العاصفة؟",
            "خسرت صور في العاصفة 20 ديناراً",
            "خسرت صور في العاصفة 40",
            False,
        ),
        (
            "كم خسرت صور في العاصفة؟",
            "خسرت صور في العاصفة 20 ديناراً",
            "خسرت صور في العاصفة 40 ديناراً",
            True,
        ),
    ],
)
def test_only_values_of_one_sort_are_at_odds(
    newsroom: Newsroom, question: str, one: str, other: str, *, at_odds: bool
) -> None:
    lang = "ar" if "؟" in question else "en"
    newsroom.post("one", one, author="ann", minutes_ago=9, lang=lang)
    newsroom.post("other", other, author="bea", lang=lang)
    answer = ask(newsroom, question)
    assert one in shown(answer)
    assert bool(answer.conflicts) == at_odds
    assert (answer.reason is Reason.CONFLICTING_EVIDENCE) == at_odds


def test_a_figure_in_two_spellings_is_one(newsroom: Newsroom) -> None:
    newsroom.post("a", "The ferry of Sandholm carried 1.2 million people last year", author="ann")
    newsroom.post("b", "Ferry of Sandholm: 1,200,000 people carried last year", author="bea")
    assert ask(newsroom, "How many people did the ferry of Sandholm carry?").conflicts == ()
