"""Training: tokens and weights to operations, days, energy and money."""

from __future__ import annotations

import math
from dataclasses import dataclass

from siyaq.plan import machines, sites
from siyaq.plan.key import Inputs
from siyaq.plan.power import Power
from siyaq.plan.serving import Serving
from siyaq.plan.units import Dollar, Failure, Flop, Gpu, Joule, Quantity, Second, divide

Q = Quantity

FLOPS_PER_WEIGHT_AND_TOKEN = 6.0
"""Two forward and four backward (Kaplan and others, "Scaling Laws for Neural Language Models")."""


@dataclass(frozen=True, slots=True)
class Training:
    """One training run."""

    flops: Q[Flop]
    gpus: Q[Gpu]
    ideal: Q[Second]  # were nothing ever interrupted
    interval: Q[Second]  # between checkpoints
    between_failures: Q[Second]
    goodput: float  # share of the time that trains
    duration: Q[Second]
    failures: Q[Failure]
    gpu_time: float  # card-seconds
    energy: Q[Joule]
    cost: Q[Dollar]  # by the hour of a rented card


def training(inputs: Inputs, serving: Serving, power: Power) -> Training | None:
    """Return the run, None where nothing is trained.

    Checkpoints are as far apart as loses least, sqrt(2 x checkpoint x time between failures)
    (Young 1974), and failures strike at any time, while restarting too: Daly's model of the whole
    (Future Generation Computer Systems 22(3), 2006).
    """
    tokens = inputs[sites.CORPUS].value
    if not tokens:
        return None
    own = inputs[sites.TRAINING_GPUS]
    gpus = own if own.value else serving.gpus
    flops: Q[Flop] = Q(FLOPS_PER_WEIGHT_AND_TOKEN * inputs[sites.TRAINED].value * tokens)
    speed = inputs[sites.TRAINING_COMPUTE] * inputs.number(sites.TRAINING_MFU) * gpus
    ideal = flops.at(speed)
    failing = inputs[sites.MTBF].value  # card-seconds for each failure
    between = divide(failing, gpus.value)
    write, restart = inputs[sites.CHECKPOINT].value, inputs[sites.RESTART].value
    interval = max(math.sqrt(2 * write * between) - write, write, 1.0)
    goodput = _goodput(interval, write, restart, between)
    duration = ideal / goodput
    card_seconds = gpus.value * duration.value if duration.value < math.inf else math.inf
    each = inputs[machines.NODE_POWER] * inputs.number(machines.LOADED)
    watts = each.value / inputs[machines.GPUS_EACH].value
    watts *= (1 + inputs.number(sites.OVERHEAD)) * inputs.number(sites.PUE)
    return Training(
        flops=flops,
        gpus=gpus,
        ideal=ideal,
        interval=Q(interval),
        between_failures=Q(between),
        goodput=goodput,
        duration=duration,
        failures=Q(divide(card_seconds, failing)),
        gpu_time=card_seconds,
        energy=Q(watts * card_seconds),
        cost=Q(inputs[machines.RENT].value * card_seconds),
    )


def _goodput(interval: float, write: float, restart: float, between: float) -> float:
    """Return the share of the time that trains, failures coming at random (seconds all).

    Daly's expected time for one interval of work is M e^(R/M) (e^((T+d)/M) - 1), with M between
    failures, R to restart, T of work and d for the checkpoint.
    """
    if not 0 < between < math.inf:
        return interval / (interval + write) if between else 0.0
    exponents = restart / between, (interval + write) / between
    if max(exponents) > 700:  # it never gets through one interval
        return 0.0
    return interval / (between * math.exp(exponents[0]) * math.expm1(exponents[1]))
