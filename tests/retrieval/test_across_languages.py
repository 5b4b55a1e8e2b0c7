"""Words and names meet across languages and scripts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.ports import Vector
from siyaq.retrieval.alignment import Aligned, WordAlignment
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


def untitled(*texts: str) -> list[tuple[str, str]]:
    return [("", text) for text in texts]


def test_a_text_that_translates_more_of_the_question_shares_more() -> None:
    texts = untitled("حريق في الميناء", "مطر في المدينة", "حريق في المدرسة", "")
    both, none, one, empty = WordAlignment(FakeEmbedder()).align("fire at the port", texts)
    assert both.sentence > one.sentence > none.sentence == empty.sentence == 0.0
    assert both.sentence == both.pair == both.text == pytest.approx(1.0)


def test_words_count_for_more_the_closer_they_stand() -> None:
    text = "حريق كبير. مطر في المدينة. خرج الجميع من الميناء."
    found = WordAlignment(FakeEmbedder()).align("fire at the port", untitled(text, "حريق. ميناء."))
    apart, near = found
    assert apart.text == near.text == near.pair == pytest.approx(1.0)
    assert apart.sentence == apart.pair < 0.9
    assert near.sentence < 0.9


def test_a_title_counts_with_every_sentence_of_its_text() -> None:
    texts = [("حريق", "خرج الجميع من الميناء."), ("", "خرج الجميع من الميناء.")]
    titled, bare = WordAlignment(FakeEmbedder()).align("fire at the port", texts)
    assert titled.sentence == pytest.approx(1.0)
    assert bare.sentence < 0.9


def test_a_name_spelled_in_another_script_is_its_own_translation() -> None:
    texts = untitled("ولد شكسبير هنا", "ولد الملك هنا")
    named, other = WordAlignment(FakeEmbedder()).align("Shakespeare", texts)
    assert named.sentence > other.sentence == 0.0


def test_a_word_is_embedded_once() -> None:
    embedder = CountingEmbedder()
    alignment = WordAlignment(embedder)
    texts = untitled("حريق الميناء", "حريق")
    first = alignment.align("fire port", texts)
    assert len(embedder.asked) == len(set(embedder.asked))
    before = len(embedder.asked)
    assert alignment.align("fire port", texts) == first
    assert len(embedder.asked) == before


def test_nothing_to_compare_shares_nothing() -> None:
    alignment = WordAlignment(FakeEmbedder())
    assert alignment.align("", untitled("حريق")) == [Aligned()]
    assert alignment.align("the of", untitled("حريق")) == [Aligned()]
    assert alignment.align("fire", untitled("")) == [Aligned()]
    assert alignment.align("fire", []) == []


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
