"""Which questions hold posts against readings, and which do not."""

from __future__ import annotations

import pytest

from siyaq.grounding.joined import sides_of


@pytest.mark.parametrize(
    ("question", "posts", "readings"),
    [
        ("Do the outage reports match our dishes?", "the outage reports", "dishes"),
        ("do reports in Qasr agree with the roof sensors", "reports in Qasr", "roof sensors"),
        ("Is the outage confirmed by our telemetry?", "the outage", "telemetry"),
        ("هل تتفق أخبار الانقطاع في قصر مع أطباقنا؟", "أخبار الانقطاع في قصر", "أطباقنا"),
    ],
)
def test_both_sides_are_found(question: str, posts: str, readings: str) -> None:
    found = sides_of(question)
    assert found is not None
    assert (found.posts, found.readings) == (posts, readings)


@pytest.mark.parametrize(
    "question",
    [
        "Do the two reports match?",
        "Who won the match in Qasr?",
        "Did the mayor agree with the council?",
        "What do our dishes say?",
        "هل تتفق الشركة مع البلدية؟",
        "",
        "do " + "a " * 900 + "match",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    assert sides_of(question) is None
