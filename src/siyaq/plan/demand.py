"""From people to requests and tokens a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from siyaq.plan import asked
from siyaq.plan.key import Inputs
from siyaq.plan.units import (
    YEARS,
    PerSecond,
    Person,
    Quantity,
    Request,
    Token,
    divide,
    through,
)

Q = Quantity


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked. Averages, except where the busiest moment is named."""

    users: Q[Person]
    requests: Q[PerSecond[Request]]
    peak: Q[PerSecond[Request]]
    by_kind: Mapping[str, Q[PerSecond[Request]]]
    read: Q[PerSecond[Token]]  # tokens in, those of the cache among them, at the peak
    written: Q[PerSecond[Token]]  # tokens out, at the peak
    yearly: Q[Request]
    load: float  # average over peak


def demand(inputs: Inputs) -> Demand:
    """Return the load: users x requests of each, split by kind, times tokens, times the peak.

    Shares are taken relative to their sum, so that varying one keeps the whole.
    """
    users = inputs[asked.WEEKLY_USERS]
    requests = inputs[asked.QUESTIONS] * users
    shares = {kind: inputs.number(key) for kind, key in asked.SHARES.items()}
    whole = sum(shares.values())
    by_kind = {kind: requests * divide(share, whole) for kind, share in shares.items()}
    peak = inputs.number(asked.PEAK)
    read: Q[PerSecond[Token]] = Q(0.0)
    written: Q[PerSecond[Token]] = Q(0.0)
    for kind, rate in by_kind.items():
        read += through(inputs[asked.TOKENS_IN[kind]], rate)
        written += through(inputs[asked.TOKENS_OUT[kind]], rate)
    return Demand(
        users=users,
        requests=requests,
        peak=requests * peak,
        by_kind=by_kind,
        read=read * peak,
        written=written * peak,
        yearly=requests * YEARS(1),
        load=1 / peak,
    )
