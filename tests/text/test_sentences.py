"""Sentences and passages of Arabic and Latin texts."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.span import Span
from siyaq.text.sentences import (
    PASSAGE_AT_MOST,
    PASSAGES_AT_MOST,
    WHOLE_AT_MOST,
    passages,
    sentences,
)


@pytest.mark.parametrize(
    "expected",
    [
        ["It rained.", "The bridge closed!", "Why?", "Nobody knows…", "Yet."],
        ["Dr. Smith paid $3.5 million to the U.S. Army.", "He left at 5 p.m.", "The end."],
        ["J. K. Rowling wrote it, e.g. in Edinburgh.", "No. 5 is next."],
        ["He works for Acme Inc. in Ohio.", "She left Acme Inc.", "The firm closed."],
        ["See https://a.example/b.c?d=1.", "Next."],
        ["Open node.js or example.com today.", "Done."],
        ['"It is over." He left.', "(Really.)", "Yes."],
        ['"Really?" she said.'],
        ["“We won!”", "They cheered."],
        ["Wait... what is this.", "Well."],
        ["Great!!! 😀😀", "Next?!", "No."],
        ["1. Buy bread.", "2. Buy milk."],
        ["قال الوزير إن الجسر أغلق.", "وأضاف أن العمل مستمر؟", "نعم!", "انتهى"],
        ["وصل د. أحمد أمس.", "ثم غادر."],
        ["كتبها سي. إس. لويس عام 1950.", "ثم مات."],
        ["ألّفها جي. آر. آر. تولكين.", "وكتب جورج دبليو. بوش كتابا."],
        ["نقلت بي. بي. سي الخبر.", "ورد ج. ك. رولينغ."],
        ["ماذا فعلوا بي.", "ثم رحلوا."],
        ["نقلت بي بي سي.", "وأكد ذلك مراسلها في واشنطن دي سي.", "ثم سكتت."],
        ["هي أم.", "وقد عادت."],
        ["قال: «الجسر مغلق.»", "ثم صمت."],
        ["بلغ السعر 3.5 دولار.", "وارتفع ٤٫٢٪ أمس."],
        ["اشترى خبزا؛ ثم عاد.", "انتهى"],
        ["یہ ایک جملہ ہے۔", "یہ دوسرا ہے۔"],
        ["今日は雨。", "明日は晴れ。"],
    ],
)
def test_a_text_falls_into_its_sentences(expected: list[str]) -> None:
    text = " ".join(expected)
    if expected[0].startswith('"It is over."'):
        expected = ['"It is over."', "He left.", *expected[1:]]
    assert [span.of(text) for span in sentences(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("أغلق الجسر.وقال الوزير إنه سيفتح؟متى", ["أغلق الجسر.", "وقال الوزير إنه سيفتح؟", "متى"]),
        ("كتبها سي.إس.لويس.ثم مات", ["كتبها سي.إس.لويس.", "ثم مات"]),
        ("هي أم.وقد عادت", ["هي أم.", "وقد عادت"]),
        ("It rained.The bridge closed", ["It rained.", "The bridge closed"]),
        ("今日は雨。明日は晴れ。", ["今日は雨。", "明日は晴れ。"]),
        ("Title\n\nBody one. Two", ["Title", "Body one.", "Two"]),
        ("one\r\ntwo", ["one", "two"]),
        ("Shopping • bread • milk", ["Shopping", "• bread", "• milk"]),
        ("A. First\nB. Second", ["A. First", "B. Second"]),
        ("😀 Hello. 😀", ["😀 Hello. 😀"]),
        ("...", ["..."]),
        ("  \n ", []),
        ("", []),
        (
            "This line was wrapped by a program when it had become too\nlong for it. End",
            ["This line was wrapped by a program when it had become too\nlong for it.", "End"],
        ),
    ],
)
def test_a_boundary_needs_no_space_where_writers_leave_none(text: str, expected: list[str]) -> None:
    assert [span.of(text) for span in sentences(text)] == expected


def test_a_post_is_one_passage() -> None:
    post = "It rained. The bridge closed. Nobody knows why. " * 8
    assert len(post.strip()) <= WHOLE_AT_MOST
    assert passages(f"  {post}\n") == [Span(2, 2 + len(post.strip()))]


def test_two_longer_sentences_are_one_passage() -> None:
    text = f"{'a long word ' * 20}ends. {'another long word ' * 15}ends."
    assert WHOLE_AT_MOST < len(text) <= 600
    assert len(passages(text)) == 1


def test_an_article_is_cut_between_sentences() -> None:
    text = " ".join(f"Sentence number {n} says that the river rose again." for n in range(60))
    ends = {span.end for span in sentences(text)}
    found = passages(text)
    assert len(found) == 20
    assert all(span.end in ends for span in found)
    assert all(len(span) <= PASSAGE_AT_MOST for span in found)


def test_an_endless_sentence_is_cut_after_clauses_and_between_words() -> None:
    clauses = "قال الوزير إن الجسر أغلق أمس بسبب الأمطار، " * 30
    assert all(span.of(clauses).endswith("،") for span in passages(clauses)[:-1])
    words = "كلمة " * 400
    assert all(span.of(words).split(" ") == ["كلمة"] * 70 for span in passages(words)[:-1])


def test_a_cut_inside_a_word_keeps_marks_with_their_letter() -> None:
    text = "كَ" * 1_000
    assert all(not span.of(text).startswith("\u064e") for span in passages(text))


def test_a_book_has_no_more_passages_than_promised() -> None:
    book = "A short sentence of a very long book. " * 20_000
    found = passages(book)
    assert 100 < len(found) <= PASSAGES_AT_MOST
    assert_covers(book, found)


@pytest.mark.parametrize(
    "unit",
    [".", "a.", " ", "\n", "!", "ا", "\u0301", "1. ", "https://", "( ", "•", "a\u200d", "😀 "],
)
def test_a_flood_takes_time_in_proportion(unit: str) -> None:
    def seconds(count: int) -> float:
        started = perf_counter()
        passages(unit * count)
        return perf_counter() - started

    short, long = seconds(5_000), seconds(50_000)
    assert long < 60 * short + 0.5


HARD = ". ؟!…\n\r،؛\"”»)('12aBك.وDr.Mr.U.S.https://a.b•😀\u200d\u0301،— "
texts = st.lists(
    st.sampled_from([*HARD, "الوزير ", "Dr. ", "word ", "word. ", "www.a.b. ", "x" * 90, ", "]),
    max_size=80,
).map("".join) | st.text(max_size=80)


@given(texts)
@settings(deadline=None, max_examples=400)
def test_sentences_hold_all_that_is_not_white_space_in_order(text: str) -> None:
    assert_covers(text, sentences(text))


@given(texts.map(lambda text: text * 9))
@settings(deadline=None, max_examples=200)
def test_passages_hold_all_that_is_not_white_space_in_order(text: str) -> None:
    found = passages(text)
    assert_covers(text, found)
    assert len(found) <= PASSAGES_AT_MOST
    assert len(found) == 1 or all(len(span) <= PASSAGE_AT_MOST for span in found)


def assert_covers(text: str, spans: list[Span]) -> None:
    at = 0
    for span in spans:
        assert not text[at : span.start].strip()
        assert span.of(text)
        assert span.of(text).strip() == span.of(text)
        at = span.end
    assert not text[at:].strip()
