"""Fit what `siyaq.grounding.weigh` weighs, and show what each bar lets through.

`python evals/calibrate.py DATA FOLDER...`: folders of the task `answers` whose questions are
partly unanswerable; corpora are kept in DATA. Prints RANKING and SUPPORT fitted on all folders,
and for each folder, fitted on the others, how well the answerable questions part from the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from readings import Read, readings

from siyaq.grounding.weigh import RANKING, SUPPORT, signals

BARS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
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


def best_of(reads: Iterable[Read]) -> tuple[Matrix, Matrix]:
    """Return the signals of the best unit of each question, and whether it can be answered."""
    found = [one for one in reads if one.units]
    rows = [[signals(one.units[0])[name] for name in SUPPORT] for one in found]
    return np.array(rows), np.array([one.asked.answerable for one in found], dtype=float)


def report(gathered: dict[str, list[Read]]) -> list[str]:
    """Return the fits over all folders, and each folder's errors under the fit of the others."""
    every = [one for reads in gathered.values() for one in reads]
    ranking = fit_ranking(lists_of(every))
    support, none = fit_support(*best_of(every))
    lines = [
        f"RANKING {dict(zip(RANKING, ranking.round(2).tolist(), strict=True))}",
        f"SUPPORT {dict(zip(SUPPORT, support.round(2).tolist(), strict=True))} {none:+.2f}",
    ]
    for name, reads in gathered.items():
        others = [one for other, own in gathered.items() if other != name for one in own]
        rows, answerable = best_of(reads)
        for kind, fit in (("all", (support, none)), ("others", fit_support(*best_of(others)))):
            supports = 1 / (1 + np.exp(-(rows @ fit[0] + fit[1])))
            for bar in BARS:
                below = supports < bar
                shares = [f"{below[answerable == side].mean():.3f}" for side in (0, 1)]
                lines.append(f"{name}, fitted on {kind}, {bar:.2f}: {shares[0]} and {shares[1]}")
    return lines


if __name__ == "__main__":
    kept = Path(sys.argv[1])
    gathered = {
        folder.name: list(readings(folder, kept / folder.name))
        for folder in map(Path, sys.argv[2:])
    }
    sys.stdout.write("\n".join(report(gathered)) + "\n")
