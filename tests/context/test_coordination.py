"""Pairs of a stream are those of the definition, whatever the order; what is gone is forgotten."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.context import Share, Shares
from siyaq.context import coordination as module
from siyaq.context.chance import chance, meetings

Key = tuple[str, frozenset[str]]

shares = st.builds(
    Share,
    st.integers(0, 30).map(float),
    st.sampled_from(["o1", "o2", "c3"]),
    st.sampled_from([f"c{n}" for n in range(9)]),
    st.sampled_from("xyz"),
    st.just(0),
)


def keys(window: Shares, least: int, seconds: float) -> set[Key]:
    pairs = window.pairs(min_participation=least, time_window=seconds)
    assert all(0 <= pair.time_delta <= seconds for pair in pairs)
    return {(pair.object_id, frozenset((pair.x.content_id, pair.y.content_id))) for pair in pairs}


def by_definition(held: set[Share], least: int, seconds: float) -> set[Key]:
    """Do what `detect_groups` of CooRTweet says, step by step, over everything at once."""
    active = Counter(share.account_id for share in held)
    rows = [share for share in held if active[share.account_id] >= least]
    result = [
        (a, b)
        for a, b in combinations(rows, 2)
        if a.object_id == b.object_id and abs(a.t - b.t) <= seconds
    ]
    result = [
        (a, b)
        for a, b in result
        if a.object_id not in (a.content_id, b.content_id)
        and a.content_id != b.content_id
        and a.account_id != b.account_id
    ]
    ids = {share.content_id for pair in result for share in pair}
    taking_part = Counter(row.account_id for row in rows if row.content_id in ids)
    kept = {
        row.content_id
        for row in rows
        if row.content_id in ids and taking_part[row.account_id] >= least
    }
    return {
        (a.object_id, frozenset((a.content_id, b.content_id)))
        for a, b in result
        if a.content_id in kept or b.content_id in kept
    }


@given(st.lists(shares, max_size=40), st.integers(1, 4), st.integers(0, 12), st.randoms())
@settings(deadline=None, max_examples=200)
def test_a_stream_finds_what_the_definition_finds(
    posted: list[Share], least: int, seconds: int, order: random.Random
) -> None:
    window, shuffled = Shares(), Shares()
    for share in posted:
        window.add(share)
    order.shuffle(posted)
    for share in posted:
        shuffled.add(share)
    expected = by_definition(set(posted), least, seconds)
    assert keys(window, least, seconds) == keys(shuffled, least, seconds) == expected
    assert len(window) == len(set(posted))


@given(st.lists(shares, max_size=30), st.sampled_from([f"c{n}" for n in range(9)]))
@settings(deadline=None, max_examples=100)
def test_a_content_that_is_forgotten_was_never_there(posted: list[Share], gone: str) -> None:
    window, without = Shares(), Shares()
    for share in posted:
        window.add(share)
        if share.content_id != gone:
            without.add(share)
    window.forget(gone)
    assert len(window) == len(without)
    assert keys(window, 1, 10) == keys(without, 1, 10)


@given(st.lists(shares, max_size=30), st.integers(1, 20))
@settings(deadline=None, max_examples=100)
def test_what_is_older_than_the_horizon_is_let_go(posted: list[Share], horizon: int) -> None:
    window = Shares(horizon=horizon)
    for share in posted:
        window.add(share)
    newest = max((share.t for share in posted), default=0.0)
    recent = {share for share in posted if share.t >= newest - horizon}
    assert len(window) == len(recent)
    assert keys(window, 1, 10) == by_definition(recent, 1, 10)


def test_over_capacity_the_oldest_goes() -> None:
    window = Shares(capacity=3)
    for t in (5.0, 1.0, 4.0, 3.0, 2.0):
        window.add(Share(t, "o", f"c{t:.0f}", f"a{t:.0f}"))
    assert len(window) == 3
    assert keys(window, 1, 1) == {("o", frozenset(("c3", "c4"))), ("o", frozenset(("c4", "c5")))}


def test_an_equal_row_counts_twice_only_where_it_is_told_apart() -> None:
    rows = [Share(0, "o", "c1", "a"), Share(1, "o", "c2", "b"), Share(0, "o", "c1", "a", nth=1)]
    once, twice = Shares(), Shares()
    for row in (*rows[:2], rows[0]):
        once.add(row)
    for row in rows:
        twice.add(row)
    assert (len(once), len(twice)) == (2, 3)
    assert keys(once, 2, 10) == set()
    assert keys(twice, 2, 10) == set()  # b has one share only, so nobody is left to pair with
    twice.add(Share(50, "other", "c9", "b"))
    assert keys(twice, 2, 10) == {("o", frozenset(("c1", "c2")))}


def test_a_crowd_on_one_object_is_compared_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAIRS_AT_MOST", 50_000)
    window = Shares()
    for n in range(10_000):
        window.add(Share(n % 10, "o", f"c{n}", f"a{n}"))
    pairs = window.pairs(min_participation=1, time_window=60)
    assert 10_000 < len(pairs) <= 50_000


def test_one_account_that_repeats_itself_is_no_pair() -> None:
    window = Shares()
    for n in range(1_000):
        window.add(Share(n, "o", f"c{n}", "same"))
    assert window.pairs(min_participation=2, time_window=60) == []


def posts(account: str, *times: float, gap: float = 0.0) -> list[Share]:
    return [Share(t + gap, f"o{n}", f"{account}{n}", account) for n, t in enumerate(times)]


def test_meetings_of_a_campaign_are_beyond_chance_and_of_strangers_are_not() -> None:
    hours = [3600.0 * n * n for n in range(8)]
    campaign = posts("a", *hours), posts("b", *hours, gap=5)
    assert len(meetings(*campaign, 10)) == 8
    assert chance(*campaign, 10) <= 0.01
    strangers = posts("a", *hours), posts("b", *reversed(hours), gap=5)
    assert meetings(*strangers, 10) == frozenset()
    assert chance(*strangers, 10) == 1.0


def test_accounts_that_post_all_day_meet_by_chance() -> None:
    every_second = [float(n) for n in range(40)]
    busy = posts("a", *every_second), posts("b", *every_second, gap=3)
    assert len(meetings(*busy, 10)) == 40
    alike = posts("a", 1, 2, 3), posts("b", 1, 2, 3)
    assert chance(*alike, 10) == 1.0  # everything lies within ten seconds of everything
    assert chance([], posts("b", 1), 10) == 1.0


def test_chance_is_the_same_each_time_it_is_asked() -> None:
    a, b = posts("a", 1, 100, 205, 300), posts("b", 3, 101, 200, 400)
    assert chance(a, b, 10) == chance(a, b, 10)
    assert 0 < chance(a, b, 10) < 1
