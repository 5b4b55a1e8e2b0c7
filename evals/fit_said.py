"""Fit what makes a short post, quoted whole, an answer: the weights SAID of `grounding/weigh.py`.

`python evals/fit_said.py --seeds 400-411`: each seed's world is followed live, over its real
protocols, into a real index, and every question of its answer key is asked at three instants. What
is read is the best piece that siyaq found: it should be shown where it holds the answer of the
key, and not where the question has none. Prints the weights, and how often they are wrong about
worlds that were left out of the fit, beside the weights in use.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from siyaq.app.opening import open_siyaq
from siyaq.config import load
from siyaq.core.query import Understood
from siyaq.grounding import judge as judging
from siyaq.grounding import weigh
from siyaq.grounding.unit import Unit
from siyaq.testing.follower import follow_world
from siyaq.testing.world import Question

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MINUTES = (7, 10, 13)
NAMES = ("support", "stated", "asked", "least", "second")
RIDGE = 0.02

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Best:
    """The best piece found for one question, and whether it should be shown."""

    seed: int
    question: str
    signals: tuple[float, ...]  # in the order of NAMES
    in_use: float
    answers: bool


def holds(text: str, question: Question) -> bool:
    """Say whether a text holds every part of an answer, in any of its forms."""
    folded = text.casefold()
    parts = question.must_contain
    return bool(parts) and all(any(form.casefold() in folded for form in forms) for forms in parts)


async def read_world(seed: int, directory: Path) -> list[Best]:
    """Follow one world, ask everything, and return the best pieces that could be judged."""
    found: list[Best] = []
    config = load(environ={}, flags={"data": str(directory), "embed.processes": 0})
    with listening() as read:
        async with follow_world(open_siyaq(config, write=True), seed, START) as follower:
            for minutes in MINUTES:
                truth = await follower.read_on(START + timedelta(minutes=minutes))
                for question in truth.questions:
                    read.clear()
                    await follower.ask(question.text)
                    if read:
                        found += judged(seed, question, read[0])
    return found


class Read(NamedTuple):
    """A short post in the language of the question, as it was judged."""

    unit: Unit
    told: weigh.Told
    stated: bool


@contextmanager
def listening() -> Iterator[list[Read]]:
    """Yield a list that gathers whatever is judged meanwhile, the best first."""
    read: list[Read] = []
    judge = weigh.answers

    def listen(
        unit: Unit, understood: Understood, told: weigh.Told, *rest: Any, **named: Any
    ) -> bool:
        post = unit.hit.post
        if len(post.text) <= weigh.WHOLE_POST_CHARS and understood.lang == post.lang:
            read.append(Read(unit, told, named["stated"]))
        return judge(unit, understood, told, *rest, **named)

    judging.answers = listen
    try:
        yield read
    finally:
        judging.answers = judge


def judged(seed: int, question: Question, read: Read) -> list[Best]:
    """Return the piece with its verdict; nothing where the key does not tell."""
    unit, told, stated = read
    right = holds(f"{unit.hit.post.title} {unit.text}", question)
    if question.kind not in {"answerable", "unanswerable"} or right != (
        question.kind == "answerable"
    ):
        return []
    signals = weigh.said_signals(unit, told, stated=stated)
    own = tuple(signals[name] for name in NAMES)
    return [Best(seed, question.text, own, weigh.said(unit, told, stated=stated), right)]


def fit(rows: Floats, right: Floats, weights: Floats) -> Floats:
    """Return the logistic weights of each column and a constant, both classes counting alike."""
    columns = np.c_[rows, np.ones(len(rows))]
    each = np.where(right == 1, 0.5 / (weights @ right), 0.5 / (weights @ (1 - right)))
    weights = weights * each * len(right)
    beta = np.zeros(columns.shape[1])
    ridge = RIDGE * np.diag([*[1.0] * rows.shape[1], 0.0])
    for _ in range(60):
        likely = 1 / (1 + np.exp(-columns @ beta))
        slope = columns.T @ (weights * (likely - right)) + ridge @ beta
        curve = (columns.T * (weights * likely * (1 - likely))) @ columns + ridge
        beta -= np.linalg.solve(curve + 1e-9 * np.eye(len(beta)), slope)
    return beta


def wrong(scores: Floats, right: Floats, weights: Floats) -> str:
    """Return the shares of right pieces refused and of wrong ones shown."""
    refused = weights @ (right * (scores < 0)) / (weights @ right)
    shown = weights @ ((1 - right) * (scores >= 0)) / (weights @ (1 - right))
    return f"right but refused {refused:.3f}, wrong but shown {shown:.3f}"


def report(found: Sequence[Best]) -> None:
    """Fit, and print what came of it."""
    asked = Counter((one.seed, one.question) for one in found)
    rows = np.array([one.signals for one in found])
    right = np.array([float(one.answers) for one in found])
    weights = np.array([1 / asked[one.seed, one.question] for one in found])
    seeds = np.array([one.seed for one in found])
    held_out = np.zeros(len(found))
    for seed in set(seeds):
        rest = seeds != seed
        beta = fit(rows[rest], right[rest], weights[rest])
        held_out[~rest] = np.c_[rows[~rest], np.ones(sum(~rest))] @ beta
    *beta, constant = fit(rows, right, weights)
    print(f"{len(asked)} questions of {len(set(seeds))} worlds")
    print("in use:  ", wrong(np.array([one.in_use for one in found]), right, weights))
    print("left out:", wrong(held_out, right, weights))
    print("SAID", dict(zip(NAMES, np.round(beta, 2).tolist(), strict=True)), round(constant, 2))


def main() -> None:
    """Read the worlds and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="400-411")
    first, _, last = parser.parse_args().seeds.partition("-")
    found: list[Best] = []
    for seed in range(int(first), int(last or first) + 1):
        with tempfile.TemporaryDirectory() as directory:
            found += asyncio.run(read_world(seed, Path(directory)))
        print(f"world {seed}: {len(found)} pieces so far", flush=True)
    report(found)


if __name__ == "__main__":
    main()
