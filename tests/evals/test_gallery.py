"""The page of answers that went wrong: all of them, told apart, and harmless to open."""

from __future__ import annotations

import re
from pathlib import Path

import anyio
import pytest

from siyaq.core.errors import QueryError
from siyaq.evals import evaluate
from siyaq.evals.figures import Scores
from siyaq.evals.gallery import MOST_OF_A_KIND, Failure, gallery
from tests.evals.canned import CannedProduct, opening, write_set
from tests.evals.test_answers import ANSWERS, CORPUS, QUESTIONS

HOSTILE = '<script src="https://evil.example/x.js"></script><img src=x onerror=alert(1)>'
SCORES = Scores(
    metrics={"answer_hit": 0.5, "cited_right": None},
    counts={},
    ci95={"answer_hit": [0.25, 0.75]},
    by_lang={"ar": {"answer_hit": 0.4, "cited_right": None}},
    ci95_by_lang={"ar": {"answer_hit": [0.111, 0.777]}},
)


def wrong(question: str = "Who?", lang: str = "en", shown: str = "text", at: int = 0) -> Failure:
    return Failure("wrong", f"q{at}", question, lang, (shown,), None, None, ("right",))


def test_every_failure_is_there_and_nothing_that_went_well(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "tiny", corpus=CORPUS, questions=QUESTIONS)
    page = tmp_path / "page.html"
    product = CannedProduct(answers=ANSWERS)
    result = anyio.run(lambda: evaluate("answers", folder, opening(product), gallery=page))
    text = page.read_text()
    sections = re.findall(r'<section class="(\w+)">(.*?)</section>', text, re.DOTALL)
    shown = {kind: re.findall(r"<header><code>(\w+)</code>", body) for kind, body in sections}
    assert shown["refused"] == ["q4"]
    assert shown["invented"] == ["q6"]
    answerable = result["counts"]["answerable"]
    missed = answerable * (1 - (result["metrics"]["answer_hit"] or 0))
    assert len(shown["wrong"]) + len(shown["refused"]) == round(missed)
    assert "q5" not in text  # rightly refused


def test_bounds_stand_beside_the_figures_of_each_language() -> None:
    page = gallery("set", SCORES, [])
    assert "0.250 – 0.750" in page
    assert "0.111 – 0.777" in page
    assert "cited_right" not in page  # a figure over nothing


def test_a_text_runs_in_the_direction_of_its_language() -> None:
    page = gallery("set", SCORES, [wrong("من قال ذلك؟", "ar", "قالت البلدية ذلك"), wrong()])
    assert '<p lang="ar" dir="rtl">من قال ذلك؟</p>' in page
    assert '<p lang="ar" dir="rtl">قالت البلدية ذلك</p>' in page
    assert '<p lang="en" dir="ltr">Who?</p>' in page


def test_what_was_posted_is_text_and_the_page_needs_nothing_from_elsewhere() -> None:
    page = gallery(HOSTILE, SCORES, [wrong(HOSTILE, '"><b>', HOSTILE)])
    assert "<script" not in page
    assert "<img" not in page
    assert '<b>"' not in page
    assert 'lang="&quot;&gt;&lt;b&gt;"' in page
    assert not re.search(r'(?:src|href)="', page)


def test_of_very_many_failures_some_are_shown_and_all_are_counted() -> None:
    page = gallery("set", SCORES, [wrong(at=at) for at in range(3 * MOST_OF_A_KIND)])
    assert page.count("<article>") == MOST_OF_A_KIND
    assert f"of {3 * MOST_OF_A_KIND}" in page


def test_only_answers_have_a_gallery(tmp_path: Path) -> None:
    product = CannedProduct(answers=ANSWERS)
    with pytest.raises(QueryError, match="asks no questions"):
        anyio.run(
            lambda: evaluate("retrieval", tmp_path, opening(product), gallery=tmp_path / "page")
        )
