"""From what a claim and its evidence have in common to how likely support and refutation are.

Two logistic regressions, one after the other: does the evidence support the claim, and if not,
does it refute it? Each sees every signal, bent at its quartiles (linear splines, so that "one
number lost" may weigh more than the second one adds), and four linear readings of the vectors:
of claim and nearest sentence, and of the words left over on each side, by |a-b| and a*b and as
they are. `evals/fit_support.py` fits all of it and says on what.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO

import numpy as np
import numpy.typing as npt

from siyaq.grounding.support.features import SIGNALS, Compared

Matrix = npt.NDArray[np.float64]

WEIGHTS = "weights.npz"
CLIPPED = 4.0
"""Standard deviations beyond which a signal says no more."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that was fitted. `readings` are rows of 2 x dimensions and an offset."""

    mean: Matrix
    spread: Matrix
    knots: Matrix  # (3, signals), in standard deviations
    readings: Matrix  # (4, 2 * dimensions + 1)
    supports: Matrix  # one weight a column of `expand`, the last an offset
    refutes: Matrix


def read_blocks(blocks: Matrix) -> list[Matrix]:
    """Return what each of the four readings sees of blocks of shape (n, 4, dimensions)."""
    claim, nearest, left, left_back = (blocks[:, place] for place in range(4))
    return [
        np.concatenate([np.abs(claim - nearest), claim * nearest], axis=1),
        np.concatenate([claim, nearest], axis=1),
        np.concatenate([np.abs(left - left_back), left * left_back], axis=1),
        np.concatenate([left, left_back], axis=1),
    ]


def expand(scaled: Matrix, knots: Matrix, readings: Matrix) -> Matrix:
    """Return the columns that the regressions weigh: splines of signals, readings, ones."""
    bent = [np.maximum(scaled - knot, 0.0) for knot in knots]
    ones = np.ones((len(scaled), 1))
    return np.concatenate([scaled, *bent, readings, ones], axis=1)


def scale(signals: Matrix, mean: Matrix, spread: Matrix) -> Matrix:
    """Return signals in standard deviations, within CLIPPED."""
    return np.clip((signals - mean) / spread, -CLIPPED, CLIPPED)


def logistic(values: Matrix) -> Matrix:
    """Return 1 / (1 + exp(-values)), without overflow."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0))))


class Scorer:
    """The fitted scorer. Takes microseconds; safe from any thread."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def shares(self, compared: Compared) -> tuple[float, float]:
        """Return how likely support and refutation are; together at most 1."""
        fitted = self._weights
        blocks = compared.blocks[None].astype(np.float64)
        readings = [
            seen @ row[:-1] + row[-1]
            for seen, row in zip(read_blocks(blocks), fitted.readings, strict=True)
        ]
        scaled = scale(compared.signals[None].astype(np.float64), fitted.mean, fitted.spread)
        columns = expand(scaled, fitted.knots, np.stack(readings, axis=1))
        supports = float(logistic(columns @ fitted.supports)[0])
        refutes = float(logistic(columns @ fitted.refutes)[0])
        return supports, (1.0 - supports) * refutes


def load_scorer() -> Scorer:
    """Read the weights that come with the package. Raises ValueError if they fit other signals."""
    stored = files("siyaq.grounding.support").joinpath(WEIGHTS).read_bytes()
    with np.load(BytesIO(stored), allow_pickle=False) as held:
        if tuple(map(str, held["signals"])) != SIGNALS:
            raise ValueError(f"{WEIGHTS} was fitted on other signals: run evals/fit_support.py")
        parts = ("mean", "spread", "knots", "readings", "supports", "refutes")
        return Scorer(Weights(*(held[part].astype(np.float64) for part in parts)))
