"""What `siyaq eval` scores is what `siyaq ask` and `siyaq search` give, on the real product."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from siyaq.app.opening import open_siyaq
from siyaq.config import load
from siyaq.core.answer import Finished, Question
from siyaq.core.product import Product
from siyaq.core.query import Query
from siyaq.evals import evaluate
from tests.app.conftest import send

CORPUS = [
    {"_id": "d1", "title": "Ferry", "text": "The night ferry leaves pier four at 23:15."},
    {"_id": "d2", "title": "Market", "text": "A kilo of sardines costs 30 crowns at the market."},
    {
        "_id": "d3",
        "title": "",
        "text": "أُعيد فتح الجسر القديم صباح اليوم بعد ثلاثة أسابيع من الإصلاح.",
    },
]
QUESTIONS = {
    "q1": "When does the night ferry leave?",
    "q2": "How much is a kilo of sardines?",
    "q3": "متى أُعيد فتح الجسر القديم؟",
    "q4": "Who composed the opera Aida?",
}


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@asynccontextmanager
async def fresh(directory: Path) -> AsyncIterator[Product]:
    flags: dict[str, str | int | None] = {"data": str(directory), "embed.processes": 0}
    async with open_siyaq(load(environ={}, flags=flags), write=True) as siyaq:
        yield siyaq


def make_folder(folder: Path) -> None:
    folder.mkdir()
    rows: list[dict[str, object]] = [doc | {"metadata": {}} for doc in CORPUS]
    write_lines(folder / "corpus.jsonl", rows)
    write_lines(
        folder / "questions.jsonl",
        [
            {"_id": name, "question": text, "lang": "en", "answers": ["x"], "gold_docs": ["d1"]}
            | {"answerable": True}
            for name, text in QUESTIONS.items()
        ],
    )
    write_lines(
        folder / "queries.jsonl",
        [{"_id": name, "text": text, "metadata": {}} for name, text in QUESTIONS.items()],
    )
    qrels = "".join(f"{name}\td1\t1\n" for name in QUESTIONS)
    (folder / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\n{qrels}")


async def told(tmp_path: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Ask and search the product directly; return sentences and ranked ids."""
    flags: dict[str, str | int | None] = {"data": str(tmp_path / "asked"), "embed.processes": 0}
    async with open_siyaq(load(environ={}, flags=flags), write=True) as siyaq:
        lines = [
            {"id": doc["_id"], "source": "corpus", "title": doc["title"], "text": doc["text"]}
            for doc in CORPUS
        ]
        await send(siyaq, *lines)
        answers: dict[str, list[str]] = {}
        ranked: dict[str, list[str]] = {}
        for name, text in QUESTIONS.items():
            async for event in siyaq.ask(Question(text=text)):
                if isinstance(event, Finished):
                    answers[name] = [sentence.text for sentence in event.answer.sentences]
            hits = (await siyaq.search(Query(text=text, k=100))).hits
            ranked[name] = [hit.post.native_id for hit in hits]
    return answers, ranked


def test_eval_scores_what_ask_and_search_give(tmp_path: Path) -> None:
    folder = tmp_path / "some-set"
    make_folder(folder)
    answers, ranked = asyncio.run(told(tmp_path))
    assert any(answers.values())
    predicted = tmp_path / "answers.jsonl"
    asyncio.run(evaluate("answers", folder, fresh, predictions=predicted))
    rows = [json.loads(line) for line in predicted.read_text(encoding="utf-8").splitlines()]
    assert {row["_id"]: row["sentences"] for row in rows} == answers
    run = tmp_path / "run.txt"
    asyncio.run(evaluate("retrieval", folder, fresh, predictions=run))
    found: dict[str, list[str]] = {name: [] for name in QUESTIONS}
    for line in run.read_text(encoding="utf-8").splitlines():
        name, _, document, *_ = line.split()
        found[name].append(document)
    assert found == ranked
