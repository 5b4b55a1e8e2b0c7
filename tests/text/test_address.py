"""Two addresses of one page are one key; those of two pages are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.text.address import ADDRESS_AT_MOST, address_key

PAGE = "https://news.example/2026/flood?id=7"


@pytest.mark.parametrize(
    "same",
    [
        "http://news.example/2026/flood?id=7",
        "HTTPS://WWW.News.Example:443/2026/flood?id=7#photos",
        "https://news.example./2026/flood/?id=7",
        "https://news.example/2026/flood?utm_source=x&id=7&fbclid=abc",
    ],
)
def test_spellings_of_one_page_are_one(same: str) -> None:
    assert address_key(same) == address_key(PAGE) == "news.example/2026/flood?id=7"


@pytest.mark.parametrize(
    "other",
    [
        "https://news.example/2026/flood?id=8",
        "https://news.example/2026/Flood?id=7",
        "https://news.example:8443/2026/flood?id=7",
        "https://m.news.example/2026/flood?id=7",
        "https://news.example/2026/flood",
    ],
)
def test_another_page_is_another(other: str) -> None:
    assert address_key(other) != address_key(PAGE)


@pytest.mark.parametrize(
    "bad",
    ["", "news.example", "javascript:alert(1)", "https://", "https://[::1", "https://a:b/",
     "https://a\nb/", "https://a/" + "x" * ADDRESS_AT_MOST],
)  # fmt: skip
def test_what_is_no_address_of_a_page_has_none(bad: str) -> None:
    assert address_key(bad) == ""


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=200)
def test_nothing_that_is_written_fails(text: str) -> None:
    assert isinstance(address_key(f"https://{text}"), str)
