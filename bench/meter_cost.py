"""What the meter itself costs: answers with every step metered, beside the same without.

    python bench/meter_cost.py [--posts 4000] [--rounds 60]

The same question is answered metered and unmetered, in turns, on one open siyaq, so that a drift
of the machine falls on both: the median of the pairs' ratios of processor time with its standard
error, beside that of unmetered answers against themselves. As that noise is larger than the cost,
the cost is added up from its parts too: the steps of an answer, what metering adds to one, and one
whole metering with counters, on files like RAPL's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import load
from siyaq.core.answer import Question, Usage
from siyaq.core.product import Totals
from siyaq.meter import Ledger, Meter, Prices, Sources, tally
from siyaq.meter.energy import Machine, Rapl

QUESTIONS = [
    "When did the bridge reopen?",
    "How many families were moved?",
    "متى فُتح الجسر؟",
    "Who won the match?",
]


def post(number: int) -> dict[str, object]:
    """Return one of many distinct posts about few things."""
    places = ("Sandholm", "Palm Street", "the river", "the old harbour", "وادي النور")
    what = ("bridge reopened", "families were moved", "match was won", "power is back", "الجسر")
    text = (
        f"Report {number}: the {what[number % 5]} near {places[number // 5 % 5]}, {number} so far."
    )
    return {"id": str(number), "source": "bench", "text": text}


async def lines(posts: int) -> AsyncIterator[bytes]:
    """Yield posts as NDJSON."""
    for number in range(posts):
        yield json.dumps(post(number)).encode() + b"\n"


async def metered(siyaq: Siyaq, question: str) -> float:
    """Answer a question, and return the processor seconds of the process."""
    began = time.process_time()
    async for event in siyaq.ask(Question(text=question)):
        assert event
    return time.process_time() - began


async def unmetered(siyaq: Siyaq, question: str) -> float:
    """Do the same through the room behind the meter."""
    answers, searcher = siyaq._answers, siyaq._searcher  # noqa: SLF001
    began = time.process_time()
    await asyncio.to_thread(searcher.refresh)
    async for event in answers.stream(Question(text=question)):
        assert event
    return time.process_time() - began


Answering = Callable[[Siyaq, str], Awaitable[float]]


async def pairs(siyaq: Siyaq, one: Answering, other: Answering, rounds: int) -> list[float]:
    """Return the ratios of processor time of two ways to answer the same question, in turns."""
    ratios = []
    for number in range(rounds):
        for place, question in enumerate(QUESTIONS):
            if (number + place) % 2:
                first = await one(siyaq, question)
                second = await other(siyaq, question)
            else:
                second = await other(siyaq, question)
                first = await one(siyaq, question)
            ratios.append(first / second)
    return ratios


def percent(ratios: list[float]) -> list[float]:
    """Return the median of ratios over 1, in percent, and its standard error."""
    low, middle, high = statistics.quantiles(ratios, n=4)
    error = 1.25 * (high - low) / 1.35 / len(ratios) ** 0.5
    return [round(100 * (middle - 1), 2), round(100 * error, 2)]


async def by_parts(siyaq: Siyaq) -> tuple[float, float, float]:
    """Return the metered steps of an answer, the us of one, and of putting it on the bill."""
    counted = 0
    inner = tally.time.thread_time

    def counting() -> float:
        nonlocal counted
        counted += 1
        return inner()

    tally.time.thread_time = counting
    for question in QUESTIONS:
        await metered(siyaq, question)
    tally.time.thread_time = inner
    steps, empty = 20_000, tally.Tally()
    began = time.process_time()
    for _ in range(steps):
        await asyncio.sleep(0)
    plain = time.process_time() - began
    began = time.process_time()
    for _ in range(steps):
        await tally.timed(empty, asyncio.sleep(0))
    added = time.process_time() - began - plain
    metering, calls = siyaq._metering, 5_000  # noqa: SLF001
    began = time.process_time()
    for _ in range(calls):
        metering.end("ask", metering.begin(), Usage())
    booked = (time.process_time() - began) / calls
    step = added / (2 * steps)  # sleep(0) is two steps
    return counted / 2 / len(QUESTIONS), step * 1e6, booked * 1e6


def alone(meter: Meter, ledger: Ledger, calls: int = 20_000) -> float:
    """Return the processor microseconds of one metering: begun, ended, put on the bill."""
    began = time.process_time()
    for _ in range(calls):
        call = meter.begin()
        call.tally.add(cpu_seconds=0.01)
        ledger.add("ask", Totals(calls=1, joules=call.spent().energy_joules or 0.0))
    return (time.process_time() - began) / calls * 1e6


def counters(folder: Path) -> Meter:
    """Return a meter over files like RAPL's, read from the disk as the real ones are."""
    zone = folder / "intel-rapl:0"
    zone.mkdir(parents=True)
    for name, text in (("name", "package-0"), ("energy_uj", "1"), ("max_energy_range_uj", "9")):
        (zone / name).write_text(text)
    return Meter(Sources(Machine(), cpu=Rapl.find(folder)), Prices())


async def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        flags = {"data": f"{folder}/data", "embed.processes": 0}
        config = load(environ={}, flags=flags)
        async with open_siyaq(config, write=True) as siyaq:
            await siyaq.ingest(lines(asked.posts), imported=False)
            indexer = siyaq.indexer
            assert indexer is not None
            await asyncio.to_thread(indexer.wait_embedded, siyaq.log.head(), 600)
            await pairs(siyaq, metered, unmetered, 5)
            each = statistics.median([await unmetered(siyaq, q) for q in QUESTIONS * 10])
            overhead = percent(await pairs(siyaq, metered, unmetered, asked.rounds))
            noise = percent(await pairs(siyaq, unmetered, unmetered, asked.rounds))
            steps, step, booked = await by_parts(siyaq)
        nothing = Ledger(None)
        plain = alone(Meter(Sources(Machine()), Prices()), nothing)
        with_counters = alone(counters(Path(folder) / "powercap"), nothing)
    print(
        json.dumps(
            {
                "ms_per_answer": round(1e3 * each, 2),
                "overhead_percent_and_error": overhead,
                "unmetered_against_itself": noise,
                "steps_per_answer": steps,
                "us_per_step": round(step, 2),
                "us_per_call_on_the_bill": round(booked, 1),
                "us_per_metering_estimate": round(plain, 1),
                "us_per_metering_counters": round(with_counters, 1),
                "percent_by_parts": round(
                    (steps * step + booked + with_counters) / (each * 1e6) * 100, 3
                ),
                "rounds": asked.rounds,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    asyncio.run(main())
