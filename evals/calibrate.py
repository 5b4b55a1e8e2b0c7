"""Fit the support of an answer, and show what each bar lets through.

`python evals/calibrate.py FOLDER...`: folders of the task `answers` whose questions are partly
unanswerable. Prints the coefficients for `siyaq.grounding.weigh.support`, and for each folder
the share of unanswerable questions below each bar beside the share of answerable ones.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from siyaq.app.opening import open_siyaq
from siyaq.config import load
from siyaq.core.clock import SystemClock
from siyaq.core.query import Query
from siyaq.evals import folder
from siyaq.evals.corpus import load as ingest
from siyaq.grounding.reading import Unit, read
from siyaq.grounding.weigh import weight
from siyaq.index import IndexReader
from siyaq.log import LogReader
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval import Retriever

SIGNALS = ("score", "covered", "covered_around", "cosine", "grams")
BARS = (0.05, 0.1, 0.18, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
Matrix = npt.NDArray[np.float64]


def signals(unit: Unit) -> list[float]:
    """Return what `support` weighs, in the order of SIGNALS."""
    return [unit.hit.score, unit.covered, unit.covered_around, unit.cosine, unit.grams]


async def gather(directory: Path) -> tuple[Matrix, Matrix]:
    """Return the signals of the best unit of each question, and whether it can be answered."""
    rows: list[list[float]] = []
    answerable: list[float] = []
    with tempfile.TemporaryDirectory() as data:
        config = load(environ={}, flags={"data": data})
        async with open_siyaq(config, write=True) as product:
            await ingest(product, folder.read_corpus(directory), None, lambda *_: None)
        with (
            LogReader.open(Path(data)) as log,
            closing(IndexReader.open(Path(data))) as searcher,
            BuiltinEmbedder() as embedder,
        ):
            retriever = Retriever(searcher, log, embedder, SystemClock())
            for question in folder.read_all(directory, "questions.jsonl", folder.Asked):
                ranking = retriever.rank(Query(text=question.question))
                text = ranking.understood.text
                reading = read(text, ranking.hits, searcher, embedder.embed([text])[0])
                if reading.units:
                    best = max(reading.units, key=lambda unit: weight(unit, reading.asked))
                    rows.append(signals(best))
                    answerable.append(float(question.answerable))
    return np.asarray(rows), np.asarray(answerable)


def fit(rows: Matrix, answerable: Matrix) -> tuple[Matrix, float]:
    """Return coefficients and intercept of a ridge logistic regression, classes balanced."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    known = np.c_[(rows - mean) / spread, np.ones(len(rows))]
    share = answerable.mean()
    importance = np.where(answerable > 0, 0.5 / share, 0.5 / (1 - share)) / len(rows)
    weights = np.zeros(known.shape[1])
    for _ in range(50):  # Newton's method; it has converged long before
        guess = 1 / (1 + np.exp(-known @ weights))
        slope = known.T @ ((guess - answerable) * importance) + 1e-3 * weights
        curve = (known.T * (guess * (1 - guess) * importance)) @ known
        weights -= np.linalg.solve(curve + 1e-3 * np.eye(len(weights)), slope)
    coefficients = weights[:-1] / spread
    return coefficients, float(weights[-1] - coefficients @ mean)


def report(directories: Sequence[Path]) -> list[str]:
    """Return the fit over all folders, and its errors in each, a line each."""
    gathered = {directory: asyncio.run(gather(directory)) for directory in directories}
    coefficients, intercept = fit(
        np.vstack([rows for rows, _ in gathered.values()]),
        np.concatenate([answerable for _, answerable in gathered.values()]),
    )
    fitted = dict(zip(SIGNALS, coefficients.round(2).tolist(), strict=True))
    lines = [f"{fitted} {intercept:+.2f}"]
    for directory, (rows, answerable) in gathered.items():
        supports = 1 / (1 + np.exp(-(rows @ coefficients + intercept)))
        for bar in BARS:
            below = supports < bar
            shares = [f"{below[answerable == kind].mean():.3f}" for kind in (0, 1)]
            lines.append(f"{directory.name} {bar:.2f}: below {shares[0]} of the unanswerable,")
            lines[-1] += f" {shares[1]} of the others"
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(report([Path(name) for name in sys.argv[1:]])) + "\n")
