"""The short answer: the one thing asked for, with its unit; nothing where two could be meant."""

from __future__ import annotations

import pytest

from siyaq.grounding.asked_for import asked_for
from siyaq.grounding.short_answer import short_answer


@pytest.mark.parametrize(
    ("question", "quote", "told"),
    [
        ("How much is the fare?", "A single ticket stays at 12 crowns.", "12"),
        ("How much did it cost?", "It cost 3.2 million crowns.", "3.2 million"),
        ("How long will it take?", "The repair takes nine weeks.", "nine weeks"),
        ("كم سعر التذكرة؟", "يبقى سعر التذكرة ١٢ كرونة.", "١٢"),
        ("When does it close?", "It closes on Monday 23 November for good.", "Monday 23 November"),
        ("متى يُغلق الجسر؟", "يُغلق الجسر يوم الاثنين صباحا.", "الاثنين"),
        ("How many trees fell?", "A storm, and no one was hurt.", None),
        ("How many trees fell?", "One office says 305 trees, the other 217.", None),
        ("How long will it take?", "Not six months: nine weeks.", None),
        ("What happened?", "It cost 12 crowns.", None),
    ],
)
def test_only_what_can_be_told_is_told(question: str, quote: str, told: str | None) -> None:
    assert short_answer(question, asked_for(question), [quote]) == told
