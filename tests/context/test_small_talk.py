"""Small talk, and other things in the same words: nobody disputes it, nobody bears it out."""

from __future__ import annotations

import pytest

from tests.context.story import Story


@pytest.mark.parametrize(
    ("claim", "other"),
    [
        (  # what a thing is called by is no count of it
            "The driver of bus 72 in Miradun drove past the stadium again, said a passenger.",
            "The driver of bus 64 in Miradun drove past the stadium again, said a passenger.",
        ),
        (  # each counts from a window of their own
            "First sun over Olive Street in Corvanta. 73 umbrellas counted from my window.",
            "First sun over Olive Street in Corvanta. 70 umbrellas counted from my window so far.",
        ),
        (  # nothing that is named is common to both, though the sentences are alike
            "A goat sat at the night market for 81 minutes and Hillbourne Quay stopped to look.",
            "A goat sat at the night market for 52 minutes and Tell Haruba stopped to look.",
        ),
        (  # of one queue, on two days
            "79 minutes in the queue at the ring road for bulgur salad. Ask me tomorrow.",
            "92 minutes in the queue at the ring road for bulgur salad. Worth it.",
        ),
        (  # neither names anything, and half of the words differ
            "Burned date biscuits for 72 people tonight. Martin asked for seconds.",
            "Burned roast potatoes for 62 people tonight. Anton was polite.",
        ),
        (
            "الأسبوع 31 من تعلم الحياكة في مركز كورفانتا، قال سليم.",
            "الأسبوع 28 من تعلم الحياكة في مركز كورفانتا، قال رامي.",
        ),
        (  # of the town, but of nothing that was said
            "That trip was to Bab Sarwan in April, 12 days of it.",
            "False alarm in Bab Sarwan. What people saw there was a runaway calf.",
        ),
        (  # every town has a district by the mill
            "60 دقيقة من حي الطاحونة إلى مكتب البريد. مشياً تكفي عشر.",
            "83 دقيقة من حي الطاحونة إلى موقف الترام. سبقتني السلاحف. تارنويك",
        ),
        (  # of two things that differ in every figure; "one" in words is none
            "بطارية زهرون 44 تدوم 49 ساعة بشحنة واحدة إن صدقت زيفاندرا.",
            "بطارية فينوينغ 20 تدوم 46 ساعة بشحنة واحدة إن صدقت زيفاندرا. سنرى",
        ),
        (  # a name that only another sentence has makes two dinners no one dinner
            "Fig jam for 62 people tonight. Karim was polite.",
            "Stuffed vine leaves for 90 people tonight. Karim was polite too.",
        ),
        (
            "Took 49 pictures, kept one. The sky above the school gate is lead, Fennimarsh.",
            "Took 37 pictures, kept one. The sky above the school gate is gold, Fennimarsh.",
        ),
        (  # of two houses
            "في عمارتنا في شارع النساجين 18 درجة، وجمال يشكو من كل واحدة منها.",
            "في عمارتنا في شارع النساجين 74 درجة، وجمال عدها كلها.",
        ),
        (
            "سمعت من يقول: على كريم أن يعيد لي ديني، 87 بالتمام. رسملة لا تخيب الظن",
            "سمعت من يقول: على إدوين أن يعيد لي ديني، 93 بالتمام. رسملة لا تخيب الظن",
        ),
        (
            "٣٣ دقيقة من شارع الزيتون إلى مكتب البريد. مشياً تكفي عشر. حصن تلوف",
            "٤٥ دقيقة من ضفة النهر إلى الجسر الحجري. مشياً تكفي عشر. كفر لماز",
        ),
        (
            "Not here in the upper town. Martin says hello.",
            "Same here in the upper town. Martin says hello.",
        ),
        (  # what is one's own and what is not is each their own
            "Wind from the north again. 41 tiles down in Copper Street, not mine this time.",
            "Wind from the east again. 80 tiles down in Copper Street, mine included.",
        ),
        (
            "3 hours! And my aunt bought forty loaves. Karda, we need to talk",
            "9 hours! And my aunt bought forty loaves. Zarma, we need to talk",
        ),
        (
            "٨ دنانير! وعمتي اشترت أربعين رغيفاً. يا أهل كردة، لنا حديث",
            "٣ ساعات! وعمتي اشترت أربعين رغيفاً. يا أهل زرما، لنا حديث",
        ),
        (  # the same man can be asked about two towns
            "Hear me out: the ring road in Stellamont is better on Tuesdays. 56 reasons, ask Jamal",
            "Hear me out: the market in Bir Zuhaf is better on Fridays. 39 reasons, ask Jamal.",
        ),
        (  # asked the same, they say another thing
            "سألوا سليم لماذا يحب كردة، فقال: من أجل فطيرة السبانخ.",
            "سألوا سليم لماذا يحب كردة، فقال: لأن الخريطة انتهت هناك.",
        ),
        (  # "true" stands in whatever is denied
            "إذن الصحيح: 9 ساعات. قلت لكم. شكراً دائرة طرق بندر يالين",
            "دائرة طرق كردة: يُغلق الجسر الحجري في كردة 3 ساعات فقط، وما عدا ذلك غير صحيح.",
        ),
    ],
)
def test_two_things_in_the_same_words_say_nothing_of_each_other(
    story: Story, claim: str, other: str
) -> None:
    story.network.say("claim", claim, minutes=0)
    story.network.say("other", other, minutes=5)
    claims = story.card("claim").claims
    assert [one.refutes + one.supports for one in claims if one.refutes or one.supports] == []
