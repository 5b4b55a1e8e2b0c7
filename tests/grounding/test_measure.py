"""What states what is asked for, told by its look."""

from __future__ import annotations

import pytest

from siyaq.grounding.focus import numbers_in, topic_numbers
from siyaq.grounding.measure import states_what_is_asked


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the price of the Overlune 44?", "It costs 620 dinars."),
        ("How much does a ticket cost?", "Tickets: $12, at the gate"),
        ("ما ثمن طرفاء 27؟", "سعره 620 ديناراً"),
        ("ما السعر؟", "سعره 620 ديناراً"),
        ("بكم التذكرة؟", "التذكرة بعشرة دنانير أو 12 ديناراً"),
        ("How long does the battery last?", "37 hours of battery life"),
        ("How far is the harbor?", "The harbor lies 12 km from here"),
        ("When does it open?", "The doors open on Friday"),
        ("متى يفتح الجسر؟", "يفتح الجسر يوم الجمعة"),
        ("How many spectators watched the match?", "It is over, before 5,497 spectators."),
        ("كم عدد المتفرجين في المباراة؟", "انتهت المباراة بحضور ٥٤٩٧ متفرجاً."),
    ],
)
def test_a_text_that_states_the_measure_asked_for_is_told(question: str, text: str) -> None:
    assert states_what_is_asked(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the price of the Overlune 44?", "It weighs 620 grams."),
        ("How long does the battery last?", "It costs 620 dinars."),
        ("ما ثمن طرفاء 27؟", "وزنه 620 غراماً"),
        ("Who showed the Overlune 44?", "It costs 620 dinars."),
        ("When does it open?", "It costs 620 dinars."),
        ("How many spectators watched the match?", "It is over after 90 minutes."),
    ],
)
def test_another_measure_or_none_is_not(question: str, text: str) -> None:
    assert not states_what_is_asked(question, text)


def test_a_number_in_a_name_is_kept_whole_in_both_scripts() -> None:
    assert topic_numbers("ما ثمن طرفاء ٢٧؟") == {"27"}
    assert "27" in numbers_in("أعلنت عن طرفاء 27، وسعره 620 ديناراً")
    assert topic_numbers("Is the A320 late?") == frozenset()
    assert topic_numbers("What happened in 2024?") == frozenset()
