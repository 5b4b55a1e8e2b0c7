"""Answers are compared as SQuAD does, in Arabic as in English."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from siyaq.evals.match import contains, exact_match, f1, normalize


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Quick, a brown-fox!", "quick brownfox"),
        ("an apple. Theory of A", "apple theory of"),
        ("أَحْمَدُ إلى آخِر مدرسةٍ", "احمد الي اخر مدرسه"),
        ("كـــتاب، «مستشفى»؟", "كتاب مستشفي"),
        ("١٢٫٥٪ و ۳ مرات", "125 و 3 مرات"),
        ("ﻻ ①", "لا 1"),
        ("$5 + ~6", "5 6"),
        ("؟!", ""),
    ],
)
def test_texts_are_normalized(text: str, normal: str) -> None:
    assert normalize(text) == normal


def test_no_punctuation_of_unicode_is_left() -> None:
    every = "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, sys.maxunicode + 1)))
    assert sum(unicodedata.category(mark).startswith("P") for mark in every) > 800
    left = set(map(unicodedata.category, normalize(every)))
    assert "Lo" in left
    assert not {kind for kind in left if kind.startswith("P")}


def test_normalizing_twice_changes_nothing() -> None:
    text = "The \u0623\u0654\u064e\u0640 ١٢ ... أ the a"
    assert normalize(normalize(text)) == normalize(text)


def test_an_answer_stands_in_a_text_however_it_is_written() -> None:
    assert contains("عاش في القَاهِرة، سنة ١٩٥٨", ["القاهره"])
    assert contains("born in 1958.", ["nowhere", "١٩٥٨"])
    assert not contains("born in Cairo", ["Alexandria"])
    assert not contains("born in Cairo", ["...", ""])
    assert not contains("", [])


def test_an_exact_answer_is_one_of_those_given() -> None:
    assert exact_match("The Saxon Garden", ["Ogród Saski", "saxon garden."]) == 1.0
    assert exact_match("Saxon", ["saxon garden"]) == 0.0


def test_f1_is_that_of_the_best_answer() -> None:
    # "big red dog" against "red dog house": 2 of 3 and 2 of 3
    assert f1("the big red dog", ["cat", "red dog house"]) == pytest.approx(2 / 3)
    # a repeated word counts as often as both have it: 2 of 3 and 2 of 2
    assert f1("no no no", ["no no"]) == pytest.approx(0.8)
    assert f1("dog", ["cat"]) == 0.0
    assert f1("...", ["!"]) == 1.0
    assert f1("dog", ["!"]) == 0.0
