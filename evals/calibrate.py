"""Fit what `siyaq.grounding.weigh` weighs, and show what each bar lets through.

`python evals/calibrate.py DATA FOLDER...`: folders of the task `answers` whose questions are
partly unanswerable; corpora are kept in DATA. Prints RANKING, SUPPORT and ABOUT fitted on all
folders; for each folder how well ABOUT parts the answerable questions from the rest, fitted on the
others, and on all but a fifth of the documents in turn; and for each language the bar that refuses
FALSE_ABSTAIN of the answerable questions, by the latter.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from readings import Read, readings

from siyaq.grounding.judge import Judge
from siyaq.grounding.weigh import ABOUT, RANKING, SUPPORT, about_signals, signals
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval.alignment import WordAlignment

BARS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
FALSE_ABSTAIN = 0.045
PARTS = 5
RIDGE = 5.0
Matrix = npt.NDArray[np.float64]
Fit = tuple[Matrix, float]


def fit_ranking(lists: Sequence[tuple[Matrix, Matrix]]) -> Matrix:
    """Return coefficients that put right units before wrong ones (listwise softmax, ridge)."""
    every = np.vstack([rows for rows, _ in lists])
    spread = every.std(axis=0) + 1e-6
    weights = np.zeros(every.shape[1])
    for _ in range(30):  # Newton's method, its steps at most 1
        slope, curve = RIDGE * weights, RIDGE * np.eye(len(weights))
        for rows, right in lists:
            scaled = (rows - rows.mean(axis=0)) / spread
            share = np.exp(scaled @ weights - (scaled @ weights).max())
            share /= share.sum()
            wanted = share * right / (share @ right)
            middle = scaled.T @ share
            slope = slope + scaled.T @ (share - wanted)
            curve = curve + (scaled.T * share) @ scaled - np.outer(middle, middle)
        step = np.linalg.solve(curve, slope)
        weights -= step * min(1.0, 1.0 / np.abs(step).max())
        if np.abs(step).max() < 1e-3:
            break
    return weights / spread


def fit_support(rows: Matrix, answerable: Matrix) -> Fit:
    """Return coefficients and intercept of a ridge logistic regression, classes balanced."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    known = np.c_[(rows - mean) / spread, np.ones(len(rows))]
    part = answerable.mean()
    importance = np.where(answerable > 0, 0.5 / part, 0.5 / (1 - part)) / len(rows)
    weights = np.zeros(known.shape[1])
    for _ in range(50):  # Newton's method; it has converged long before
        guess = 1 / (1 + np.exp(-known @ weights))
        slope = known.T @ ((guess - answerable) * importance) + 1e-2 * weights
        curve = (known.T * (guess * (1 - guess) * importance)) @ known
        weights -= np.linalg.solve(curve + 1e-2 * np.eye(len(weights)), slope)
    coefficients = weights[:-1] / spread
    return coefficients, float(weights[-1] - coefficients @ mean)


def lists_of(reads: Iterable[Read]) -> list[tuple[Matrix, Matrix]]:
    """Return the signals of the units of each answerable question, and which are right."""
    return [
        (
            np.array([[signals(unit)[name] for name in RANKING] for unit in one.units]),
            np.array(one.right, dtype=float),
        )
        for one in reads
        if one.asked.answerable and any(one.right)
    ]


class Best(NamedTuple):
    """The best unit of each question of a folder, as it is weighed, and what is known of it."""

    support: Matrix
    about: Matrix
    answerable: Matrix
    arabic: npt.NDArray[np.bool_]
    part: npt.NDArray[np.int64]  # questions of one document are in one part

    @classmethod
    def of(cls, reads: Iterable[Read], alignment: WordAlignment) -> Best:
        """Weigh the best unit of each question for which anything was found."""
        found = [one for one in reads if one.units]
        judges = [Judge(one.understood, {}, alignment, frozenset()) for one in found]
        own = [signals(one.units[0]) for one in found]
        about = [
            about_signals(one.units[0], judge.around(one.units[0]))
            for one, judge in zip(found, judges, strict=True)
        ]
        parts = [zlib.crc32((one.asked.gold_docs or [one.asked.id])[0].encode()) for one in found]
        return cls(
            np.array([[row[name] for name in SUPPORT] for row in own]),
            np.array([[row[name] for name in ABOUT] for row in about]),
            np.array([one.asked.answerable for one in found], dtype=float),
            np.array([one.understood.lang == "ar" for one in found]),
            np.array(parts) % PARTS,
        )


