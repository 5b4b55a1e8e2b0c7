"""The task `retrieval`, against a product whose rankings are known."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest

from siyaq.core.errors import QueryError, Unreadable
from siyaq.core.ids import PostId
from siyaq.core.query import Filters
from siyaq.evals import TASKS, Evaluation, evaluate
from siyaq.evals.run import PLANNED

from .canned import CannedProduct, opening, write_set

CORPUS: list[Mapping[str, object]] = [
    {
        "_id": "d1",
        "title": "Port",
        "text": "A fire in the port",
        "metadata": {"lang": "en", "created_at": "2020-01-26T04:21:34Z", "author": "Reporter"},
    },
    {"_id": "d2", "title": "", "text": "حريق في الميناء", "metadata": {"lang": "ar"}},
    {"_id": "d3", "title": "Only a title", "text": " ", "metadata": {"lang": "en"}},
    {"_id": "d4", "title": "", "text": "", "metadata": {"lang": "en"}},
    {"_id": "d5", "title": "", "text": "five"},
]
QUERIES: list[Mapping[str, object]] = [
    {"_id": "q1", "text": "fire", "metadata": {"lang": "en"}},
    {"_id": "q2", "text": "حريق", "metadata": {"lang": "ar"}},
    {"_id": "q3", "text": "refuse me", "metadata": {"lang": "en"}},
    {"_id": "q4", "text": "not judged", "metadata": {"lang": "ar"}},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td5\t1\nq2\td2\t1\nq3\td1\t1\nq4\td1\t0\n"
RANKINGS = {
    # d5 is a copy folded into the first hit: it comes second once expanded
    "fire": [["corpus:d2", "corpus:d5"], ["ira:77"], ["corpus:d1"]],
    "حريق": [["corpus:d2"]],
    "not judged": [["corpus:d1"]],
}


@pytest.fixture
def product() -> CannedProduct:
    return CannedProduct(rankings=RANKINGS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_set(tmp_path / "tiny", corpus=CORPUS, queries=QUERIES, qrels=QRELS)


def run(
    product: CannedProduct,
    folder: Path,
    *,
    predictions: Path | None = None,
    bury: Path | None = None,
) -> Evaluation:
    async def score() -> Evaluation:
        return await evaluate(
            "retrieval", folder, opening(product), predictions=predictions, bury=bury
        )

    return anyio.run(score)


def test_figures_are_those_worked_out_by_hand(product: CannedProduct, folder: Path) -> None:
    result = run(product, folder)
    # q1: relevant at ranks 2 and 4; q2: at rank 1; q3: refused, so nothing; q4: not judged
    assert result["metrics"] == pytest.approx(
        {
            "MRR": (1 / 2 + 1 + 0) / 3,
            "hit@1": 1 / 3,
            "R@5": 2 / 3,
            "MAP": ((1 / 2 + 2 / 4) / 2 + 1) / 3,
            "nDCG@10": ((1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3)) + 1) / 3,
            "MAP@5": (1 / 2 + 1) / 3,
        },
        abs=1e-6,
    )
    assert result["task"] == "retrieval"
    assert result["set"] == "tiny"
    assert result["counts"] == {
        "documents": 5,
        "refused": 1,
        "queries": 4,
        "queries_scored": 3,
    }
    assert result["by_lang"]["ar"]["MRR"] == 1.0
    assert result["by_lang"]["en"]["MRR"] == 0.25
    low, high = result["ci95"]["MRR"]
    assert 0.0 <= low < 0.5 < high <= 1.0


def test_the_corpus_is_ingested_as_vouched_for_posts(product: CannedProduct, folder: Path) -> None:
    run(product, folder)
    assert product.imported == [True]
    assert product.ingested == [
        {
            "id": "d1",
            "source": "corpus",
            "text": "A fire in the port",
            "title": "Port",
            "lang": "en",
            "created_at": "2020-01-26T04:21:34Z",
            "author": {"id": "Reporter", "handle": "Reporter"},
        },
        {"id": "d2", "source": "corpus", "text": "حريق في الميناء", "lang": "ar"},
        {"id": "d3", "source": "corpus", "text": "Only a title", "lang": "en"},
        {"id": "d5", "source": "corpus", "text": "five"},
    ]


def test_searching_uses_the_defaults_but_for_depth(product: CannedProduct, folder: Path) -> None:
    run(product, folder)
    assert {query.k for query in product.queries} == {100}
    assert {query.filters for query in product.queries} == {Filters()}
    assert {query.as_of for query in product.queries} == {None}


def test_candidates_are_the_only_posts_searched(product: CannedProduct, tmp_path: Path) -> None:
    candidates: list[Mapping[str, object]] = [{"_id": "q2", "candidates": ["d2", "d4"]}]
    folder = write_set(
        tmp_path / "set", corpus=CORPUS, queries=QUERIES, qrels=QRELS, candidates=candidates
    )
    run(product, folder)
    only = {query.text: query.filters.only for query in product.queries}
    assert only["حريق"] == frozenset(map(PostId, ("corpus:d2", "corpus:d4")))
    assert only["fire"] is None


def test_nothing_depends_on_the_name_of_a_set(product: CannedProduct, folder: Path) -> None:
    first = run(product, folder)
    copy = Path(shutil.copytree(folder, folder.parent / "elsewhere" / "aured-xquad"))
    second = run(CannedProduct(rankings=RANKINGS), copy)
    assert second["set"] == "aured-xquad"
    assert {**second, "set": "", "seconds": 0} == {**first, "set": "", "seconds": 0}


def test_the_run_holds_what_was_scored(product: CannedProduct, folder: Path) -> None:
    path = folder.parent / "run.txt"
    run(product, folder, predictions=path)
    assert path.read_text().splitlines() == [
        "q1 Q0 d2 1 100 siyaq",
        "q1 Q0 d5 2 99 siyaq",
        "q1 Q0 ira:77 3 98 siyaq",
        "q1 Q0 d1 4 97 siyaq",
        "q2 Q0 d2 1 100 siyaq",
        "q4 Q0 d1 1 100 siyaq",
    ]


def test_copies_count_towards_the_depth(tmp_path: Path) -> None:
    queries: list[Mapping[str, object]] = [{"_id": "q 1", "text": "many"}]
    folder = write_set(
        tmp_path / "set", corpus=CORPUS, queries=queries, qrels="q 1\tcorpus-id\t1\n"
    )
    hits = [[f"ira:n{n}", f"ira:copy{n}"] for n in range(80)]
    run(CannedProduct(rankings={"many": hits}), folder, predictions=tmp_path / "run")
    lines = (tmp_path / "run").read_text().splitlines()
    assert len(lines) == 100
    assert lines[-1] == "q%201 Q0 ira:copy49 100 1 siyaq"


def test_buried_posts_are_searchable_and_relevant_to_nothing(
    product: CannedProduct, folder: Path
) -> None:
    bury = folder.parent / "posts.jsonl"
    bury.write_text('{"id": "77", "source": "ira", "text": "noise"}\n{"id": "d1", "text": "x"}')
    result = run(product, folder, bury=bury)
    assert [one["id"] for one in product.ingested] == ["77", "d1", "d1", "d2", "d3", "d5"]
    assert product.imported == [True, True]
    assert result["counts"]["buried"] == 2
    assert result["counts"]["documents"] == 5


def test_progress_is_told_to_the_end(product: CannedProduct, folder: Path) -> None:
    told: list[tuple[int, int, str]] = []

    async def score() -> None:
        await evaluate(
            "retrieval",
            folder,
            opening(product),
            on_progress=lambda done, total, what: told.append((done, total, what)),
        )

    anyio.run(score)
    assert (4, 4, "searching") in told
    assert (4, 4, "embedding") in told
    assert (2, 4, "embedding") in told


def test_the_directory_is_gone_afterwards(product: CannedProduct, folder: Path) -> None:
    run(product, folder)
    assert product.directory is not None
    assert not product.directory.exists()


@pytest.mark.parametrize("task", [task for task in PLANNED if task not in TASKS])
def test_a_task_that_is_not_built_says_so(task: str, folder: Path) -> None:
    with pytest.raises(QueryError, match=f"'{task}' is not available yet") as refusal:
        anyio.run(evaluate, task, folder, opening(CannedProduct()))
    assert refusal.value.hint == f"available: {', '.join(TASKS)}"


@pytest.mark.parametrize("task", ["", "run", "../retrieval", "first_seen", "Answers"])
def test_an_unknown_task_is_refused(task: str, folder: Path) -> None:
    with pytest.raises(QueryError, match="is not known"):
        anyio.run(evaluate, task, folder, opening(CannedProduct()))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"no folder .*gone"):
        anyio.run(evaluate, "retrieval", tmp_path / "gone", opening(CannedProduct()))
