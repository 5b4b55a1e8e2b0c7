"""Fair shares of a model's time, and quotas under fire: the product's own queue and book.

    python bench/fairness.py            # the queue on a simulated clock
    python bench/fairness.py --real     # over HTTP, against a stub model server, and the book

Prints one JSON object. `ratio` is what the two tenants were served, each by its weight, the
larger over the smaller; the same of first-come-first-served stands beside it.
"""

from __future__ import annotations

import argparse
import json
import statistics

from siyaq.testing.tenants import Outcome, Tenant, simulate

CAPACITY = 8 * 50 / 200  # replies a second of 8 slots at 50 tokens/s, 200 tokens each


def overloaded(times: float, first: float = 1.0, second: float = 1.0) -> list[Tenant]:
    """Two tenants that both want more than they can have, the second `times` as much."""
    return [Tenant("a", 1.5 * CAPACITY, first), Tenant("b", 1.5 * times * CAPACITY, second)]


def ratio(tenants: list[Tenant], got: dict[str, Outcome]) -> float:
    shares = [got[one.name].served / one.weight for one in tenants]
    return round(max(shares) / min(shares), 4)


def backlogged(times: float, first: float, second: float, slots: int, seeds: int) -> dict:
    fair, plain, throughput = [], [], []
    for seed in range(seeds):
        tenants = overloaded(times, first, second)
        ours = simulate(tenants, fair=True, slots=slots, seed=seed)
        line = simulate(tenants, fair=False, slots=slots, seed=seed)
        fair.append(ratio(tenants, ours))
        plain.append(ratio(tenants, line))
        throughput.append(
            sum(one.served for one in ours.values()) / sum(one.served for one in line.values())
        )
    return {
        "ratio": max(fair),
        "ratio_first_come": round(statistics.median(plain), 2),
        "throughput_of_first_come": round(min(throughput), 4),
        "seeds": seeds,
    }


def light(slots: int, seeds: int, heavy: float) -> dict:
    """The p95 of a tenant that asks now and then, beside one that asks for far too much."""
    quiet = Tenant("light", 0.2)
    alone, beside, line = [], [], []
    for seed in range(seeds):
        asked = {"slots": slots, "seed": seed, "seconds": 2000.0}
        crowd = [quiet, Tenant("heavy", heavy * CAPACITY)]
        alone += simulate([quiet], fair=True, **asked)["light"].seconds
        beside += simulate(crowd, fair=True, **asked)["light"].seconds
        line += simulate(crowd, fair=False, **asked)["light"].seconds
    p95 = [statistics.quantiles(seconds, n=20)[-1] for seconds in (alone, beside, line)]
    return {
        "p95_alone": round(p95[0], 2),
        "p95_beside": round(p95[1], 2),
        "times_alone": round(p95[1] / p95[0], 3),
        "times_alone_first_come": round(p95[2] / p95[0], 1),
        "requests": len(beside),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", action="store_true", help="over HTTP, with real time")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--slots", type=int, default=8, help="as models.parallel")
    given = parser.parse_args()
    if given.real:
        from fairness_real import measured

        print(json.dumps(measured(), indent=1))
        return
    slots, seeds = given.slots, given.seeds
    figures = {
        "slots": slots,
        "demand 1:2": backlogged(2, 1, 1, slots, seeds),
        "demand 1:20": backlogged(20, 1, 1, slots, seeds),
        "demand 1:2, weights 3:1": backlogged(2, 3, 1, slots, seeds),
        "light beside 2 times what fits": light(slots, seeds, 2),
        "light beside 20 times what fits": light(slots, seeds, 20),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
