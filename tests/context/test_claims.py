"""Claims on a card: what refutes them, what bears them out, what counts for nothing."""

from __future__ import annotations

import pytest

from siyaq.text.questions import QUESTION_MARKS
from tests.context.network import name
from tests.context.story import ASKED, ASKED_AR, RUMOR, RUMOR_AR, Story


def test_a_denial_and_a_rival_number_refute_and_copies_bear_nothing_out(story: Story) -> None:
    say = story.network.say
    say("rumor", RUMOR, minutes=0)
    say("copy", RUMOR.upper(), minutes=1)
    say("ask", "Is there a source for the ferry fare in Karda going up to 40 dinars?", minutes=2)
    say("deny", "Karda Port Office: the claim about the ferry fare in Karda is false.", minutes=5)
    say("rival", "A ferry in Karda: the fare stays 12 dinars from Monday on.", minutes=6)
    say("other", "Bread in Zarma costs 3 dinars a loaf", minutes=7)
    sides = story.sides("rumor")
    assert sides["refutes"] == [name("deny"), name("rival")]
    assert sides["supports"] == []
    assert sides["mentions"] == [name("ask")]


def test_the_same_in_arabic(story: Story) -> None:
    say = story.network.say
    say("rumor", RUMOR_AR, minutes=0)
    say("deny", "إدارة الميناء: ما يُقال عن أجرة العبّارة في كردة غير صحيح", minutes=5)
    say("rival", "أجرة العبّارة في كردة باقية 12 ديناراً من يوم الاثنين", minutes=6)
    assert story.sides("rumor")["refutes"] == [name("deny"), name("rival")]


@pytest.mark.parametrize(
    "ferry", ["The ferry", "Believe me, the ferry", "I swear the ferry", "My ferry"]
)
def test_a_denial_is_put_right_however_its_author_words_it(story: Story, ferry: str) -> None:
    tail = "cancelled in Sandholm from Monday, the Karam ministry announced this morning."
    story.network.say("rumor", f"{ferry} is not {tail}", minutes=0)
    story.network.say("ministry", f"The ferry is {tail}", minutes=5)
    assert story.sides("rumor")["refutes"] == [name("ministry")]


@pytest.mark.parametrize(
    ("oath", "rumor"),
    [("Believe me, ", RUMOR), ("I can assure you: ", RUMOR), ("أنا متأكد: ", RUMOR_AR)],
)
def test_another_number_is_told_however_an_author_swears_to_theirs(
    story: Story, oath: str, rumor: str
) -> None:
    story.network.say("rumor", f"{oath}{rumor}", minutes=0)
    story.network.say("council", rumor.replace("40", "25"), minutes=5)
    assert story.sides("rumor")["refutes"] == [name("council")]


@pytest.mark.parametrize("mark", sorted(QUESTION_MARKS))
def test_whoever_asks_refutes_nothing_whatever_mark_they_ask_with(story: Story, mark: str) -> None:
    story.network.say("rumor", RUMOR, minutes=0)
    story.network.say("ask", f"Is the claim about the ferry fare in Karda false{mark}", minutes=5)
    assert story.sides("rumor") == {"supports": [], "refutes": [], "mentions": [name("ask")]}


def test_another_account_in_its_own_words_bears_a_claim_out_once(story: Story) -> None:
    say = story.network.say
    say("post", "The stone bridge in Karda closes for three weeks, the council said.", minutes=0)
    own = "Council: the stone bridge in Karda closes for three weeks"
    say("first", f"{own}.", minutes=3, by="paper")
    say("again", f"{own}!", minutes=4, by="reader")
    say("mine", "The stone bridge in Karda closes for three weeks.", minutes=5, by="authorpost")
    sides = story.sides("post")
    assert sides["refutes"] == []
    assert sides["supports"] in ([], [name("first")])
    assert name("again") not in sides["supports"] + sides["mentions"]
    assert name("mine") not in sides["supports"] + sides["mentions"]


def test_deleted_evidence_is_on_no_card(story: Story) -> None:
    story.network.say("rumor", RUMOR, minutes=0)
    story.network.say("deny", "The claim about the ferry fare in Karda is false.", minutes=5)
    assert story.sides("rumor")["refutes"] == [name("deny")]
    story.network.delete("deny", minutes=9)
    assert story.sides("rumor")["refutes"] == []


@pytest.mark.parametrize(
    ("claim", "other"),
    [
        (
            "The battery of the Tamarisk lasts 23 hours on one charge, says Tideright.",
            "The battery of the Pebblina lasts 31 hours on one charge, says Lumentari.",
        ),
        (
            "The public library of Hillbourne received 699 new books this month, a record.",
            "The public library of Colmarsh received 186 new books this month, a record.",
        ),
        (
            "الجهاز بسعر 605 دنانير ويصل إلى المتاجر يوم 12 أكتوبر",
            "الجهاز بسعر 874 ديناراً ويصل إلى المتاجر يوم 9 ديسمبر",
        ),
    ],
)
def test_another_thing_in_the_same_words_disputes_nothing(
    story: Story, claim: str, other: str
) -> None:
    story.network.say("claim", claim, minutes=0)
    story.network.say("other", other, minutes=5)
    assert story.sides("claim")["refutes"] == []


