"""Units of text: bytes outside, code points inside."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.span import Span
from siyaq.text.offsets import from_utf8

texts = st.text(st.sampled_from("aمé京🌧\u200d\u0301 ") | st.characters(exclude_categories=["Cs"]))


def test_a_facet_after_an_emoji_lands_on_its_word() -> None:
    post = "🌧 مطر في الرياض"
    rain = from_utf8(post, 5, 11)
    assert rain.of(post) == "مطر"


@given(texts, st.data())
@settings(deadline=None)
def test_bytes_convert_to_the_same_stretch_of_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    byte_start = len(text[:start].encode())
    byte_end = len(text[:end].encode())
    assert from_utf8(text, byte_start, byte_end) == Span(start, end)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 99), (1, 2), (0, 3)])
def test_a_range_that_is_none_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="byte range"):
        from_utf8("🌧é", start, end)
