"""Clusters of a stream are those of a batch, hold no more than told, and forget at once."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.context import Clusters
from tests.context.network import NOON, at

NEWS = "أعلنت وزارة الصحة اليوم إصابة 1200 شخص بالكوليرا في بغداد وضواحيها"
DISGUISED = "أعلنت وزارةُ الصحة، اليوم، إصابة ١٢٠٠ شخص بالكوليرا في بغـداد وضواحيها 😢"
CHANGED = "أعلنت وزارة الصحة اليوم إصابة 12 شخص بالكوليرا في بغداد وضواحيها"
BRIDGE = "The old bridge over the Tigris was closed this morning after heavy rain"
TEXTS = (
    *(NEWS, DISGUISED, CHANGED, BRIDGE, BRIDGE.upper() + " https://t.co/x"),
    *(BRIDGE.replace("was", "was not"), "Good morning", "good morning!!", "", "https://t.co/y"),
)


class Said(NamedTuple):
    post_id: str
    author: str
    text: str
    minute: int


said = st.builds(
    Said,
    st.sampled_from("abcdefghij"),
    st.sampled_from("xyz"),
    st.sampled_from(TEXTS),
    st.integers(0, 5),
)


def add(clusters: Clusters, one: Said) -> None:
    clusters.add(one.post_id, one.author, one.text, at(one.minute))


def picture(clusters: Clusters) -> dict[str, object]:
    """Return everything that can be asked of it."""
    seen = {name: (clusters.of(name), clusters.near(name)) for name in "abcdefghij"}
    return {**seen, "repeated": sorted(map(repr, clusters.repeated(accounts=2)))}


@given(st.lists(st.one_of(said, st.sampled_from("abcdefghij")), max_size=40), st.randoms())
@settings(deadline=None, max_examples=150)
def test_a_stream_with_edits_and_deletions_ends_where_a_batch_of_what_is_left_does(
    stream: list[Said | str], order: random.Random
) -> None:
    clusters, left = Clusters(), dict[str, Said]()
    for one in stream:
        if isinstance(one, Said):
            add(clusters, one)
            left[one.post_id] = one
        else:
            clusters.remove(one)
            left.pop(one, None)
    batch, posts = Clusters(), list(left.values())
    order.shuffle(posts)
    for one in posts:
        add(batch, one)
    assert picture(clusters) == picture(batch)


@given(st.lists(said, max_size=30, unique_by=lambda one: one.post_id), st.integers(1, 6))
@settings(deadline=None, max_examples=100)
def test_over_capacity_the_newest_stay_in_whatever_order_they_came(
    posts: list[Said], capacity: int
) -> None:
    clusters = Clusters(capacity=capacity)
    for one in posts:
        add(clusters, one)
    wordy = [one for one in posts if one.text.removeprefix("https://t.co/y")]
    newest = sorted(wordy, key=lambda one: (one.minute, one.post_id))[-capacity:]
    batch = Clusters()
    for one in newest:
        add(batch, one)
    assert len(clusters) == len(newest)
    assert picture(clusters) == picture(batch)


def test_disguises_are_one_cluster_and_a_changed_number_is_a_near_one() -> None:
    clusters = Clusters()
    for name, text in (("a", NEWS), ("b", DISGUISED), ("c", CHANGED), ("d", BRIDGE)):
        clusters.add(name, f"by {name}", text, NOON)
    group = clusters.of("a")
    assert group is not None
    assert (group.post_ids, group.accounts) == (("a", "b"), 2)
    assert [near.post_ids for near in clusters.near("a")] == [("c",)]
    assert [near.post_ids for near in clusters.near("c")] == [("a", "b")]
    assert clusters.near("d") == ()
    clusters.remove("c")
    assert clusters.near("a") == ()
    assert clusters.of("c") is None


def test_one_account_that_repeats_itself_spreads_nothing() -> None:
    clusters = Clusters()
    for n in range(10_000):
        clusters.add(str(n), "same", NEWS, NOON + timedelta(seconds=n))
    group = clusters.of("0")
    assert group is not None
    assert (len(group.post_ids), group.accounts) == (10_000, 1)
    assert list(clusters.repeated(accounts=2)) == []
    assert all(int(a) < int(b) for a, b in pairwise(group.post_ids))


@pytest.mark.parametrize("text", ["", " \n", "\u202e\u2066\u200f", "https://t.co/a", "🙂🙂"])
def test_a_text_without_words_is_in_no_cluster(text: str) -> None:
    clusters = Clusters()
    clusters.add("a", "x", text, NOON)
    clusters.add("b", "y", text, NOON)
    assert clusters.of("a") is None
    assert len(clusters) == 0


def test_bidi_controls_disguise_and_hide_nothing() -> None:
    clusters = Clusters()
    clusters.add("a", "x", NEWS, NOON)
    clusters.add("b", "y", "\u202e" + NEWS.replace(" ", " \u2067", 3) + "\u2069", NOON)
    group = clusters.of("b")
    assert group is not None
    assert group.post_ids == ("a", "b")


def test_texts_of_one_template_are_compared_with_a_bounded_number_of_others() -> None:
    clusters = Clusters()
    for n in range(2_000):
        clusters.add(str(n), "x", f"{BRIDGE} says engineer number {n}", NOON)
    assert 100 < len(clusters.near("7")) <= 200


def test_a_short_text_has_a_cluster_that_does_not_count_as_repeated() -> None:
    clusters = Clusters()
    for n in range(5):
        clusters.add(str(n), str(n), "Good morning", NOON)
    group = clusters.of("1")
    assert group is not None
    assert (group.accounts, group.distinctive) == (5, False)
    assert list(clusters.repeated(accounts=2)) == []
