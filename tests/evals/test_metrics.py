"""Ranking figures against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.evals.metrics import average_precision, ndcg, reciprocal_rank, score_ranking


def test_a_ranking_is_scored_as_by_hand() -> None:
    # relevant at ranks 2, 4 and 7, of four there are
    ranking = ["x1", "a", "x2", "b", "x3", "x4", "c", "x5"]
    figures = score_ranking(ranking, {"a": 1, "b": 1, "c": 1, "missed": 1, "x1": 0})
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4) + 1 / math.log2(5)
    assert figures == pytest.approx(
        {
            "MRR": 1 / 2,
            "hit@1": 0.0,
            "R@5": 2 / 4,
            "MAP": (1 / 2 + 2 / 4 + 3 / 7) / 4,
            "nDCG@10": (1 / math.log2(3) + 1 / math.log2(5) + 1 / math.log2(8)) / ideal,
            "MAP@5": (1 / 2 + 2 / 4) / 4,
        }
    )


def test_a_first_rank_is_a_hit() -> None:
    figures = score_ranking(["a", "b"], {"a": 1})
    assert set(figures.values()) == {1.0}


def test_nothing_found_is_nothing() -> None:
    assert set(score_ranking([], {"a": 1}).values()) == {0.0}
    assert set(score_ranking(["b"], {"a": 1}).values()) == {0.0}


def test_what_comes_after_the_cut_does_not_count() -> None:
    ranking = [f"x{n}" for n in range(10)] + ["a"]
    figures = score_ranking(ranking, {"a": 1})
    assert figures["nDCG@10"] == figures["R@5"] == figures["MAP@5"] == 0.0
    assert figures["MAP"] == figures["MRR"] == pytest.approx(1 / 11)


def test_grades_weigh_in_ndcg() -> None:
    # grades 1, 3: found in the wrong order
    expected = (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    assert ndcg([1, 3], [3, 1]) == pytest.approx(expected)
    assert ndcg([3, 1], [3, 1]) == pytest.approx(1.0)
    assert ndcg([-1, 1], [1, -1]) == pytest.approx(1 / math.log2(3))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.booleans(), max_size=20))
def test_one_relevant_document_makes_map_the_reciprocal_rank(found: list[bool]) -> None:
    if any(found):
        first = found.index(True)
        found = [place == first for place in range(len(found))]
    assert average_precision(found, 1) == reciprocal_rank(found)
