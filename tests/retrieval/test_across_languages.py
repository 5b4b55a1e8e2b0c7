"""Words and names meet across languages and scripts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.ports import Vector
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.skeleton import skeleton, skeletons
from siyaq.testing.embedder import FakeEmbedder


class CountingEmbedder(FakeEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        self.asked += texts
        return super().embed(texts)


def test_a_text_that_translates_more_of_the_question_shares_more() -> None:
    alignment = WordAlignment(FakeEmbedder())
    texts = ["حريق في الميناء", "مطر في المدينة", "حريق في المدرسة", ""]
    both, none, one, empty = alignment.shares("fire at the port", texts)
    assert both > one > none == empty == 0.0
    assert both == pytest.approx(1.0)


def test_a_word_is_embedded_once() -> None:
    embedder = CountingEmbedder()
    alignment = WordAlignment(embedder)
    first = alignment.shares("fire port", ["حريق الميناء", "حريق"])
    assert len(embedder.asked) == len(set(embedder.asked))
    before = len(embedder.asked)
    assert alignment.shares("fire port", ["حريق الميناء", "حريق"]) == first
    assert len(embedder.asked) == before


def test_nothing_to_compare_shares_nothing() -> None:
    alignment = WordAlignment(FakeEmbedder())
    assert alignment.shares("", ["حريق"]) == [0.0]
    assert alignment.shares("the of", ["حريق"]) == [0.0]
    assert alignment.shares("fire", []) == []


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [
        ("شكسبير", "Shakespeare"),
        ("محمد", "Mohammed"),
        ("وارسو", "Warsaw"),
        ("كاليفورنيا", "California"),
        ("والباكستان", "Pakistan"),
    ],
)
def test_a_name_has_one_skeleton_in_both_scripts(arabic: str, latin: str) -> None:
    assert skeleton(arabic) == skeleton(latin)


def test_short_skeletons_tell_nothing() -> None:
    assert skeletons("a be see tie من في على") == set()
    assert skeletons("Shakespeare's 1616") == {skeleton("شكسبير")}


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=40))
def test_any_text_has_skeletons_of_consonants(text: str) -> None:
    for one in skeletons(text):
        assert set(one) <= set("bdfghklmnrstz")
        assert len(one) >= 3
