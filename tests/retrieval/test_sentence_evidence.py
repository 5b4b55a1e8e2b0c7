"""The best sentence of a text, and how long the text is."""

from __future__ import annotations

import pytest

from siyaq.retrieval.sentence_evidence import LONG, SHORT, Part, brevity, sentence_evidence

WANTED = {"mayor": 1.0, "sidon": 3.0, "elect": 2.0}


def test_words_in_one_sentence_say_more_than_words_apart() -> None:
    together = Part.of("", "The mayor of Sidon was elected. It rained.")
    apart = Part.of("", "The mayor spoke. Sidon is a port. They elected nobody.")
    one, other = sentence_evidence(WANTED, [together, apart])
    assert one.covered == pytest.approx(1.0)
    assert other.covered == pytest.approx(0.5)  # Sidon alone: 3 of 6


def test_the_title_counts_with_each_sentence_and_alone() -> None:
    (found,) = sentence_evidence(WANTED, [Part.of("Sidon", "The mayor was elected.")])
    assert found.covered == pytest.approx(1.0)
    assert found.titled == pytest.approx(0.5)


def test_a_sentence_that_says_only_what_is_asked_is_more_alike() -> None:
    short = Part.of("", "Sidon elected a mayor.")
    long = Part.of("", "Sidon elected a mayor while rain fell over every village of the south.")
    one, other = sentence_evidence(WANTED, [short, long])
    assert one.covered == other.covered
    assert one.alike > other.alike > 0


def test_a_short_post_is_no_better_than_a_paragraph_for_its_length() -> None:
    assert brevity(3) == brevity(SHORT) == 1.0
    assert 1.0 > brevity(2 * SHORT) > brevity(LONG) == brevity(10 * LONG) == 0.0


def test_a_text_without_a_word_shares_nothing() -> None:
    (found,) = sentence_evidence(WANTED, [Part.of("", "...")])
    assert (found.covered, found.titled, found.alike) == (0.0, 0.0, 0.0)
    (found,) = sentence_evidence({}, [Part.of("", "Sidon elected a mayor.")])
    assert (found.covered, found.titled, found.alike) == (0.0, 0.0, 0.0)
