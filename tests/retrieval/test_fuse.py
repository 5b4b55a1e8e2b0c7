"""What makes one candidate better than another, and how good the best is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siyaq.retrieval.fuse import Signals, level, relative, scores

PLAIN = Signals(lexical=0.5, cosine=0.3, title=0.0, grams=0.2, names=0.2, covered=0.4, alike=0.3)


@pytest.mark.parametrize(
    "name", ["lexical", "cosine", "title", "grams", "names", "covered", "titled", "alike"]
)
def test_more_evidence_scores_higher(name: str) -> None:
    better = replace(PLAIN, **{name: 0.9})
    worse, best = scores([PLAIN, better], across=False)
    assert best > worse


@pytest.mark.parametrize("name", ["cosine", "title", "names", "sentence", "pair", "text"])
def test_more_evidence_scores_higher_across_languages(name: str) -> None:
    worse, best = scores([PLAIN, replace(PLAIN, **{name: 0.9})], across=True)
    assert best > worse


def test_of_two_texts_with_the_same_sentence_the_shorter_is_better() -> None:
    shorter, longer = scores(
        [replace(PLAIN, brevity=0.9), replace(PLAIN, brevity=0.3)], across=False
    )
    assert shorter > longer


def test_a_long_post_that_shares_little_is_ranked_as_a_short_question_is() -> None:
    question = [PLAIN, replace(PLAIN, grams=0.8, covered=0.8)]
    thin = [replace(one, grams=one.grams / 10, covered=one.covered / 10) for one in question]
    assert relative(question)[0].grams == pytest.approx(relative(thin)[0].grams)
    asked, looked_up = scores(question, across=False), scores(thin, across=False)
    assert asked[0] / asked[1] == pytest.approx(looked_up[0] / looked_up[1])


def test_the_best_has_the_highest_level_so_that_weak_evidence_stays_weak() -> None:
    weak = [replace(PLAIN, lexical=0.1, cosine=0.05, grams=0.02, names=0.0), PLAIN]
    for some in (weak, weak[:1]):
        assert max(scores(some, across=False)) == pytest.approx(
            max(level(one, across=False) for one in some)
        )


def test_nothing_found_is_nothing_to_score() -> None:
    assert scores([], across=False) == []
    nothing = Signals(lexical=0.0, cosine=-0.2, title=0.0, grams=0.0, names=0.0)
    assert scores([nothing], across=True) == [0.0]
