"""Whose notes people who usually disagree both find helpful.

The matrix factorization that Community Notes publishes: a rating r (1 helpful, 0.5 somewhat,
0 not) of note n by rater u is modeled as

    r = mu + i_u + i_n + f_u * f_n

with one factor, squared error averaged over ratings, and penalties averaged over raters and notes:
0.15 on intercepts and mu, 0.03 on factors. What agreement along one axis (camps) explains goes
into the factors; what is left in a note's intercept is agreement across it. Fitted by alternating
least squares, each step a closed form over all raters or all notes at once, so that a million
ratings take seconds and the same ratings give the same scores.

https://github.com/twitter/communitynotes, documentation/under-the-hood/ranking-notes.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from siyaq.core.note import NoteStatus

INTERCEPT_PENALTY: Final = 0.15
FACTOR_PENALTY: Final = 0.03
RATINGS_AT_LEAST: Final = 5
HELPFUL: Final = 0.40
ONE_SIDED: Final = 0.50  # factor from which a note speaks to one camp
NOT_HELPFUL: Final = (-0.05, -0.8)  # intercept, and how much of the factor's size goes off it
HYSTERESIS: Final = 0.01
EACH_SIDE: Final = 2
"""Raters of each sign of the factor who must find a note helpful: one camp alone is none."""
_ROUNDS: Final = 300
_SETTLED: Final = 1e-5
_SEED: Final = 0

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Rating(NamedTuple):
    """One rater's judgment of one note: 1 helpful, 0.5 somewhat, 0 not."""

    note: str
    rater: str
    value: float


class Score(NamedTuple):
    """What is said of a note: agreement across camps, which camp it speaks to, and by how many."""

    intercept: float
    factor: float
    ratings: int
    status: NoteStatus


class Fitted(NamedTuple):
    """The parameters of one fit, in the order of its notes and raters."""

    mean: float
    note_intercepts: Floats
    note_factors: Floats
    rater_factors: Floats


def score(
    ratings: Sequence[Rating], before: Mapping[str, NoteStatus] | None = None
) -> dict[str, Score]:
    """Return the score of each note that was rated; of two ratings by one rater the last counts.

    `before` are the statuses of the last time: one is left only by more than HYSTERESIS.
    """
    once = {(one.note, one.rater): one.value for one in ratings}
    if not once:
        return {}
    notes = sorted({note for note, _ in once})
    raters = sorted({rater for _, rater in once})
    note_at = {note: place for place, note in enumerate(notes)}
    rater_at = {rater: place for place, rater in enumerate(raters)}
    pairs = sorted(once)
    of_note = np.array([note_at[note] for note, _ in pairs])
    of_rater = np.array([rater_at[rater] for _, rater in pairs])
    values = np.array([once[pair] for pair in pairs])
    fitted = fit(of_note, of_rater, values, len(notes), len(raters))
    counts = np.bincount(of_note, minlength=len(notes))
    sides = _sides(of_note, fitted.rater_factors[of_rater], values, len(notes))
    return {
        note: _score(
            float(fitted.note_intercepts[place]),
            float(fitted.note_factors[place]),
            int(counts[place]),
            across=bool(sides[place]),
            before=(before or {}).get(note, "needs_more_ratings"),
        )
        for note, place in note_at.items()
    }


def fit(of_note: Ints, of_rater: Ints, values: Floats, note_count: int, rater_count: int) -> Fitted:
    """Fit the model to ratings, each a note, a rater and a value. Deterministic."""
    random = np.random.default_rng(_SEED)
    total = len(values)
    mean = float(values.sum()) / (total * (1 + INTERCEPT_PENALTY))
    note_i, note_f = np.zeros(note_count), random.normal(0, 0.1, note_count)
    rater_i, rater_f = np.zeros(rater_count), random.normal(0, 0.1, rater_count)
    for _ in range(_ROUNDS):
        earlier = note_i
        left = values - mean - note_i[of_note]
        rater_i, rater_f = _solve(of_rater, left, note_f[of_note], rater_count, total / rater_count)
        left = values - mean - rater_i[of_rater]
        note_i, note_f = _solve(of_note, left, rater_f[of_rater], note_count, total / note_count)
        explained = note_i[of_note] + rater_i[of_rater] + note_f[of_note] * rater_f[of_rater]
        mean = float((values - explained).sum()) / (total * (1 + INTERCEPT_PENALTY))
        if np.abs(note_i - earlier).max() < _SETTLED:
            break
    return Fitted(mean, note_i, note_f, rater_f)


def _solve(
    of: Ints, left: Floats, other: Floats, count: int, weight: float
) -> tuple[Floats, Floats]:
    """Return intercept and factor of each row: a ridge regression of two variables in closed form.

    `weight` turns a penalty averaged over rows into one for each row's own ratings.
    """
    ones = np.bincount(of, minlength=count) + INTERCEPT_PENALTY * weight
    cross = np.bincount(of, other, count)
    squares = np.bincount(of, other * other, count) + FACTOR_PENALTY * weight
    plain = np.bincount(of, left, count)
    leaned = np.bincount(of, left * other, count)
    determinant = ones * squares - cross * cross
    intercept = (squares * plain - cross * leaned) / determinant
    factor = (ones * leaned - cross * plain) / determinant
    return intercept, factor


def _sides(of_note: Ints, factors: Floats, values: Floats, count: int) -> npt.NDArray[np.bool_]:
    """Say of each note whether raters of both signs, EACH_SIDE of each, find it helpful."""
    helpful = values >= 1
    plus = np.bincount(of_note, helpful & (factors > 0), count)
    minus = np.bincount(of_note, helpful & (factors < 0), count)
    return np.asarray(np.minimum(plus, minus) >= EACH_SIDE)


def _score(
    intercept: float, factor: float, ratings: int, *, across: bool, before: NoteStatus
) -> Score:
    status: NoteStatus = "needs_more_ratings"
    if ratings >= RATINGS_AT_LEAST:
        floor, slope = NOT_HELPFUL
        stays = HYSTERESIS if before == "helpful" else 0.0
        falls = HYSTERESIS if before == "not_helpful" else 0.0
        if across and intercept >= HELPFUL - stays and abs(factor) < ONE_SIDED + stays:
            status = "helpful"
        elif intercept < floor + slope * abs(factor) + falls:
            status = "not_helpful"
    return Score(intercept, factor, ratings, status)
