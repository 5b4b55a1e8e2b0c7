"""Clusters of copies: who says the same, how it spread, what was changed."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.context import Unknown
from siyaq.context.cluster import COUNTED_AT_MOST
from siyaq.context.histogram import BARS_AT_MOST, histogram
from siyaq.core.errors import NotFound
from tests.context.network import NOON, Network, at, name

NEWS = "أعلنت وزارة الصحة اليوم إصابة 1200 شخص بالكوليرا في بغداد وضواحيها"
DISGUISED = (
    "أعلنت وزارةُ الصحة، اليوم، إصابة ١٢٠٠ شخص بالكوليرا في بغـداد وضواحيها 😢 https://t.co/x"
)
CHANGED = "أعلنت وزارة الصحة اليوم إصابة 12 شخص بالكوليرا في بغداد وضواحيها"
OTHER = "أعلنت وزارة التربية اليوم تأجيل الامتحانات في البصرة بسبب الأمطار الغزيرة"


def test_a_cluster_holds_exact_disguised_and_changed_copies_in_time_order(network: Network) -> None:
    network.say("c", CHANGED, minutes=30)
    network.say("a", NEWS, minutes=10)
    network.say("b", DISGUISED, minutes=20)
    network.say("x", OTHER, minutes=15)
    copies = network.card("a").copies
    assert [(member.post_id, member.sameness) for member in copies.members] == [
        (name("a"), "exact"),
        (name("b"), "normalized"),
        (name("c"), "near"),
    ]
    assert copies.count == copies.accounts == 3
    assert [(change.post_id, change.removed, change.added) for change in copies.changed] == [
        (name("c"), ("1200",), ("12",))
    ]


SEEN = "Careful in {}: a bear was seen near the mill! Close your gates"
SEEN_AR = "انتبهوا في {}: شوهد دب قرب الطاحونة! أغلقوا الأبواب جيداً"


@pytest.mark.parametrize(
    ("text", "here", "there"), [(SEEN, "Karda", "Zarma"), (SEEN_AR, "كردة", "زرما")]
)
def test_what_was_moved_to_another_town_is_a_change_and_no_part_of_the_spread(
    network: Network, text: str, here: str, there: str
) -> None:
    network.say("zarma", text.format(there), minutes=-300)
    network.say("a", text.format(here), minutes=10)
    network.say("b", text.format(here).upper(), minutes=20)
    card = network.card("a")
    assert card.first_seen is not None
    assert (card.first_seen.post_id, card.first_seen.earlier_alike) == (name("a"), None)
    copies = card.copies
    assert [member.post_id for member in copies.members] == [name("a"), name("b")]
    assert (copies.count, copies.accounts) == (2, 2)
    assert copies.histogram[0].t == at(10)
    assert sum(bar.n for bar in copies.histogram) == 2
    (change,) = copies.changed
    assert (change.post_id, change.removed, change.added) == (name("zarma"), (here,), (there,))
    assert change.handle == "authorzarma.example"
    network.delete("zarma", minutes=30)
    assert network.card("a").copies.changed == ()


def test_a_crowd_that_adds_a_place_each_is_counted_all_the_same(network: Network) -> None:
    text = "A bear was seen in Karda this morning, and everybody has closed their gates at once"
    for minute, place in enumerate(("Atlantis", "Lemuria", "Thule")):
        network.say(place, f"{text}. Tell them in {place}", minutes=minute, by=place)
    assert network.card("Thule").copies.count == 3


def test_a_copy_that_names_one_place_more_or_is_cut_behind_it_is_a_copy(network: Network) -> None:
    network.say("a", SEEN.format("Karda"), minutes=0)
    network.say("more", f"{SEEN.format('Karda')} in the lower town", minutes=1)
    network.say("cut", "Careful in Karda: a bear was seen near the mi…", minutes=2)
    members = network.card("a").copies.members
    assert [member.post_id for member in members] == [name("a"), name("more"), name("cut")]


def test_an_account_that_posts_twice_is_one_account(network: Network) -> None:
    network.say("a", NEWS, minutes=10, by="x")
    network.say("b", NEWS, minutes=20, by="x")
    network.say("c", NEWS, minutes=20, by="x", source="elsewhere")
    copies = network.card("a").copies
    assert (copies.count, copies.accounts) == (3, 2)


def test_a_deleted_copy_is_gone_from_the_card_at_once(network: Network) -> None:
    network.say("a", NEWS, minutes=10)
    network.say("b", NEWS, minutes=20)
    assert network.card("b").copies.count == 2
    network.delete("a", minutes=30)
    card = network.card("b")
    assert card.copies.count == 1
    assert card.first_seen is not None
    assert card.first_seen.post_id == name("b")
    with pytest.raises(NotFound, match="deleted"):
        network.card("a")


def test_a_post_that_the_index_has_not_seen_yet_has_a_card(network: Network) -> None:
    network.say("a", NEWS, minutes=10)
    network.refresh()
    network.say("b", NEWS, minutes=20)
    network.refresh = lambda: None  # type: ignore[method-assign]  # the index lags behind
    card = network.card("b")
    assert [member.post_id for member in card.copies.members] == [name("a"), name("b")]


def test_an_unknown_post_has_no_card(network: Network) -> None:
    with pytest.raises(NotFound, match="unknown"):
        network.card("nobody")


def test_a_post_alone_needs_no_card_and_says_what_was_not_checked(network: Network) -> None:
    network.say("a", NEWS, minutes=10)
    card = network.card("a")
    assert card.status == "not_needed"
    assert (card.copies.count, card.points, card.thread) == (1, (), None)
    assert Unknown.NOT_CHECKED_CLAIMS in card.unknown
    assert Unknown.NOT_CHECKED_COORDINATION not in card.unknown
    assert card.as_of == at(10_000)


def test_equal_short_texts_are_counted_with_a_warning(network: Network) -> None:
    for n in range(3):
        network.say(str(n), "Good morning!", minutes=n)
    card = network.card("2")
    assert card.copies.count == 3
    assert Unknown.SHORT_TEXT in card.unknown


def test_of_a_short_text_alone_nobody_asks_whether_it_is_copied(network: Network) -> None:
    network.say("a", "Good morning!", minutes=0)
    assert Unknown.SHORT_TEXT not in network.card("a").unknown


def test_texts_without_words_are_nobody_s_copies(network: Network) -> None:
    network.say("a", "https://t.co/a", minutes=1)
    network.say("b", "https://t.co/b", minutes=2)
    assert network.card("b").copies.count == 1


def test_many_copies_are_all_counted_and_a_hundred_shown(network: Network) -> None:
    for n in range(150):
        network.say(str(n), NEWS, minutes=n)
    copies = network.card("149").copies
    assert copies.count == 150
    assert [member.post_id for member in copies.members] == [name(str(n)) for n in range(100)]
    assert sum(bar.n for bar in copies.histogram) == 150


def test_near_copies_are_found_behind_a_crowd_of_exact_ones(network: Network) -> None:
    for n in range(250):
        network.say(str(n), NEWS, minutes=n)
    network.say("near", CHANGED, minutes=300)
    assert name("near") in [change.post_id for change in network.card("0").copies.changed]


def test_more_copies_than_are_counted_are_admitted(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyaq.context.cluster.COUNTED_AT_MOST", 5)
    assert COUNTED_AT_MOST == 1_000
    for n in range(6):
        network.say(str(n), NEWS, minutes=n)
    card = network.card("5")
    assert card.first_seen is not None
    assert card.first_seen.post_id == name("0")
    assert Unknown.MORE_COPIES in card.unknown


def test_bars_have_a_width_that_reads_at_a_glance() -> None:
    bars = histogram([NOON + timedelta(minutes=m) for m in (0, 3, 3, 45)])
    assert bars[1].t - bars[0].t == timedelta(minutes=2)
    assert bars[0].t == NOON
    assert sum(bar.n for bar in bars) == 4
    assert any(bar.n == 0 for bar in bars)
    days = histogram([NOON, NOON + timedelta(days=20)])
    assert days[1].t - days[0].t == timedelta(days=1)
    assert days[0].t == NOON.replace(hour=0)
    assert histogram([]) == ()


@pytest.mark.parametrize(("minutes", "width"), [(29, 1), (30, 2), (59, 2), (60, 5)])
def test_bars_are_as_narrow_as_thirty_allow(minutes: int, width: int) -> None:
    bars = histogram([NOON, NOON + timedelta(minutes=minutes)])
    assert bars[1].t - bars[0].t == timedelta(minutes=width)


@given(st.lists(st.timedeltas(timedelta(), timedelta(days=20_000)), min_size=1, max_size=60))
@settings(deadline=None, max_examples=200)
def test_every_moment_falls_into_one_of_at_most_thirty_bars(offsets: list[timedelta]) -> None:
    moments = [NOON + offset for offset in offsets]
    bars = histogram(moments)
    assert 1 <= len(bars) <= BARS_AT_MOST
    assert sum(bar.n for bar in bars) == len(moments)
    assert bars[0].n > 0
    assert bars[-1].n > 0
    assert bars[0].t <= min(moments)
    if len(bars) > 1:
        width = bars[1].t - bars[0].t
        assert all(b.t - a.t == width for a, b in pairwise(bars))
        for bar in bars:
            assert bar.n == sum(bar.t <= moment < bar.t + width for moment in moments)
