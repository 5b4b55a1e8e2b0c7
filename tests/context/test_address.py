"""Addresses that people paste lead to the post that the log calls by its own name."""

from __future__ import annotations

import pytest

from siyaq.context.address import posts_at

NAME = "at://did:plc:abc/app.bsky.feed.post/3k"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://bsky.app/profile/did:plc:abc/post/3k", f"s:{NAME}"),
        ("https://bsky.app/profile/did%3Aplc%3Aabc/post/3k?ref=x", f"s:{NAME}"),
        (NAME, f"s:{NAME}"),
        ("https://x.com/anybody/status/123456?s=20", "s:123456"),
        ("https://twitter.com/i/web/status/123456", "s:123456"),
        ("https://m.example/@ann/99", "s:https://m.example/users/ann/statuses/99"),
        ("https://m.example/@ann/99", "s:99"),
        ("https://news.example/story?utm=1#top", "s:https://news.example/story"),
        ("https://news.example/story", "s:https://news.example/story/"),
    ],
)
def test_an_address_leads_to_the_posts_own_name(address: str, expected: str) -> None:
    assert expected in posts_at(address, ["s"])
    assert len(posts_at(address, ["s", "t"])) == 2 * len(posts_at(address, ["s"]))


@pytest.mark.parametrize("address", ["", "x" * 5_000, "https://[", "a\nb"])
def test_what_is_no_address_leads_nowhere_or_to_itself(address: str) -> None:
    assert set(posts_at(address, ["s"])) <= {f"s:{address}"}
