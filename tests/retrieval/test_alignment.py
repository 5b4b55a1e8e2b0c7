"""How much of a question's words a text says."""

from __future__ import annotations

import pytest

from siyaq.retrieval.alignment import WordAlignment, words_of
from siyaq.testing.embedder import FakeEmbedder


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        ("boats burned in Tyre", "In Tyre 14 boats burned.", [1.0, 1.0, 1.0]),
        ("boats burned in Tyre", "", [0.0, 0.0, 0.0]),
        ("", "In Tyre 14 boats burned.", []),
    ],
)
def test_what_a_text_says_of_each_word_of_a_question(
    question: str, text: str, said: list[float]
) -> None:
    assert WordAlignment(FakeEmbedder()).told(words_of(question), text) == said


def test_a_word_that_a_text_says_otherwise_counts_in_part() -> None:
    boats, burned, tyre = WordAlignment(FakeEmbedder()).told(
        words_of("boats burned in Tyre"), "Boats of Tyre are back at sea"
    )
    assert (boats, tyre) == (1.0, 1.0)
    assert 0.0 <= burned < 1.0
