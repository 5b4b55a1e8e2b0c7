"""Which sentences evidence can bear on: what states a fact, what asks for a yes or a no."""

from __future__ import annotations

import pytest

from siyaq.context.checkable import checkable, examinable
from tests.context.story import ASKED, ASKED_AR, RUMOR, RUMOR_AR


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (RUMOR, 1),
        (RUMOR_AR, 1),
        ("Good morning everyone, happy Friday!", 0),
        ("I think the ferry fare in Karda should be 12 dinars", 0),
        ("How much is the ferry fare in Karda, 12 dinars?", 0),
        ("هل صحيح أن أجرة العبّارة في كردة 40 ديناراً؟", 0),
        ("صباح الخير يا أهل كردة", 0),
        ("40 dinars for one ferry ride in Karda? That is what everyone says", 1),
        ("رحلة واحدة بالعبّارة في كردة بسعر 40 ديناراً؟ جاري رأى الإعلان", 1),
        ("Do we have a source for 40 dinars a ride in Karda?", 0),
        ("Warsaw was hit by a storm that closed two bridges. I love storms.", 1),
        ("", 0),
        ("Not here in the upper town. Martin says hello.", 0),
        ("Agreed in the canal side. Farid says otherwise.", 0),
        ("The minister says that the bridge in Karda stays open", 1),
        ("Mayor Smith died", 1),
        ("Friday at the harbor of Karda in one picture.", 0),
        ("Oh, 26 times yes. Especially in Karda", 0),
        ("والله نعم ألف مرة، بل 11", 0),
        ("Hello Karda, 3 of us arrived from the coast", 0),
        ("https://news.example/2026/05/storm-hits-karda-bridge-closed-7-dead", 0),
        ("news.example/2026/05/storm-hits-karda-bridge-closed-7-dead", 0),
        ("#breaking #karda #storm2026 #bridge_closed #7dead", 0),
        ("3 dead in #Karda after the storm https://news.example/7", 1),
        ("Somebody saw a bear walking past the mill in Karda", 1),
        ("My neighbor saw the notice in Karda", 0),
        ("أحدهم رأى دباً يمشي قرب الطاحونة في كردة", 1),
        ("رأى الناس دباً قرب الطاحونة في كردة", 1),
        ("رأي الناس في كردة مهم جداً للجميع", 0),
        ("That reminds me of Karda in October", 0),
        ("ذكرتني بمدينة كردة في شهر أكتوبر", 0),
        ("ذكرت الوزارة أن الجسر في كردة مغلق", 1),
    ],
)
def test_only_what_states_a_fact_is_a_claim(text: str, claims: int) -> None:
    assert len(checkable(text)) == claims


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (ASKED, ["a loaf goes to 26 dinars in Karda"]),
        (ASKED_AR, ["سعر الرغيف في كفر لماز سيصير 26 ديناراً"]),
        ("أيعقل أن سعر الرغيف في كردة سيصير 26 ديناراً؟", ["سعر الرغيف في كردة سيصير 26 ديناراً"]),
        ("هل سنبقى بلا الجسر الحجري 4 أسابيع؟!", ["هل سنبقى بلا الجسر الحجري 4 أسابيع"]),
        ("Is the stone bridge in Karda closed?", ["Is the stone bridge in Karda closed"]),
        ("Guys, is the ferry really 40 dinars now?", ["Guys, is the ferry really 40 dinars now"]),
        ("Anyone know if the harbor road is closed?", ["the harbor road is closed"]),
        ("Is the stone bridge in Karda closed？", ["Is the stone bridge in Karda closed"]),
        ("How much is the ferry fare in Karda, 12 dinars?", []),
        ("Can anyone send 3 pictures of the flood?", []),
        ("Do you want 2 tickets for the match?", []),
        ("Is this true?", []),
        ("هل هذا صحيح؟", []),
        ("Is it right that", []),
        ("Is he 40?", []),
        ("", []),
    ],
)
def test_only_what_a_yes_or_a_no_would_answer_is_asked(text: str, asked: list[str]) -> None:
    found = examinable(text)
    assert all(one.asked for one in found)
    assert [one.span.of(text) for one in found] == asked
