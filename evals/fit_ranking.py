"""Fit the weights of ranking, and show what they do on sets they were not fitted on.

`python evals/fit_ranking.py --across|--same FOLDER...`: folders of the task `retrieval`, all with
posts in the language of the questions (`--same`) or all in another (`--across`). Prints the
weights for `siyaq.retrieval.fuse`, and for each folder its mean reciprocal rank with the weights
in use, with the new ones, and with ones that were fitted on the other folders alone.

The fit is a conditional logit over the candidates of each question (listwise logistic, ridge),
every folder counting the same. Only sets whose license lets a model be released are to be used:
XQuAD (CC BY-SA 4.0) and ARCD (MIT).
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from siyaq.app.opening import open_siyaq
from siyaq.config import load
from siyaq.core.clock import SystemClock
from siyaq.core.query import Query
from siyaq.evals import folder
from siyaq.evals.corpus import Names
from siyaq.evals.corpus import load as ingest
from siyaq.index import IndexReader
from siyaq.log import LogReader
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval import Retriever
from siyaq.retrieval.fuse import ACROSS_LANGUAGES, SAME_LANGUAGE, Signals, Weights, relative

DEPTH = 100
RIDGE = 1e-3
ROUNDS = 30

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its candidates' signals, a row each, and which row is the one looked for."""

    rows: Matrix
    wanted: int


async def gather(directory: Path, names: Sequence[str]) -> list[Asked]:
    """Return what the retriever knew of the candidates of every question of a folder."""
    documents = folder.read_corpus(directory)
    judgments = folder.read_judgments(folder.require_file(directory, "qrels.tsv"))
    called = Names(documents)
    found: list[Asked] = []
    with tempfile.TemporaryDirectory() as data:
        config = load(environ={}, flags={"data": data})
        async with open_siyaq(config, write=True) as product:
            await ingest(product, documents, None, lambda *_: None)
        with (
            LogReader.open(Path(data)) as log,
            closing(IndexReader.open(Path(data))) as searcher,
            BuiltinEmbedder() as embedder,
        ):
            retriever = Retriever(searcher, log, embedder, SystemClock())
            for query in folder.read_all(directory, "queries.jsonl", folder.TextQuery):
                hits = retriever.rank(Query(text=query.text, k=DEPTH)).hits
                relevant = judgments.get(query.id, {})
                wanted = [
                    place
                    for place, hit in enumerate(hits)
                    if any(relevant.get(called.document(one)) for one in (hit.post.id, *hit.copies))
                ]
                if wanted:
                    signals = relative([Signals(**hit.parts) for hit in hits])
                    rows = [[getattr(one, name) for name in names] for one in signals]
                    found.append(Asked(np.asarray(rows), wanted[0]))
    return found


def fit(sets: Sequence[Sequence[Asked]]) -> Matrix:
    """Return the weights, one a column, by Newton's method."""
    every = np.vstack([asked.rows for one in sets for asked in one])
    spread = every.std(axis=0) + 1e-9
    weights = np.zeros(every.shape[1])
    for _ in range(ROUNDS):
        slope, curve = 2 * RIDGE * weights, 2 * RIDGE * np.eye(len(weights))
        for one in sets:
            for asked in one:
                rows = asked.rows / spread
                merit = rows @ weights
                chance = np.exp(merit - merit.max())
                chance /= chance.sum()
                mean = chance @ rows
                slope += (mean - rows[asked.wanted]) / len(one) / len(sets)
                curve += ((rows.T * chance) @ rows - np.outer(mean, mean)) / len(one) / len(sets)
        weights -= np.linalg.solve(curve, slope)
    return weights / spread


def reciprocal_rank(sets: Sequence[Asked], weights: Matrix) -> float:
    """Return the mean reciprocal rank of what was looked for among the candidates."""
    ranks = []
    for asked in sets:
        merit = asked.rows @ weights
        ranks.append(1 + np.count_nonzero(merit > merit[asked.wanted]))
    return float(np.mean(1 / np.asarray(ranks)))


def report(directories: Sequence[Path], used: Weights) -> list[str]:
    """Return the weights and the figures of each folder, a line each."""
    names = list(used)
    sets = [asyncio.run(gather(directory, names)) for directory in directories]
    fitted = fit(sets)
    lines = [str(dict(zip(names, fitted.round(2).tolist(), strict=True)))]
    for place, directory in enumerate(directories):
        others = [one for at, one in enumerate(sets) if at != place]
        figures = {
            "in use": reciprocal_rank(sets[place], np.asarray([used[name] for name in names])),
            "fitted": reciprocal_rank(sets[place], fitted),
        }
        if others:
            figures["held out"] = reciprocal_rank(sets[place], fit(others))
        told = ", ".join(f"{what} {figure:.4f}" for what, figure in figures.items())
        lines.append(f"{directory.name}: {told}")
    return lines


if __name__ == "__main__":
    chosen = ACROSS_LANGUAGES if sys.argv[1] == "--across" else SAME_LANGUAGE
    folders = [Path(name) for name in sys.argv[2:]]
    sys.stdout.write("\n".join(report(folders, chosen)) + "\n")
