"""The keys of the log's indexes: fixed for ever, apart from each other, near in time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.log.keys import author_key, post_key

KEY = range(-(2**63), 2**63)


def test_keys_are_those_that_older_logs_hold() -> None:
    assert post_key("bluesky:did:plc:abc/app.bsky.feed.post/3l6oveex3ii2l") == -7849223369691615029
    assert author_key("bluesky", "did:plc:abc") == -4797570799515522470


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(deadline=None, max_examples=200)
def test_every_id_has_a_key_of_64_bits(name: str) -> None:
    assert post_key(name) in KEY
    assert author_key("s", name) in KEY


def test_ids_that_count_upwards_get_keys_that_do() -> None:
    counters = [f"x:{1_800_000_000_000_000_000 + step * 10**14}" for step in range(100)]
    assert [post_key(name) for name in counters] == sorted(map(post_key, counters))


def test_ids_of_one_minute_share_a_small_part_of_the_keys() -> None:
    """Snowflakes count milliseconds above their lowest 22 bits."""
    minute = [post_key(f"x:{(1_767_000_000_000 + ms) << 22}") for ms in range(0, 60_000, 37)]
    assert max(minute) - min(minute) <= 2**29


def test_keys_of_one_minute_differ() -> None:
    names = [f"x:{(1_767_000_000_000 + ms) << 22}" for ms in range(5_000)]
    assert len({post_key(name) for name in names}) >= 4_998
