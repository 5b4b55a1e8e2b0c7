"""Who said it first, how sure that is, and what is only claimed."""

from __future__ import annotations

import pytest

from siyaq.context import Unknown
from siyaq.core.card import ContextCard, FirstSeen
from siyaq.core.clock import PlacedBy, Trust
from tests.context.network import Network, at, name

NEWS = "The old bridge over the Tigris was closed this morning after heavy rain"
YEARS = 60 * 24 * 365


def first(card: ContextCard) -> FirstSeen:
    assert card.first_seen is not None
    return card.first_seen


def test_the_earliest_copy_is_named_with_the_clock_it_rests_on(network: Network) -> None:
    network.listen(since=-120)
    network.say("a", NEWS, minutes=0)
    network.say("b", NEWS.upper(), minutes=5)
    found = first(network.card("b"))
    assert (found.post_id, found.at, found.sameness) == (name("a"), at(0), "normalized")
    assert found.clock is PlacedBy.CREATED
    assert found.window.since == at(-120)


def test_a_post_dated_2001_that_arrives_today_is_never_first(network: Network) -> None:
    network.listen(since=-120)
    network.say("honest", NEWS, minutes=0)
    network.say("liar", NEWS, minutes=30, claims=-25 * YEARS)
    for card in (network.card("honest"), network.card("liar")):
        assert first(card).post_id == name("honest")
        assert [(claim.post_id, claim.claimed_at) for claim in first(card).earlier_claims] == [
            (name("liar"), at(-25 * YEARS))
        ]


def test_the_claim_of_a_post_that_says_something_else_is_not_listed(network: Network) -> None:
    network.say("a", NEWS, minutes=0)
    network.say("b", NEWS.replace("was closed", "was not closed"), minutes=30, claims=-YEARS)
    assert first(network.card("a")).earlier_claims == ()


def test_a_lone_liar_is_first_by_our_own_clock(network: Network) -> None:
    network.say("liar", NEWS, minutes=30, claims=-25 * YEARS)
    found = first(network.card("liar"))
    assert (found.at, found.clock) == (at(30), PlacedBy.WITNESSED)
    assert found.earlier_claims[0].claimed_at == at(-25 * YEARS)


def test_an_imported_archive_may_be_first_by_its_own_dates(network: Network) -> None:
    network.say("live", NEWS, minutes=0)
    network.say("archived", NEWS, minutes=60, claims=-YEARS, trust=Trust.ARCHIVE)
    found = first(network.card("live"))
    assert (found.post_id, found.clock) == (name("archived"), PlacedBy.IMPORTED)
    assert found.earlier_claims == ()


@pytest.mark.parametrize(
    ("since", "confidence"),
    [(-61, "high"), (-60, "high"), (-59, "medium"), (-6, "medium"), (-5, "low")],
)
def test_confidence_follows_how_long_we_had_listened(
    network: Network, since: float, confidence: str
) -> None:
    network.listen(since=since)
    network.say("a", NEWS, minutes=0)
    card = network.card("a")
    assert first(card).confidence == confidence
    assert (Unknown.NO_EARLIER_RECORD in card.unknown) == (confidence != "high")


@pytest.mark.parametrize(
    ("gap", "confidence", "told"),
    [
        ((-30, -20), "low", True),
        ((-70, -59), "low", True),
        ((-300, -61), "medium", True),
        ((-3_000, -2_000), "high", False),
        ((10, 20), "high", False),
    ],
)
def test_a_gap_before_the_first_post_casts_doubt(
    network: Network, gap: tuple[float, float], confidence: str, *, told: bool
) -> None:
    network.listen(since=-10_000)
    network.miss(*gap)
    network.say("a", NEWS, minutes=0)
    card = network.card("a")
    assert first(card).confidence == confidence
    assert (Unknown.FEED_GAP in card.unknown) == told


def test_having_listened_elsewhere_is_no_confidence(network: Network) -> None:
    network.say("far", "something else in another network altogether", minutes=-500, source="far")
    network.say("a", NEWS, minutes=0)
    assert first(network.card("a")).confidence == "low"


@pytest.mark.parametrize(
    ("earlier", "same"),
    [
        (NEWS + " and high winds", True),
        (f"Breaking tonight: {NEWS}", False),
        (NEWS[:55] + "…", True),
        (f"RT @x: {NEWS[:55]}... https://t.co/x", True),
        (NEWS.replace("was closed", "was not closed"), False),
        (NEWS.replace("bridge", "bridge 5"), False),
        (NEWS.replace("closed this morning after heavy rain", "built by an engineer"), False),
    ],
)
def test_only_what_says_the_same_can_be_first(
    network: Network, earlier: str, *, same: bool
) -> None:
    network.say("a", earlier, minutes=0)
    network.say("b", NEWS, minutes=5)
    found = first(network.card("b"))
    assert found.post_id == name("a" if same else "b")
    assert found.sameness == ("near" if same else "exact")


def test_an_earlier_post_in_nearly_the_same_words_is_named_apart(network: Network) -> None:
    network.say("alike", f"Breaking tonight: {NEWS}", minutes=0)
    network.say("other", f"Breaking tonight: {NEWS.replace('was', 'was not')}", minutes=-5)
    network.say("b", NEWS, minutes=5)
    network.say("late", f"Breaking again: {NEWS}", minutes=9)
    found = first(network.card("b"))
    assert (found.post_id, found.earlier_alike) == (name("b"), name("alike"))
    assert found.earlier_claims == ()  # it was there before: that is no mere claim
    assert first(network.card("alike")).earlier_alike is None


def test_a_text_that_many_write_is_never_surely_first(network: Network) -> None:
    network.listen(since=-500)
    network.say("a", "good morning", minutes=0)
    assert first(network.card("a")).confidence == "low"


OPENED = "Breaking: the council of the old town has voted this evening"


@pytest.mark.parametrize(
    ("earlier", "same"),
    [
        (f"{OPENED} for the harbor tunnel, says the mayor's office", True),
        (f"{OPENED} to hold another hearing next week instead…", True),
        (f"{OPENED} not to build the harbor tunnel at all", False),
        (f"{OPENED} for 12 new schools in the northern quarters", False),
        (f"{OPENED}. " + "Nothing else is alike in this long report. " * 9, False),
    ],
)
def test_a_post_that_begins_the_same_may_be_first(
    network: Network, earlier: str, *, same: bool
) -> None:
    network.say("a", earlier, minutes=0)
    network.say("b", f"{OPENED} on something in particular, sources tell me", minutes=5)
    found = first(network.card("b"))
    assert found.post_id == name("a" if same else "b")
    assert found.sameness == ("opening" if same else "exact")


def test_numbers_beyond_where_a_copy_was_cut_do_not_count_against_it(network: Network) -> None:
    network.say("a", f"{OPENED} for the tunnel, 12 to 3, after ninety minutes", minutes=0)
    network.say("b", f"{OPENED} for the tunnel, 12 t…", minutes=5)
    assert first(network.card("b")).post_id == name("a")


def test_the_first_of_another_wording_is_found_behind_its_many_copies(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyaq.context.cluster.CANDIDATES", 5)
    longer = f"{NEWS}, and the ferries stay in port"
    for n in range(40):
        network.say(f"long{n}", longer, minutes=n)
    network.say("archived", longer, minutes=45, claims=-500, trust=Trust.ARCHIVE)
    network.say("b", NEWS, minutes=50)
    assert first(network.card("b")).post_id == name("archived")
