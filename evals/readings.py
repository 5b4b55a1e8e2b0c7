"""What was read for each question of an evaluation folder: material for the fitting scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from siyaq.app.opening import open_siyaq
from siyaq.config import load
from siyaq.core.clock import SystemClock
from siyaq.core.query import Query, Understood
from siyaq.evals import folder, match
from siyaq.evals.corpus import Names
from siyaq.evals.corpus import load as ingest
from siyaq.evals.tasks.answers import question_of
from siyaq.grounding.answerer import HITS
from siyaq.grounding.reading import read
from siyaq.grounding.unit import Unit
from siyaq.index import IndexReader
from siyaq.log import LogReader
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval import Retriever
from siyaq.retrieval.vectors import Vectors


@dataclass(frozen=True)
class Read:
    """A question, how it was understood, the units read, and which of them hold the answer."""

    asked: folder.Asked
    understood: Understood
    units: tuple[Unit, ...]
    right: tuple[bool, ...]


def readings(directory: Path, data: Path) -> Iterator[Read]:
    """Yield what is read for each question. `data` keeps the corpus for the next time."""
    documents = folder.read_corpus(directory)
    if not data.exists():
        data.mkdir(parents=True)
        asyncio.run(_ingest(data, documents))
    names = Names(documents)
    dates = {document.id: document.created_at for document in documents}
    with (
        LogReader.open(data) as log,
        closing(IndexReader.open(data)) as searcher,
        BuiltinEmbedder() as embedder,
    ):
        retriever = Retriever(searcher, log, embedder, SystemClock())
        for asked in folder.read_all(directory, "questions.jsonl", folder.Asked):
            question = question_of(asked, names, dates)
            query = Query(
                text=question.text, k=HITS, filters=question.filters, as_of=question.as_of
            )
            ranking = retriever.rank(query)
            units: tuple[Unit, ...] = ()
            if ranking.hits:
                text, vectors = ranking.understood.text, Vectors(embedder)
                units = read(text, ranking.hits, searcher, vectors).units
            right = tuple(_answers(unit, asked, names) for unit in units)
            yield Read(asked, ranking.understood, units, right)


def _answers(unit: Unit, asked: folder.Asked, names: Names) -> bool:
    known = not asked.gold_docs or names.document(unit.hit.post.id) in asked.gold_docs
    return known and bool(match.contains(unit.text, asked.answers))


async def _ingest(data: Path, documents: list[folder.Document]) -> None:
    config = load(environ={}, flags={"data": str(data)})
    async with open_siyaq(config, write=True) as product:
        await ingest(product, documents, None, lambda *_: None)
