"""The story on a card: its timeline, what readers ask for, and published fact-checks."""

from __future__ import annotations

import pytest

from siyaq.context import Unknown
from siyaq.context.official import official_by
from siyaq.core.answer import Reason
from siyaq.core.card import ContextCard
from siyaq.core.ids import AuthorId
from siyaq.core.post import Author
from tests.context.network import name
from tests.context.story import RUMOR, RUMOR_AR, Story

REVIEW = [
    {"claim": "Ferry fare in Karda goes up to 40 dinars", "rating": "False", "by": "Checkers"}
]


def turns(card: ContextCard) -> list[tuple[str, str | None]]:
    return [(one.post_id.removeprefix("net:"), one.turning) for one in card.timeline]


def test_a_story_turns_at_its_first_report_its_official_word_and_its_retraction(
    story: Story,
) -> None:
    say = story.network.say
    say("early", "Somebody says the ferry fare in Karda goes up to 40 dinars", minutes=-5, by="x")
    say("rumor", RUMOR, minutes=0)
    say("deny", "The claim about the ferry fare in Karda is false.", minutes=5)
    say(
        "office",
        "The fare of the ferry in Karda stays 12 dinars, the 40 dinars from Monday are untrue.",
        minutes=7,
        by="office",
        called="Karda Port Office",
    )
    say("sorry", "I was wrong about the ferry fare, sorry", minutes=9, by="authorrumor")
    card = story.card("rumor")
    assert turns(card) == [
        ("early", "first_report"),
        ("deny", "dispute"),
        ("office", "correction"),
        ("sorry", "retraction"),
    ]
    moments = {one.post_id: one for one in card.timeline}
    assert moments[name("office")].official == "name"
    evidence = {one.id: one for one in card.references}
    assert all(evidence[one.evidence_id].post_id == one.post_id for one in card.timeline)


def test_the_same_in_arabic(story: Story) -> None:
    say = story.network.say
    say("rumor", RUMOR_AR, minutes=0)
    say(
        "office",
        "توضيح: أجرة العبّارة في كردة باقية 12 ديناراً من يوم الاثنين",
        minutes=7,
        called="وزارة النقل",
    )
    say("sorry", "أعتذر، كنت مخطئاً بشأن أجرة العبّارة", minutes=9, by="authorrumor")
    assert turns(story.card("rumor")) == [
        ("rumor", "first_report"),
        ("office", "correction"),
        ("sorry", "retraction"),
    ]


def test_nobody_else_can_take_a_post_back(story: Story) -> None:
    say = story.network.say
    say("rumor", RUMOR, minutes=0)
    say("stranger", "I was wrong about the ferry fare in Karda", minutes=3, by="stranger")
    assert "retraction" not in dict(turns(story.card("rumor"))).values()


def test_a_post_that_is_deleted_leaves_the_timeline(story: Story) -> None:
    story.network.say("rumor", RUMOR, minutes=0)
    story.network.say("deny", "The claim about the ferry fare in Karda is false.", minutes=5)
    assert ("deny", "dispute") in turns(story.card("rumor"))
    story.network.delete("deny", minutes=6)
    assert story.card("rumor").timeline == ()


@pytest.mark.parametrize(
    ("handle", "called", "rests_on"),
    [
        ("interior.gov.jo", "whoever", "domain"),
        ("press.mil", "", "domain"),
        ("some.example", "وزارة الداخلية", "name"),
        ("karda-port-office.example", "", "name"),
        ("gov.example", "Ali", None),
        ("notgov.jo", "Ali", None),
        ("policeman.example", "Ali", None),
    ],
)
def test_who_speaks_for_an_office_and_what_that_rests_on(
    handle: str, called: str, rests_on: str | None
) -> None:
    assert official_by(Author(id=AuthorId("did:x"), handle=handle, name=called)) == rests_on


def test_a_published_review_stands_beside_the_claim_that_it_reviews(story: Story) -> None:
    say = story.network.say
    say("rumor", RUMOR, minutes=0)
    say(
        "check",
        "No, ferries in Karda do not get dearer.",
        minutes=9,
        extra={"claim_review": REVIEW},
    )
    other = [{"claim": "A whale was seen in the harbor of Zarma", "rating": "False"}]
    say("off", "No ferry fare in Karda here.", minutes=10, extra={"claim_review": other})
    card = story.card("rumor")
    (check,) = card.claims[0].fact_checks
    (evidence,) = [one for one in card.references if one.id == check]
    assert evidence.post_id == name("check")
    assert evidence.stance == "refutes"
    assert evidence.fact_check is not None
    assert (evidence.fact_check.rating, evidence.fact_check.publisher) == ("false", "Checkers")
    assert ("check", "fact_check") in turns(card)
    story.network.delete("check", minutes=11)
    assert story.card("rumor").claims[0].fact_checks == ()