@pytest.mark.parametrize(
    ("claim", "other"),
    [
        (
            "244 fallen trees: that is the number for last night's storm in Port Selwin from "
            "Hugo Ghusayn-Rafd, the civil protection service.",
            "According to Tariq Harubani from the regional council, the number for last night's "
            "storm in Port Selwin is 145 fallen trees.",
        ),
        (
            "عن عاصفة الليلة الماضية في بورت سلوين قال هوغو غصين رفد إن الحصيلة 244 شجرة.",
            "قال طارق حروباني من المجلس الإقليمي رأياً آخر: الرقم في عاصفة الليلة الماضية في بورت "
            "سلوين هو 145 شجرة.",
        ),
    ],
)
def test_another_count_of_one_storm_disputes_it(story: Story, claim: str, other: str) -> None:
    story.network.say("claim", claim, minutes=0)
    story.network.say("other", other, minutes=5)
    assert story.sides("claim")["refutes"] == [name("other")]


BREAD = "Bread in Karda will cost 26 dinars a loaf next week"
BREAD_AR = "رغيف الخبز في كفر لماز سيصبح بسعر 26 ديناراً من يوم الاثنين، والناس يشترون كل شيء"
BREAD_STAYS_AR = (
    "نقابة خبازي كفر لماز: لا تغيير على الخبز، فالرغيف في كفر لماز بسعر 22 ديناراً كما كان."
)
BRIDGE = "The stone bridge in Karda will be shut for 4 weeks, somebody said at the tea house"
BRIDGE_AR = "الجسر الحجري في كردة سيُغلق 4 أسابيع، هكذا قال لي أحد العمال"


@pytest.mark.parametrize(
    ("claim", "correction"),
    [
        (  # who told whom is no part of what is counted, and no count of one's own life
            f"{BREAD}, the baker told my aunt",
            "Karda Bakers' Guild: no change to bread. A loaf in Karda costs 22 dinars, as before.",
        ),
        (BREAD_AR, BREAD_STAYS_AR),  # it need not name the day
        (
            BRIDGE,
            "Correction from Karda Roads Department: the closure of the stone bridge in Karda "
            "lasts 8 hours.",
        ),
        (BRIDGE_AR, "توضيح من دائرة طرق كردة: مدة إغلاق الجسر الحجري في كردة هي 8 ساعات."),
        (
            "Heard the ferry fare in Karda goes up to 44 dinars from Wednesday!",
            "Not true, says Karda Port Office: a ferry ride in Karda still costs 9 dinars.",
        ),
    ],
)
def test_a_correction_refutes_in_words_of_its_own(
    story: Story, claim: str, correction: str
) -> None:
    story.network.say("rumor", claim, minutes=0)
    story.network.say("right", correction, minutes=5)
    assert story.sides("rumor")["refutes"] == [name("right")]


@pytest.mark.parametrize(
    ("claim", "other"),
    [
        (  # a queue at a bridge, and a correction about that bridge
            "انتظرت 35 دقيقة عند الجسر الحجري من أجل سلطة",
            "دائرة طرق كردة: يُغلق الجسر الحجري في كردة لمدة 3 ساعات فقط، وما عدا ذلك غير صحيح.",
        ),
        (
            BRIDGE,
            "Correction from Karda Roads Department: roadworks in Mill Street last 8 hours.",
        ),
        (
            f"{BREAD}, the baker told my aunt",
            "A kilo of dates in Karda costs 22 dinars, as before.",
        ),
        (  # a day that is another one for another price
            "The Tamarisk costs 605 dinars and reaches shops on Monday",
            "The Tamarisk case costs 24 dinars and reaches shops on Friday",
        ),
    ],
)
def test_a_correction_of_another_thing_refutes_nothing(
    story: Story, claim: str, other: str
) -> None:
    story.network.say("claim", claim, minutes=0)
    story.network.say("other", other, minutes=5)
    assert story.sides("claim")["refutes"] == []


BREAD_STAYS = "Karda Bakers' Guild: no change to bread. A loaf in Karda costs 22 dinars, as before."


@pytest.mark.parametrize(("question", "answer"), [(ASKED, BREAD_STAYS), (ASKED_AR, BREAD_STAYS_AR)])
def test_what_a_post_asks_is_answered_and_nobody_is_disputed(
    story: Story, question: str, answer: str
) -> None:
    story.network.say("question", question, minutes=0)
    story.network.say("right", answer, minutes=5)
    assert story.sides("question")["refutes"] == [name("right")]
    card = story.card("question")
    (claim,) = card.claims
    assert claim.asked
    assert card.asks
    assert claim.text in question
    assert "?" not in claim.text


def test_whoever_says_that_it_is_so_answers_too(story: Story) -> None:
    story.network.say("question", "Is it true that the bridge in Karda closes?", minutes=0)
    council = "The council of Karda says that the bridge in Karda closes for three weeks."
    story.network.say("yes", council, minutes=2)
    story.network.say("doubt", "Does the bridge in Karda close, is that true?", minutes=3)
    sides = story.sides("question")
    assert sides["supports"] == [name("yes")]
    assert sides["refutes"] == []
    assert story.card("question").copies.retold == ()  # a question says nothing that can be retold


def test_what_a_post_states_goes_before_what_it_asks(story: Story) -> None:
    story.network.say("rumor", f"{RUMOR} Is it true that the bridge closes too?", minutes=0)
    card = story.card("rumor")
    assert [(one.text, one.asked) for one in card.claims] == [(RUMOR, False)]
    assert not card.asks
