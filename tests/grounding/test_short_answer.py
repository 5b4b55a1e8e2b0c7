"""The short answer: the one thing asked for, with its unit; nothing where two could be meant."""

from __future__ import annotations

import pytest

from siyaq.grounding.short_answer import short_answer


@pytest.mark.parametrize(
    ("question", "quote", "told"),
    [
        ("How much is the fare?", "A single ticket stays at 12 crowns.", "12 crowns"),
        ("How much did it cost?", "It cost 3.2 million crowns.", "3.2 million crowns"),
        ("How long will it take?", "The repair takes nine weeks.", "nine weeks"),
        ("كم سعر التذكرة؟", "يبقى سعر التذكرة ١٢ كرونة.", "١٢"),
        ("When does it close?", "It closes on Monday 23 November.", "Monday 23 November"),
        ("Who is the fire chief?", "The fire chief, Salma Haddad, spoke.", "Salma Haddad"),
        ("Where did the ship sink?", "The ship sank off Malta at dawn.", "Malta"),
        ("When does it close?", "The bridge in Tallin Bay is closed to all.", None),
        ("How many trees fell?", "A storm, and no one was hurt.", None),
        ("How many trees fell?", "One office says 305 trees, the other 217.", None),
        ("What happened in Sandholm?", "News from Sandholm: the bridge is closed.", None),
        ("What is the latest on the ferry?", "Ferry News: it sails at noon again.", None),
        ("What's happening in Tyre?", "Tyre Today: the bridge is closed.", None),
        ("What do we know about the fire?", "The fire broke out in Vestergade.", None),
        ("ماذا حدث في صور؟", "أخبار صور: أُغلق الجسر بعد حادث سير.", None),
        ("ما آخر أخبار العبّارة؟", "عاجل: العبّارة تبحر ظهرًا من جديد.", None),
        ("كيف الوضع في صيدا؟", "صيدا هادئة منذ الصباح بحسب البلدية.", None),
        ("Why did the mill close?", "It closed for lack of water in May 2011.", None),
    ],
)
def test_only_what_can_be_told_is_told(question: str, quote: str, told: str | None) -> None:
    assert short_answer(question, [quote], [0.0]) == told


def test_the_quote_that_answers_better_tells_more() -> None:
    quotes = ["Tickets cost 15 crowns in 2019.", "A single ticket now costs 12 crowns."]
    for weights, told in (([9.0, 1.0], "15"), ([1.0, 9.0], "12")):
        short = short_answer("How much does a ticket cost?", quotes, weights)
        assert short is not None
        assert told in short


def test_a_short_answer_is_an_exact_part_of_a_quote() -> None:
    quotes = ["The  mayor,\tLina  Khoury, opened it.", "Lina Khoury was the mayor."]
    short = short_answer("Who was the mayor?", quotes, [1.0, 0.9])
    assert short is not None
    assert any(short in quote for quote in quotes)
