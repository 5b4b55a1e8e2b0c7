"""Training: the share of the time that trains is that of a simulated run with random failures."""

from __future__ import annotations

import random

import pytest

from siyaq.plan.plan import compute
from siyaq.plan.training import Training

from .assumed import inputs


def run(**changed: float) -> Training:
    training = compute(
        inputs("llama-3-training", **{f"training__{name}": one for name, one in changed.items()})
    ).training
    assert training is not None
    return training


def simulated(training: Training, write: float, restart: float, seed: int) -> float:
    """Train by chance: a failure loses the interval that it strikes, and a restart too."""
    dice = random.Random(seed)
    rate, interval = 1 / training.between_failures.value, training.interval.value
    clock, next_failure, done, intervals = 0.0, dice.expovariate(rate), 0, 20_000
    while done < intervals:
        if clock + interval + write <= next_failure:
            clock += interval + write
            done += 1
            continue
        clock = next_failure
        next_failure = clock + dice.expovariate(rate)
        while clock + restart > next_failure:
            clock = next_failure
            next_failure = clock + dice.expovariate(rate)
        clock += restart
    return done * interval / clock


@pytest.mark.parametrize(
    ("gpus", "write", "restart"), [(16_384, 15, 600), (100_000, 5, 180), (1_000_000, 3, 60)]
)
def test_interruptions_cost_what_they_do_in_a_simulated_run(
    gpus: float, write: float, restart: float
) -> None:
    training = run(gpus=gpus, checkpoint=write, restart=restart)
    measured = simulated(training, write, restart, seed=3)
    assert training.goodput == pytest.approx(measured, rel=0.03)


def test_checkpoints_are_as_far_apart_as_loses_least() -> None:
    training = run()
    best = training.goodput
    from siyaq.plan.training import _goodput

    between = training.between_failures.value
    for factor in (0.5, 0.8, 1.25, 2):
        assert _goodput(training.interval.value * factor, 15, 600, between) <= best * 1.0005


def test_more_cards_never_train_longer_until_failures_eat_them() -> None:
    days = [run(gpus=gpus).duration.value for gpus in (1_000, 4_000, 16_000)]
    assert days == sorted(days, reverse=True)
    assert run(gpus=10_000_000, restart=3600).duration.value > days[-1]


def test_nothing_is_trained_without_tokens() -> None:
    assert compute(inputs("llama-3-training", training__tokens=0)).training is None