def test_a_review_that_repeats_the_claim_is_no_copy_of_it(story: Story) -> None:
    reviewed = [{"claim": RUMOR, "rating": "False"}]
    story.network.say("rumor", RUMOR, minutes=0)
    for name_of, text in (("same", RUMOR), ("near", f"{RUMOR}\nFalse")):
        story.network.say(name_of, text, minutes=9, extra={"claim_review": reviewed})
    card = story.card("rumor")
    assert card.copies.count == 1
    assert len(card.claims[0].fact_checks) >= 1


def test_a_review_of_another_number_is_no_review_of_the_claim(story: Story) -> None:
    other = [{"claim": "Ferry fare in Karda goes up to 90 dinars", "rating": "False"}]
    story.network.say("rumor", RUMOR, minutes=0)
    story.network.say("check", "About ferries in Karda", minutes=9, extra={"claim_review": other})
    assert story.card("rumor").claims[0].fact_checks == ()


def test_what_readers_ask_for_is_counted_by_account(story: Story) -> None:
    say = story.network.say
    say("post", RUMOR, minutes=0)
    say("a", "Source?", minutes=1, by="ann", reply_to="post")
    say("a2", "source?!", minutes=2, by="ann", reply_to="post")
    say("b", "من أين هذا الخبر؟ المصدر؟", minutes=3, by="bob", reply_to="post")
    say("c", "this is false", minutes=4, by="cat", reply_to="post")
    say("d", "هذا خارج السياق", minutes=5, by="dan", quote_of="post")
    say("own", "source? trust me", minutes=6, by="authorpost", reply_to="post")
    say("e", "lovely weather", minutes=7, by="eve", reply_to="post")
    found = [(one.kind, one.accounts) for one in story.card("post").demand]
    assert found == [("provenance", 2), ("accuracy", 1), ("context", 1)]


def test_a_card_says_why_it_says_nothing(story: Story) -> None:
    say = story.network.say
    say("hello", "Good morning everyone, enjoy the sun by the sea", minutes=0)
    say("claim", "The lighthouse of Barsa was sold for 300 coins on Friday", minutes=1)
    hello, claim = story.card("hello"), story.card("claim")
    assert (hello.status, hello.reason) == ("not_needed", Reason.NOT_NEEDED)
    assert not {Unknown.NOT_CHECKED_CLAIMS, Unknown.SHORT_TEXT} & set(hello.unknown)
    assert (claim.status, claim.reason) == ("abstained", Reason.INSUFFICIENT_EVIDENCE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "They say the ferry fare in Zarma goes up to 40 dinars from Monday",  # another town
        RUMOR.replace("Karda", "Zarma"),  # to the letter
        "They say the ferry fare in Karda goes up to 15 dinars from Friday",  # another rise
        "Zarma Boats says the ferry fare goes up to 40 dinars from Monday",  # other names
    ],
)
def test_the_first_report_is_of_the_same_place_names_and_number(
    story: Story, elsewhere: str
) -> None:
    say = story.network.say
    say("elsewhere", elsewhere, minutes=-30)
    say("early", "Somebody says the ferry fare in Karda goes up to 40 dinars", minutes=-5)
    say("rumor", RUMOR, minutes=0)
    say("deny", "The claim about the ferry fare in Karda is false.", minutes=5)
    reports = [post for post, turning in turns(story.card("rumor")) if turning == "first_report"]
    assert reports == ["early"]


def test_a_claim_that_names_nothing_is_about_what_its_post_names(story: Story) -> None:
    say = story.network.say
    say("zarma", "Zarma Port Office: not true. The ferry fare stays at 3 dinars.", minutes=-9)
    say("karda", "The council of Karda met today. The ferry fare goes up to 40 dinars.", minutes=0)
    say("here", "Karda: no, the ferry fare stays at 12 dinars.", minutes=5)
    (claim,) = story.card("karda").claims
    evidence = {one.id: one.post_id for one in story.card("karda").references}
    assert [evidence[one] for one in claim.refutes] == [name("here")]
