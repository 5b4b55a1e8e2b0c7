"""The task `answers`, against a product whose answers are known."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.answer import Finished, Question, Usage
from siyaq.core.errors import QueryError, SiyaqError
from siyaq.core.query import Filters
from siyaq.evals import Evaluation, evaluate
from siyaq.evals.corpus import Names
from siyaq.evals.folder import Asked, Document
from siyaq.evals.tasks.answers import ask, figures, question_of

from .canned import CannedProduct, answer, opening, write_set

CORPUS: list[Mapping[str, object]] = [
    {"_id": "d1", "title": "", "text": "The port burned in 1958", "metadata": {"lang": "en"}},
    {"_id": "d2", "title": "", "text": "احترق الميناء عام ١٩٥٨", "metadata": {"lang": "ar"}},
]


def asked(_id: str, question: str, answers: list[str], **more: object) -> dict[str, object]:
    facts = {"lang": "en", "gold_docs": ["d1"], "answerable": True}
    return {"_id": _id, "question": question, "answers": answers, **facts, **more}


QUESTIONS = [
    asked("q1", "when?", ["1958"]),
    asked("q2", "متى؟", ["عام ١٩٥٨"], lang="ar", gold_docs=["d2"]),
    asked("q3", "late?", ["needle"]),
    asked("q4", "refuse me", ["x"]),
    asked("q5", "nobody knows?", ["x"], answerable=False),
    asked("q6", "made up?", ["x"], answerable=False),
    asked("q7", "no gold?", ["port"], gold_docs=[]),
]
ANSWERS = {
    "when?": answer(
        ("The port burned in 1958.", ["corpus:d1", "corpus:d2"]), ("More.", ["ira:1"]), short="1958"
    ),
    "متى؟": answer(("احترق الميناء عام ١٩٥٨", ["corpus:d2"]), short="الميناء عام 1958"),
    # the needle stands beyond the 400th character of the first three sentences
    "late?": answer(("x" * 395, ["corpus:d1"]), ("a needle", ["corpus:d1"]), status="partial"),
    "made up?": answer(("Made up.", ["corpus:d2"])),
    "no gold?": answer(("The port.", ["corpus:d2"]), short="the Port"),
}


@pytest.fixture
def product() -> CannedProduct:
    return CannedProduct(answers=ANSWERS)


def run(product: CannedProduct, folder: Path, predictions: Path | None = None) -> Evaluation:
    async def score() -> Evaluation:
        return await evaluate("answers", folder, opening(product), predictions=predictions)

    return anyio.run(score)


def test_figures_are_those_worked_out_by_hand(product: CannedProduct, tmp_path: Path) -> None:
    folder = write_set(tmp_path / "tiny", corpus=CORPUS, questions=QUESTIONS)
    result = run(product, folder)
    # answerable: q1 q2 q3 q4 q7 (q4 refused); unanswerable: q5 (abstained), q6 (answered)
    assert result["metrics"] == pytest.approx(
        {
            "answer_hit": 3 / 5,
            # q1 1 of 3, q2 1 of 1, q3 2 of 2, q6 0 of 1; q7 has no gold documents
            "cited_right": 4 / 7,
            "em": 2 / 5,  # q1, q7
            "f1": (1 + 2 * 2 / (3 + 2) + 1) / 5,
            "abstain_recall": 1 / 2,
            "false_abstain": 1 / 5,
            # 24 + 5, 22, 395 + 8, 8, 9
            "shown_chars": (29 + 22 + 403 + 8 + 9) / 5,
            "citation_precision": 0.0,  # "evidence" carries nothing that is said
            "citation_recall": 0.0,
            "answer_seconds": 0.0,
        },
        abs=1e-6,
    )
    assert result["counts"] == {
        "documents": 2,
        "refused": 0,
        "questions": 7,
        "answerable": 5,
        "answered": 5,
    }
    assert result["by_lang"]["ar"]["cited_right"] == 1.0
    assert result["by_lang"]["ar"]["abstain_recall"] is None


def test_a_figure_over_nothing_is_null(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "tiny", corpus=CORPUS, questions=[QUESTIONS[0]])
    result = run(CannedProduct(), folder)
    assert result["metrics"]["false_abstain"] == 1.0
    assert result["metrics"]["cited_right"] is None
    assert result["metrics"]["abstain_recall"] is None
    assert result["metrics"]["shown_chars"] is None
    assert "cited_right" not in result["ci95"]
    assert result["by_lang"] == {}


def test_only_the_first_three_sentences_are_shown_first(product: CannedProduct) -> None:
    one = Asked(id="q", question="?", answers=["needle"], answerable=True)
    names = Names([])

    def hit(*sentences: str) -> float:
        product.answers = {"?": answer(*((text, ["corpus:d1"]) for text in sentences))}
        outcome = anyio.run(ask, product, Question(text="?"), names)
        return figures(one, outcome)["answer_hit"].part

    assert hit("a", "b", "needle") == 1.0
    assert hit("a", "b", "c", "needle") == 0.0
    assert hit("x" * 393, "needle") == 1.0
    assert hit("x" * 394, "needle") == 0.0
    assert hit("need", "le") == 0.0


def test_an_abstention_scores_nothing_whatever_it_carries(product: CannedProduct) -> None:
    product.answers = {"?": answer(("needle", ["corpus:d1"]), short="needle", status="abstained")}
    outcome = anyio.run(ask, product, Question(text="?"), Names([]))
    row = figures(Asked(id="q", question="?", answers=["needle"], answerable=True), outcome)
    assert {name: share.part for name, share in row.items()} == {
        "answer_hit": 0.0,
        "em": 0.0,
        "f1": 0.0,
        "false_abstain": 1.0,
    }


def test_the_predictions_hold_what_was_scored(product: CannedProduct, tmp_path: Path) -> None:
    folder = write_set(tmp_path / "tiny", corpus=CORPUS, questions=QUESTIONS)
    run(product, folder, tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["_id"] for line in lines] == ["q1", "q2", "q3", "q4", "q5", "q6", "q7"]
    assert lines[0] == {
        "_id": "q1",
        "status": "answered",
        "reason": None,
        "sentences": ["The port burned in 1958.", "More."],
        "short_answer": "1958",
        "cited": ["d1", "d2", "ira:1"],
    }
    assert lines[4] == {
        "_id": "q5",
        "status": "abstained",
        "reason": "no_evidence",
        "sentences": [],
        "short_answer": None,
        "cited": [],
    }


def test_asking_uses_the_defaults(product: CannedProduct, tmp_path: Path) -> None:
    folder = write_set(tmp_path / "tiny", corpus=CORPUS, questions=QUESTIONS)
    run(product, folder)
    assert product.questions == [Question(text=str(one["question"])) for one in QUESTIONS]


def document(name: str, created_at: str | None) -> Document:
    return Document(id=name, text="x", metadata={"created_at": created_at})  # type: ignore[arg-type]


JAN_8 = datetime(2026, 1, 8, 12, tzinfo=UTC)
JAN_9 = datetime(2026, 1, 9, 12, tzinfo=UTC)
DATES = {"early": JAN_8.replace(day=1), "late": JAN_9, "undated": None}


@pytest.mark.parametrize(
    ("docs", "dates", "as_of"),
    [
        (["early"], DATES, JAN_8),
        (["early", "late"], DATES, JAN_9),  # it was found when asked, so it may be read
        (["early", "undated"], DATES, None),  # it stands at its ingest, which is later
        (["early", "unknown"], DATES, JAN_8),
        ([], DATES, JAN_8),
        (None, DATES, None),
        (None, {"early": DATES["early"], "late": JAN_9}, JAN_8),
    ],
)
def test_a_question_is_asked_at_its_time_unless_that_hides_what_it_came_with(
    docs: list[str] | None, dates: dict[str, datetime | None], as_of: datetime | None
) -> None:
    one = Asked(
        id="q",
        question="what?",
        answers=[],
        answerable=True,
        docs=docs,
        asked_at="2026-01-08T12:00:00Z",
    )
    question = question_of(one, Names([]), dates)
    assert question.as_of == as_of
    only = None if docs is None else frozenset(f"corpus:{name}" for name in docs)
    assert question.filters == Filters(only=only)  # type: ignore[arg-type]


def test_a_question_without_a_time_is_asked_now() -> None:
    one = Asked(id="q", question="what?", answers=[], answerable=True, docs=["early"])
    assert question_of(one, Names([]), DATES).as_of is None


TEXTS = st.text(string.ascii_letters + " ابتث", min_size=1, max_size=20)
POSTS = st.lists(st.sampled_from(["corpus:d1", "corpus:d2", "ira:9"]), min_size=1, max_size=3)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(TEXTS, POSTS), max_size=5), st.none() | TEXTS)
def test_the_sentences_scored_are_those_that_ask_gives(
    sentences: list[tuple[str, list[str]]], short: str | None
) -> None:
    product = CannedProduct(answers={"q": answer(*sentences, short=short)})
    names = Names([Document(id="d1", text="x"), Document(id="d2", text="x")])

    async def both() -> None:
        outcome = await ask(product, Question(text="q"), names)
        events = [event async for event in product.ask(Question(text="q"))]
        assert isinstance(events[-1], Finished)
        told = events[-1].answer
        assert list(outcome.sentences) == [sentence.text for sentence in told.sentences]
        assert outcome.short_answer == told.short_answer
        assert [one.removeprefix("corpus:") for _, cited in sentences for one in cited] == list(
            outcome.cited
        )

    anyio.run(both)


def test_an_answer_that_never_finishes_is_an_error() -> None:
    class Unfinished(CannedProduct):
        async def ask(self, question: Question):  # type: ignore[no-untyped-def]  # as a product that breaks
            async for event in super().ask(question):
                if not isinstance(event, Finished):
                    yield event

    with pytest.raises(SiyaqError, match="ended before it was finished"):
        anyio.run(ask, Unfinished(), Question(text="q"), Names([]))


def test_a_limit_asks_some_questions_spread_over_the_set(
    product: CannedProduct, tmp_path: Path
) -> None:
    directory = write_set(tmp_path / "set", corpus=CORPUS, questions=QUESTIONS)
    result = anyio.run(lambda: evaluate("answers", directory, opening(product), limit=3))
    assert result["counts"]["questions"] == 3
    assert result["counts"]["questions_in_set"] == len(QUESTIONS)
    assert [one.text for one in product.questions] == [
        QUESTIONS[at]["question"] for at in (0, 2, 4)
    ]


def test_what_a_model_cost_stands_beside_how_good_it_was(
    product: CannedProduct, tmp_path: Path
) -> None:
    usage = Usage(seconds=2.0, input_tokens=30, output_tokens=8)
    said = {
        question: replace(one, model="gguf:m" if question == "when?" else "extractive", usage=usage)
        for question, one in ANSWERS.items()
    }
    directory = write_set(tmp_path / "set", corpus=CORPUS, questions=QUESTIONS[:3])
    product = CannedProduct(answers=said)
    result = anyio.run(lambda: evaluate("answers", directory, opening(product), model="gguf:m"))
    metrics = result["metrics"]
    assert [one.model for one in product.questions] == ["gguf:m"] * 3
    assert metrics["written"] == pytest.approx(1 / 3)
    assert (metrics["input_tokens"], metrics["output_tokens"]) == (30.0, 8.0)
    assert metrics["answer_seconds"] == 2.0
    plain = anyio.run(lambda: evaluate("answers", directory, opening(product)))
    assert "written" not in plain["metrics"]


def test_only_answers_have_models_and_limits(product: CannedProduct, tmp_path: Path) -> None:
    told = pytest.raises(QueryError, match="asks no questions")
    with told:
        anyio.run(lambda: evaluate("retrieval", tmp_path, opening(product), model="gguf:m"))
    with told:
        anyio.run(lambda: evaluate("retrieval", tmp_path, opening(product), limit=3))
