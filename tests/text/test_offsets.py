"""Units of text: bytes and UTF-16 outside, code points inside."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.span import Span
from siyaq.text.offsets import from_utf8, to_utf16

texts = st.text(st.sampled_from("aمé京🌧\u200d\u0301 ") | st.characters(exclude_categories=["Cs"]))


def test_a_facet_after_an_emoji_lands_on_its_word() -> None:
    post = "🌧 مطر في الرياض"
    rain = from_utf8(post, 5, 11)
    assert rain.of(post) == "مطر"
    assert to_utf16(post, rain) == (3, 6)


@given(texts, st.data())
@settings(deadline=None)
def test_bytes_convert_to_the_same_stretch_of_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    byte_start = len(text[:start].encode())
    byte_end = len(text[:end].encode())
    assert from_utf8(text, byte_start, byte_end) == Span(start, end)


@given(texts, st.data())
@settings(deadline=None)
def test_utf16_units_slice_the_same_stretch_of_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = to_utf16(text, Span(start, end))
    units = text.encode("utf-16-le")
    assert units[2 * first : 2 * last].decode("utf-16-le") == text[start:end]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 99), (1, 2), (0, 3)])
def test_a_range_that_is_none_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="byte range"):
        from_utf8("🌧é", start, end)


def test_a_span_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="3 code points"):
        to_utf16("abc", Span(2, 4))
