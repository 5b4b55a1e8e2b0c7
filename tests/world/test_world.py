"""The world is a pure function of its seed and of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice, pairwise

import pytest

from siyaq.testing.world import World, WorldEvent
from siyaq.testing.world.stories import INCIDENTS, NEWS
from siyaq.testing.world.world import in_order
from tests.world.reading import START, world_of

MINUTE = timedelta(minutes=1)


def test_the_same_seed_tells_the_same_events(seed: int) -> None:
    until = START + 12 * MINUTE
    first = World(seed, START).events(START, until)
    assert first == World(seed, START).events(START, until)
    assert first != World(seed + 1, START).events(START, until)


def test_a_stretch_does_not_depend_on_what_was_asked_before(seed: int) -> None:
    eager, lazy = World(seed, START), World(seed, START)
    whole = eager.events(START, START + 20 * MINUTE)
    late = lazy.events(START + 13 * MINUTE, START + 20 * MINUTE)
    early = lazy.events(START, START + 13 * MINUTE)
    assert early + late == whole


def test_any_moment_of_a_far_future_can_be_asked_for(seed: int) -> None:
    world = World(seed, START)
    since = START + timedelta(days=400)
    events = world.events(since, since + MINUTE)
    assert events
    assert all(since <= event.at < since + MINUTE for event in events)


def test_seqs_and_times_grow_strictly_together(seed: int) -> None:
    events = world_of(seed).events(START, START + 15 * MINUTE)
    pairs = pairwise(events)
    assert all(one.seq < two.seq and one.at < two.at for one, two in pairs)
    assert 1 <= events[0].seq < events[-1].seq < 10**15


def test_from_seq_starts_exactly_at_its_event(seed: int) -> None:
    world = World(seed, START)
    events = world.events(START, START + 3 * MINUTE)
    middle = events[len(events) // 2]
    after = list(islice(world.from_seq(middle.seq), 50))
    assert after == events[len(events) // 2 :][:50]
    assert world.next_seq(middle.at) == middle.seq
    assert world.next_seq(middle.at + timedelta(microseconds=1)) > middle.seq


def test_every_kind_of_story_is_told_and_new_ones_keep_starting(seed: int) -> None:
    world = world_of(seed)
    for hour in (0, 30):
        since = START + timedelta(hours=hour)
        told = Counter(story.kind for story in world.stories(since, since + 20 * MINUTE))
        assert told.keys() == NEWS.keys() | INCIDENTS.keys()
        assert 10 <= sum(told[kind] for kind in NEWS) <= 20  # one every 60 to 120 seconds


def test_stories_are_about_two_fifths_of_one_to_four_posts_a_second(seed: int) -> None:
    until = START + 25 * MINUTE
    posts = [event for event in world_of(seed).events(START, until) if event.is_post]
    assert 1 <= len(posts) / 1500 <= 4
    share = sum(bool(event.story) for event in posts) / len(posts)
    assert 0.33 <= share <= 0.5


def test_more_volume_is_more_chatter() -> None:
    world = World(5, START, posts_per_second=300)
    posts = [event for event in world.events(START, START + MINUTE / 4) if event.is_post]
    assert 280 <= len(posts) / 15 <= 330


def test_both_languages_and_every_kind_of_record_occur(seed: int) -> None:
    events = world_of(seed).events(START, START + 20 * MINUTE)
    written = Counter(event.lang for event in events if event.is_post and event.record)
    assert 0.35 <= written["ar"] / written.total() <= 0.65
    seen = {(event.kind, event.collection.rpartition(".")[2]) for event in events}
    commits = {("commit", name) for name in ("post", "like", "follow", "profile")}
    assert seen == commits | {("identity", ""), ("account", ""), ("sync", "")}
    operations = {event.operation for event in events if event.is_post}
    assert operations == {"create", "update", "delete"}


def test_only_accounts_that_never_post_are_reset(seed: int) -> None:
    events = world_of(seed).events(START, START + 25 * MINUTE)
    reset = {event.did for event in events if event.kind == "sync"}
    assert reset
    assert reset.isdisjoint(event.did for event in events if event.kind != "sync")


def test_events_of_one_instant_are_set_apart() -> None:
    events = [WorldEvent(at=START, did=f"did:plc:{n}", kind="account") for n in range(5)]
    until = START + timedelta(seconds=1)
    events += [replace(event, at=until - timedelta(microseconds=1)) for event in events]
    placed = in_order(events, until, first_seq=7)
    assert [event.seq for event in placed] == list(range(7, 17))
    assert all(one.at < two.at for one, two in pairwise(placed))
    assert placed[-1].at < until


def test_threads_hold_together(seed: int) -> None:
    posts: dict[str, Mapping[str, object]] = {}
    replies = quotes = 0
    for event in world_of(seed).events(START, START + 15 * MINUTE):
        if not event.is_post or event.record is None:
            continue
        record = event.record
        if "reply" in record:
            reply = record["reply"]
            assert isinstance(reply, dict)
            assert reply["parent"]["uri"] in posts
            assert reply["root"]["uri"] in posts
            parent = posts[reply["parent"]["uri"]].get("reply")
            root = parent["root"] if isinstance(parent, dict) else reply["parent"]
            assert reply["root"] == root
            replies += 1
        quotes += "app.bsky.embed.record" in str(record.get("embed"))
        posts[event.uri] = record
    assert replies > 100
    assert quotes > 20


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        World(1, START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="posts_per_second"):
        World(1, START, posts_per_second=0)
