"""What people who usually disagree both find helpful rises; a camp or a ring lifts nothing."""

from __future__ import annotations

import random

import numpy as np
import pytest

from siyaq.context import bridging
from siyaq.context.bridging import (
    FACTOR_PENALTY,
    HELPFUL,
    INTERCEPT_PENALTY,
    Fitted,
    Floats,
    Ints,
    Rating,
    fit,
    score,
)
from siyaq.context.rings import merged

BRIDGING = [f"bridge{n}" for n in range(8)]
PARTISAN = [f"left{n}" for n in range(12)] + [f"right{n}" for n in range(12)]
POOR = [f"poor{n}" for n in range(8)]
SPAM = [f"spam{n}" for n in range(6)]


def society(seed: int, *, camp: int = 60, ring: int = 40, honest: int = 6) -> list[Rating]:
    """Two camps that like their own notes, agree on some and dislike others; a ring of spam."""
    rng = random.Random(seed)
    found: list[Rating] = []

    def rate(rater: str, note: str, likely: float) -> None:
        roll = rng.random()
        value = 1.0 if roll < likely else 0.5 if roll < likely + 0.1 else 0.0
        found.append(Rating(note, rater, value))

    for side in ("left", "right"):
        for number in range(camp):
            rater = f"{side}-{number}"
            for note in rng.sample(BRIDGING, 5):
                rate(rater, note, 0.9)
            for note in rng.sample(PARTISAN, 14):
                rate(rater, note, 0.92 if note.startswith(side) else 0.08)
            for note in rng.sample(POOR, 4):
                rate(rater, note, 0.08)
    for number in range(ring):
        found += [Rating(note, f"ring-{number}", 1.0) for note in SPAM]
    for note in SPAM:
        for number in rng.sample(range(camp), honest):
            rate(f"left-{number}", note, 0.1)
            rate(f"right-{number}", note, 0.1)
    rng.shuffle(found)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_agreement_across_camps_rises_and_camps_and_rings_lift_nothing(seed: int) -> None:
    scores = score(merged(society(seed)))
    assert {note for note, one in scores.items() if one.status == "helpful"} == {*BRIDGING}
    assert sum(scores[note].status == "not_helpful" for note in POOR) >= len(POOR) / 2
    assert max(scores[note].intercept for note in POOR) < 0
    assert all(scores[note].intercept < HELPFUL for note in (*PARTISAN, *SPAM))
    assert min(abs(scores[note].factor) for note in PARTISAN) > max(
        abs(scores[note].factor) for note in BRIDGING
    )


def test_without_counting_the_ring_as_one_it_would_win() -> None:
    """The test above can fail: the same society, the ring counted as forty."""
    ratings = society(0, ring=200, honest=0)
    many, one = score(ratings), score(merged(ratings))
    assert max(many[note].intercept for note in SPAM) > HELPFUL
    assert max(one[note].intercept for note in SPAM) < 0.1


def test_a_ring_is_merged_and_people_who_merely_agree_are_not() -> None:
    ratings = society(1)
    names = {one.rater for one in merged(ratings)}
    assert len([name for name in names if name.startswith("ring")]) == 1
    assert len([name for name in names if name.startswith(("left", "right"))]) == 120


def test_five_ratings_are_the_least() -> None:
    ratings = [Rating("n", f"u{number}", 1.0) for number in range(4)]
    assert score(ratings)["n"].status == "needs_more_ratings"
    assert score([]) == {}


def test_tens_of_ratings_are_enough() -> None:
    ratings = [
        Rating(note, f"{side}{number}", float(note == "both" or note == side))
        for side in ("a", "b")
        for number in range(4)
        for note in ("both", "a", "b", "none")
    ]
    scores = score(ratings)
    assert scores["both"].status == "helpful"
    assert scores["none"].status == "not_helpful"
    assert scores["a"].status == scores["b"].status == "needs_more_ratings"


def test_a_status_is_left_only_by_more_than_a_hair() -> None:
    kept = bridging._score(HELPFUL - 0.005, 0.1, 9, across=True, before="helpful")
    fresh = bridging._score(HELPFUL - 0.005, 0.1, 9, across=True, before="needs_more_ratings")
    gone = bridging._score(HELPFUL - 0.02, 0.1, 9, across=True, before="helpful")
    assert (kept.status, fresh.status, gone.status) == (
        "helpful",
        "needs_more_ratings",
        "needs_more_ratings",
    )


def test_the_last_rating_of_a_rater_counts_and_order_does_not() -> None:
    ratings = society(3, camp=20)
    again = [*ratings, Rating(BRIDGING[0], "left-0", 0.0)]
    assert score(again) == score(
        [one for one in ratings if (one.note, one.rater) != (BRIDGING[0], "left-0")]
        + [Rating(BRIDGING[0], "left-0", 0.0)]
    )
    shuffled = random.Random(9).sample(ratings, len(ratings))
    assert score(shuffled) == score(ratings)


def test_the_fit_is_where_the_loss_has_no_slope() -> None:
    """An independent check: nudging any parameter of the fit makes the published loss larger."""
    rng = np.random.default_rng(5)
    of_note, of_rater = rng.integers(0, 9, 300), rng.integers(0, 25, 300)
    values = rng.choice([0.0, 0.5, 1.0], 300)
    fitted = fit(of_note, of_rater, values, 9, 25)
    rater_i = _rater_intercepts(of_note, of_rater, values, fitted)

    def loss(mean: float, i: Floats, f: Floats, g: Floats) -> float:
        error = values - mean - i[of_note] - rater_i[of_rater] - f[of_note] * g[of_rater]
        penalty = INTERCEPT_PENALTY * (mean**2 + (i**2).mean() + (rater_i**2).mean())
        return float((error**2).mean() + penalty + FACTOR_PENALTY * ((f**2).mean() + (g**2).mean()))

    best = loss(*fitted)
    for nudge in (-0.01, 0.01):
        for place in range(9):
            moved = fitted.note_intercepts.copy()
            moved[place] += nudge
            assert loss(fitted.mean, moved, fitted.note_factors, fitted.rater_factors) > best
            leaned = fitted.note_factors.copy()
            leaned[place] += nudge
            assert loss(fitted.mean, fitted.note_intercepts, leaned, fitted.rater_factors) > best


def _rater_intercepts(of_note: Ints, of_rater: Ints, values: Floats, fitted: Fitted) -> Floats:
    """Return the rater intercepts that belong to a fit, solved for afresh."""
    left = values - fitted.mean - fitted.note_intercepts[of_note]
    left = left - fitted.note_factors[of_note] * fitted.rater_factors[of_rater]
    weight = len(left) / 25
    return np.asarray(np.bincount(of_rater, left, 25)) / (
        np.bincount(of_rater, minlength=25) + INTERCEPT_PENALTY * weight
    )
