"""Text made safe for models and terminals."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.text.clean import readable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text", "plain text"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("\x1b[31mred\x07", "[31mred"),
        ("a\u202egnihtyna\u202c", "agnihtyna"),
        ("قبل\u200fبعد", "قبلبعد"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("cafe\u0301", "café"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("pass\u200cword", "password"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("\u200d👩\u200d", "👩"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
    ],
)
def test_what_hides_is_gone_and_what_shapes_stays(text: str, expected: str) -> None:
    assert readable(text) == expected


hard = st.sampled_from(
    "aم\u200c\u200d\u202e\u2066\u200b\x1b\x00\r\n\t\u0301\U000e0041👩 \u00ad\u115f"
)


@given(st.text(hard | st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(deadline=None, max_examples=300)
def test_nothing_unseen_is_left_and_nothing_is_left_to_do(text: str) -> None:
    clean = readable(text)
    assert readable(clean) == clean
    for char in clean:
        assert char in "\t\n\u200c\u200d" or unicodedata.category(char) != "Cc"
        assert unicodedata.bidirectional(char) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "LRI",
            "RLI",
            "FSI",
        }
