"""Arabic beside English: who said it in the other language, what is said of it there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyaq.context import CardDesk, CardHistory, Cards, Claims, OtherLanguage, RememberedCards
from siyaq.core.card import ContextCard
from siyaq.core.errors import NotFound
from siyaq.core.ids import PostId
from siyaq.grounding.support import SupportChecker
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval import Retriever
from tests.context.network import Network, name
from tests.context.test_desk import bare

CLOSED = "The Karda bridge is closed for 3 weeks after the flood, the transport ministry said."
CLOSED_AR = "قالت وزارة النقل إن جسر كردة مغلق لمدة 3 أسابيع بعد الفيضان."
OTHER_NUMBER = "قالت وزارة النقل إن جسر كردة مغلق لمدة 5 أسابيع بعد الفيضان."
OPEN_AR = "قالت وزارة النقل إن جسر كردة لم يُغلق بعد الفيضان."
DENIED_AR = "وزارة النقل تنفي إغلاق جسر كردة بعد الفيضان"
ASKED_AR = "هل جسر كردة مغلق بعد الفيضان؟"
ELSEWHERE_AR = "قالت وزارة النقل إن جسر مدينة طبرق مغلق لمدة 3 أسابيع بعد الفيضان."
BREAD_AR = "ارتفع سعر الخبز في السوق هذا الصباح"


class Bilingual:
    """A network whose cards are remembered and look at both languages."""

    def __init__(self, directory: Path, embedder: BuiltinEmbedder) -> None:
        self.network = Network(directory, embedder)
        self.network.listen(since=-100)
        log, clock, searcher = self.network.log, self.network.clock, self.network.searcher
        retriever = Retriever(searcher, log, embedder, clock)
        other = OtherLanguage(searcher, log, retriever.vector)
        claims = Claims(retriever, SupportChecker(embedder), other)
        self.cards = Cards(searcher, log, clock, claims)
        self.history = CardHistory(directory)
        self.remembered = RememberedCards(log, clock)
        self.remembered.understand(other)
        self.how: list[str] = []
        self.desk = CardDesk(
            self.cards, log, self.network, self.history, self.remembered, asked=self.how.append
        )

    def say(self, native_id: str, text: str, minutes: float, *, by: str = "") -> PostId:
        lang = "ar" if any("\u0621" <= char <= "\u064a" for char in text) else "en"
        return self.network.say(native_id, text, minutes=minutes, by=by, lang=lang)

    def card(self, native_id: str) -> ContextCard:
        self.hear()
        return self.desk.card(name(native_id))

    def hear(self) -> None:
        self.network.refresh()
        self.remembered.hear(self.network.indexed)
        self.remembered.see(self.network.embedded)

    def close(self) -> None:
        self.history.close()
        self.network.close()


@pytest.fixture
def both(tmp_path: Path, embedder: BuiltinEmbedder) -> Iterator[Bilingual]:
    both = Bilingual(tmp_path, embedder)
    yield both
    both.close()


def stances(card: ContextCard) -> dict[PostId, str]:
    (claim,) = card.claims
    found = {one.id: one.post_id for one in card.references}
    sides = {"supports": claim.supports, "refutes": claim.refutes, "mentions": claim.mentions}
    return {found[one]: side for side, ids in sides.items() for one in ids}


@pytest.mark.parametrize(("early", "late"), [(CLOSED_AR, CLOSED), (CLOSED, CLOSED_AR)])
def test_who_said_it_first_in_the_other_language_is_named_and_labelled(
    both: Bilingual, early: str, late: str
) -> None:
    both.say("early", early, 0)
    both.say("late", late, 9)
    card = both.card("late")
    assert card.first_seen is not None
    assert card.first_seen.post_id == name("late")  # in these words
    assert card.first_seen.earlier_retold == name("early")
    assert [(one.post_id, one.how) for one in card.copies.retold] == [(name("early"), "translated")]
    assert card.copies.count == 1
    assert stances(card) == {name("early"): "supports"}
    first = both.card("early")
    assert first.first_seen is not None
    assert first.first_seen.earlier_retold is None
    assert [one.post_id for one in first.copies.retold] == [name("late")]


def test_an_account_that_says_it_in_both_languages_supports_nothing(both: Bilingual) -> None:
    both.say("en", CLOSED, 0, by="desk")
    both.say("ar", CLOSED_AR, 1, by="desk")
    card = both.card("en")
    assert [one.post_id for one in card.copies.retold] == [name("ar")]
    assert stances(card) == {}
    assert card.status == "shown"  # who says the same elsewhere is something to show


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        (OTHER_NUMBER, "refutes"),
        (OPEN_AR, "mentions"),
        (ELSEWHERE_AR, "mentions"),
        (ASKED_AR, ""),
        (BREAD_AR, ""),
    ],
)
def test_what_differs_is_no_translation(both: Bilingual, text: str, stance: str) -> None:
    both.say("other", text, 0)
    both.say("claim", CLOSED, 9)
    card = both.card("claim")
    assert card.copies.retold == ()
    assert card.first_seen is not None
    assert card.first_seen.earlier_retold is None
    assert stances(card) == ({name("other"): stance} if stance else {})


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        (  # queues are of every length
            "76 minutes in the queue at the stone bridge for lemon tart. Ask me tomorrow. Oldmere",
            "وقفت 60 دقيقة في الطابور عند الجسر الحجري من أجل تارت الليمون. اسألوني غداً. لوناديل",
        ),
        (
            "Three relatives called me about the stone bridge. Karda loves a story",
            "اتصل بي ثلاثة من الأقارب بخصوص الجسر الحجري. أهل زرما يحبون الحكايات",
        ),
    ],
)
def test_lives_that_are_alike_say_nothing_of_each_other(
    both: Bilingual, english: str, arabic: str
) -> None:
    both.say("en", english, 0)
    both.say("ar", arabic, 5)
    for post in ("en", "ar"):
        claims = both.card(post).claims
        assert claims
        assert [one.refutes + one.supports for one in claims if one.refutes or one.supports] == []


def test_the_same_thing_in_words_of_its_own_is_labelled_so(both: Bilingual) -> None:
    both.say("early", "Transport ministry: Karda bridge closed for 3 weeks following the flood", 0)
    both.say("late", CLOSED, 9)
    told = both.card("late").copies.retold
    assert [(one.post_id, one.how) for one in told] == [(name("early"), "paraphrased")]


UNTRUE_AR = "وزارة النقل: ما يقال عن جسر كردة بعد الفيضان غير صحيح"
FAR_AR = (
    "وزارة النقل: كل ما ينشره البعض في الصفحات والمجموعات منذ الصباح عن جسر كردة بعد الفيضان "
    "غير صحيح جملة وتفصيلاً"
)
SHORT_AR = "أغلقت وزارة النقل جسر كردة بعد الفيضان"


def test_what_refutes_a_translation_refutes_the_claim(both: Bilingual) -> None:
    both.say("untrue", UNTRUE_AR, 5)
    both.say("claim", CLOSED, 9)
    assert stances(both.card("claim")) == {}  # it lies too far from what it denies
    both.say("ar", CLOSED_AR, 10)
    assert stances(both.card("claim")) == {name("untrue"): "refutes", name("ar"): "supports"}
    both.say("late", FAR_AR, 11)  # neither in words nor in meaning near the remembered claim
    assert stances(both.card("claim"))[name("late")] == "refutes"
    both.network.delete("ar", minutes=12)
    assert stances(both.card("claim")) == {}


@pytest.mark.parametrize(
    ("by", "minutes", "pairs"), [("desk", 9.5, True), ("desk", 60, False), ("else", 9.5, False)]
)
def test_what_an_account_posts_at_once_in_both_languages_is_one_thing(
    both: Bilingual, by: str, minutes: float, pairs: bool
) -> None:
    both.say("claim", CLOSED, 9, by="desk")
    both.say("ar", SHORT_AR, minutes, by=by)
    both.say("deny", DENIED_AR, 90, by="council")
    card = both.card("claim")
    assert [one.post_id for one in card.copies.retold] == [name("ar")] * pairs
    assert stances(card).get(name("deny"), "") == "refutes" * pairs


TEXTS = [
    CLOSED, CLOSED_AR, OTHER_NUMBER, OPEN_AR, DENIED_AR, ASKED_AR, ELSEWHERE_AR, BREAD_AR,
    "Good morning", "Karda bridge: closed for 3 weeks", f"{BREAD_AR}. {CLOSED_AR}",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_what_is_remembered_is_what_would_be_built_in_both_languages(
    both: Bilingual, seed: int
) -> None:
    rng = random.Random(seed)
    posted = [both.say("seed", CLOSED, 0, by="ann")]
    for step in range(1, 14):
        if rng.random() < 0.15:
            both.network.delete(rng.choice(posted).partition(":")[2], minutes=step)
        else:
            by = rng.choice(["ann", "bob", f"new{step}"])
            posted.append(both.say(f"p{step}", rng.choice(TEXTS), step, by=by))
        both.hear()
        for post_id in rng.sample(posted, min(3, len(posted))):
            try:
                expected = bare(both.cards.card(post_id))
            except NotFound:
                continue
            assert bare(both.desk.card(post_id)) == expected, (seed, step, post_id)
    assert {"remembered", "built"} <= {*both.how}


def test_a_card_built_before_a_meaning_was_there_is_not_kept(both: Bilingual) -> None:
    both.say("claim", CLOSED, 0)
    both.card("claim")
    both.say("late", CLOSED_AR, 1)
    both.network.refresh()
    both.remembered.hear(both.network.indexed)  # its words are there, its meaning not yet
    assert both.desk.card(name("claim")).copies.retold == ()
    both.remembered.see(both.network.embedded)
    assert [one.post_id for one in both.desk.card(name("claim")).copies.retold] == [name("late")]
