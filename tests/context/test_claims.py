"""Claims on a card: what refutes them, what bears them out, what counts for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siyaq.context import Cards, Claims
from siyaq.context.checkable import checkable, examinable
from siyaq.core.card import ContextCard
from siyaq.grounding.support import SupportChecker
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval import Retriever
from tests.context.network import Network, name

RUMOR = "The ferry fare in Karda goes up to 40 dinars from Monday!"
RUMOR_AR = "سترتفع أجرة العبّارة في كردة إلى 40 ديناراً من يوم الاثنين!"


@pytest.fixture(scope="module")
def embedder() -> Iterator[BuiltinEmbedder]:
    with BuiltinEmbedder() as one:
        yield one


class Story:
    """A network whose cards look at claims."""

    def __init__(self, directory: Path, embedder: BuiltinEmbedder) -> None:
        self.network = Network(directory)
        self.network.listen(since=-100)
        log, clock = self.network.log, self.network.clock
        retriever = Retriever(self.network.searcher, log, embedder, clock)
        claims = Claims(retriever, SupportChecker(embedder))
        self.cards = Cards(self.network.searcher, log, clock, claims)

    def card(self, native_id: str) -> ContextCard:
        self.network.refresh()
        return self.cards.card(name(native_id))

    def sides(self, native_id: str) -> dict[str, list[str]]:
        card = self.card(native_id)
        posts = {one.id: one.post_id for one in card.references}
        (claim,) = card.claims
        return {
            "supports": [posts[one] for one in claim.supports],
            "refutes": [posts[one] for one in claim.refutes],
            "mentions": [posts[one] for one in claim.mentions],
        }


@pytest.fixture
def story(tmp_path: Path, embedder: BuiltinEmbedder) -> Iterator[Story]:
    story = Story(tmp_path, embedder)
    yield story
    story.network.close()


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
    ],
)
def test_only_what_states_a_fact_is_a_claim(text: str, claims: int) -> None:
    assert len(checkable(text)) == claims


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
    ],
)
def test_small_talk_disputes_nothing(story: Story, claim: str, other: str) -> None:
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


@pytest.mark.parametrize(
    ("claim", "other"),
    [
        (
            "٣٣ دقيقة من شارع الزيتون إلى مكتب البريد. مشياً تكفي عشر. حصن تلوف",
            "٤٥ دقيقة من ضفة النهر إلى الجسر الحجري. مشياً تكفي عشر. كفر لماز",
        ),
        (
            "Not here in the upper town. Martin says hello.",
            "Same here in the upper town. Martin says hello.",
        ),
    ],
)
def test_small_talk_supports_nothing(story: Story, claim: str, other: str) -> None:
    story.network.say("claim", claim, minutes=0)
    story.network.say("other", other, minutes=5)
    assert [one.supports for one in story.card("claim").claims if one.supports] == []


ASKED = "Is it right that a loaf goes to 26 dinars in Karda? Shelves near the harbor are empty."
ASKED_AR = "هل صحيح أنّ سعر الرغيف في كفر لماز سيصير 26 ديناراً؟ الرفوف قرب الميناء فرغت"
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


SEEN = "Careful in Port Karda: a bear was seen near the mill! Close your gates"
SEEN_AR = "انتبهوا في كردة: شوهد دب قرب الطاحونة! أغلقوا الأبواب"


@pytest.mark.parametrize(
    ("claim", "correction"),
    [
        (SEEN, "Port Karda Rescue: the animal near the mill in Port Karda is a calf. It is safe."),
        (SEEN, "False alarm in Port Karda. What people saw was a brown calf, the rescue says."),
        (
            "A lion is loose near the mill in Port Karda, everybody keep your doors shut",
            "The animal near the mill in Port Karda turned out to be a shaved dog.",
        ),
        (
            "Was a bear seen near the mill in Port Karda?",
            "The animal in Port Karda is only a calf.",
        ),
        (SEEN_AR, "جمعية الرفق: الحيوان الذي شوهد قرب الطاحونة في كردة هو عجل، وهو في أمان عندنا."),
        (SEEN_AR, "إنذار كاذب في كردة: ما رآه الناس هو عجل بني كما أفادت جمعية الرفق."),
        (SEEN_AR, "ما شاهده الناس قرب الطاحونة في كردة كان مجرد عجل هارب."),
    ],
)
def test_what_was_seen_is_put_right_by_what_it_was(
    story: Story, claim: str, correction: str
) -> None:
    story.network.say("rumor", claim, minutes=0)
    story.network.say("right", correction, minutes=5)
    assert story.sides("rumor")["refutes"] == [name("right")]


@pytest.mark.parametrize(
    "other",
    [
        "The animal near the mill in Port Karda is a danger to us all, the rescue says.",
        "The animal near the mill in Port Karda is a brown bear. Only stay inside.",
        "What people saw near the mill in Port Zarma was only a calf.",
        "False alarm in Port Zarma. What people saw near the mill was a calf.",
        "Was the animal near the mill in Port Karda only a calf?",
        "The animal park in Port Karda is a safe place for children.",
        "Only a calf was seen at the fair in Port Karda.",
    ],
)
def test_more_of_what_was_seen_puts_nothing_right(story: Story, other: str) -> None:
    story.network.say("rumor", SEEN, minutes=0)
    story.network.say("other", other, minutes=5)
    assert story.sides("rumor")["refutes"] == []


def test_who_saw_something_is_not_put_right_by_what_it_was(story: Story) -> None:
    right = "What people saw near the mill in Port Karda was only a calf."
    story.network.say("rumor", SEEN.replace("a bear", "a large animal"), minutes=0)
    story.network.say("right", right, minutes=5)
    story.network.say("later", SEEN, minutes=5 * 24 * 60)
    assert story.sides("rumor")["refutes"] == []
    assert story.sides("later")["refutes"] == []  # of a calf of last week


@pytest.mark.parametrize(
    ("claim", "other"),
    [
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
    ],
)
def test_two_things_in_the_same_words_dispute_nothing(story: Story, claim: str, other: str) -> None:
    story.network.say("claim", claim, minutes=0)
    story.network.say("other", other, minutes=5)
    assert [one.refutes for one in story.card("claim").claims if one.refutes] == []
