"""What a card says of accounts that post the same at once: when and how often, nothing of why."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from siyaq.context import Cards, Unknown
from siyaq.core.card import ContextCard
from siyaq.core.ids import PostId
from siyaq.core.terms import terms_of
from tests.context.network import Network, name

NEWS = "The old bridge number {n} over the Tigris was closed this morning after heavy rain"
SECOND = 1 / 60


def campaign(network: Network, times: int, *, source: str = "net", apart: float = 5) -> PostId:
    """Let two accounts post the same `times` times, each `apart` seconds after the other."""
    for n in range(times):
        start = 61.0 * n * n
        network.say(f"a{n}", NEWS.format(n=n), minutes=start, by="ann", source=source)
        network.say(
            f"b{n}", NEWS.format(n=n), minutes=start + apart * SECOND, by="bob", source=source
        )
    return name("a0", source)


def card_of(network: Network, post_id: PostId, *, allowed: str = "") -> ContextCard:
    network.refresh()
    of = frozenset({allowed} - {""})
    return Cards(network.searcher, network.log, network.clock, coordination_of=of).card(post_id)


def test_accounts_that_post_the_same_at_once_again_and_again_are_named(network: Network) -> None:
    card = card_of(network, campaign(network, 7))
    (found,) = card.coordination
    assert (found.kind, found.times, found.seconds) == ("text", 7, 10)
    assert [one.handle for one in found.accounts] == ["ann.example", "bob.example"]
    assert found.chance <= 0.01
    assert set(found.evidence) <= {name(f"{who}{n}") for who in "ab" for n in range(7)}
    assert Unknown.NOT_CHECKED_COORDINATION not in card.unknown


@pytest.mark.parametrize(("times", "apart"), [(2, 5), (3, 5), (7, 30)])
def test_seldom_or_not_at_once_is_nothing(network: Network, times: int, apart: float) -> None:
    assert card_of(network, campaign(network, times, apart=apart)).coordination == ()


def test_one_account_that_repeats_itself_is_not_together_with_anybody(network: Network) -> None:
    for n in range(20):
        network.say(f"a{n}", NEWS.format(n=1), minutes=n * SECOND, by="ann")
    assert card_of(network, name("a0")).coordination == ()


def test_a_crowd_that_met_once_over_the_same_news_is_not_named(network: Network) -> None:
    for n in range(30):
        network.say(f"p{n}", NEWS.format(n=1), minutes=n * SECOND / 10, by=f"person{n}")
        network.say(
            f"q{n}", f"Something else entirely that person {n} says of cats and dogs", minutes=n
        )
    assert card_of(network, name("p0")).coordination == ()


def test_people_who_follow_one_thing_live_are_not_named(network: Network) -> None:
    for n in range(7):  # a goal every twenty minutes, and something else in between
        for who, later in (("ann", 0.0), ("bob", 5 * SECOND)):
            network.say(f"{who}{n}", NEWS.format(n=n), minutes=20.0 * n + later, by=who)
            network.say(f"{who}{n}x", f"{who} says {n} of cats and dogs", minutes=20.0 * n + 9)
    assert card_of(network, name("ann0")).coordination == ()


def share(network: Network, minutes: Sequence[float], *, missed: int = 0) -> PostId:
    """Let two accounts post the same at each of these times; more, that they both post, apart."""
    told = [(when, 5 * SECOND) for when in minutes]
    told += [(7_000 + 100.0 * n, 1.0) for n in range(missed)]
    for n, (when, later) in enumerate(told):
        network.say(f"a{n}", NEWS.format(n=n), minutes=when, by="ann")
        network.say(f"b{n}", NEWS.format(n=n), minutes=when + later, by="bob")
    return name("a0")


@pytest.mark.parametrize(
    ("minutes", "missed", "named"),
    [
        ((0, 20, 40, 60, 200, 400), 0, True),  # on three occasions, and never at another time
        ((0, 20, 40, 60, 200, 400), 1, False),
        ((0, 20, 200, 400), 0, False),  # four times are too few for that
        ((0, 20, 40, 200, 220, 240), 0, False),  # and so are two occasions
        ((0, 200, 400, 600, 800, 1_000), 3, True),  # two thirds of what both shared
        ((0, 200, 400, 600, 800, 1_000), 4, False),
    ],
)
def test_few_occasions_are_enough_where_nothing_is_shared_at_another_time(
    network: Network, minutes: Sequence[float], missed: int, named: bool
) -> None:
    found = card_of(network, share(network, minutes, missed=missed)).coordination
    assert [one.times for one in found] == ([len(minutes)] if named else [])


def test_a_deleted_post_no_longer_counts(network: Network) -> None:
    post_id = campaign(network, 6)
    before = card_of(network, post_id).coordination
    assert [found.times for found in before] == [6]
    for n in range(1, 6):
        network.delete(f"b{n}", minutes=9_000)
    assert card_of(network, post_id).coordination == ()


@pytest.mark.parametrize("source", ["x", "X", "twitter"])
def test_sources_whose_terms_forbid_it_are_looked_at_only_when_switched_on(
    network: Network, source: str
) -> None:
    post_id = campaign(network, 7, source=source)
    silent = card_of(network, post_id)
    assert silent.coordination == ()
    assert Unknown.NOT_CHECKED_COORDINATION in silent.unknown
    told = card_of(network, post_id, allowed=source)
    assert [found.times for found in told.coordination] == [7]
    assert Unknown.NOT_CHECKED_COORDINATION not in told.unknown


def test_terms_follow_the_kind_of_a_source_before_its_name() -> None:
    assert not terms_of("my-timeline", "x").coordination
    assert not terms_of("x").train
    assert terms_of("bluesky", "jetstream").coordination