def likely(fit: Fit, rows: Matrix) -> Matrix:
    """Return what a logistic fit says of each row."""
    said: Matrix = 1 / (1 + np.exp(-(rows @ fit[0] + fit[1])))
    return said


def parted(folders: Sequence[Best]) -> list[Matrix]:
    """Return ABOUT of each question, fitted on the documents of the other parts."""
    found = [np.zeros(len(one.answerable)) for one in folders]
    for part in range(PARTS):
        known = [one.part != part for one in folders]
        pairs = list(zip(folders, known, strict=True))
        fit = fit_support(
            np.vstack([one.about[rows] for one, rows in pairs]),
            np.concatenate([one.answerable[rows] for one, rows in pairs]),
        )
        for told, (one, rows) in zip(found, pairs, strict=True):
            told[~rows] = likely(fit, one.about[~rows])
    return found


def shown(name: str, fit: Fit) -> str:
    """Return a fit as a line to be copied."""
    names = SUPPORT if name == "SUPPORT" else ABOUT
    return f"{name} {dict(zip(names, fit[0].round(2).tolist(), strict=True))} {fit[1]:+.2f}"


def report(gathered: dict[str, list[Read]], alignment: WordAlignment) -> list[str]:
    """Return the fits over all folders, and each folder's errors under fits that know less."""
    ranking = fit_ranking(lists_of(one for reads in gathered.values() for one in reads))
    folders = {name: Best.of(reads, alignment) for name, reads in gathered.items()}
    every = list(folders.values())
    answerable = np.concatenate([one.answerable for one in every])
    support = fit_support(np.vstack([one.support for one in every]), answerable)
    about = fit_support(np.vstack([one.about for one in every]), answerable)
    lines = [
        f"RANKING {dict(zip(RANKING, ranking.round(2).tolist(), strict=True))}",
        shown("SUPPORT", support),
        shown("ABOUT", about),
    ]
    apart = dict(zip(folders, parted(every), strict=True))
    for name, one in folders.items():
        others = [other for key, other in folders.items() if key != name]
        unseen = fit_support(
            np.vstack([other.about for other in others]),
            np.concatenate([other.answerable for other in others]),
        )
        told = {"others": likely(unseen, one.about), "other documents": apart[name]}
        for kind, found in (told | {"all": likely(about, one.about)}).items():
            for bar in BARS:
                shares = [f"{(found < bar)[one.answerable == side].mean():.3f}" for side in (0, 1)]
                lines.append(f"{name}, fitted on {kind}, {bar:.2f}: {shares[0]} and {shares[1]}")
    found, arabic = np.concatenate(list(apart.values())), np.concatenate([o.arabic for o in every])
    for language, chosen in (("Arabic", arabic), ("other languages", ~arabic)):
        bar = np.quantile(found[chosen & (answerable > 0)], FALSE_ABSTAIN)
        lines.append(f"{language}: {FALSE_ABSTAIN} of the answerable questions are below {bar:.2f}")
    return lines


if __name__ == "__main__":
    kept = Path(sys.argv[1])
    gathered = {
        folder.name: list(readings(folder, kept / folder.name))
        for folder in map(Path, sys.argv[2:])
    }
    with closing(BuiltinEmbedder()) as embedder:
        lines = report(gathered, WordAlignment(embedder))
    sys.stdout.write("\n".join(lines) + "\n")
