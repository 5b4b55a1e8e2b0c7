"""What the meter itself costs: answers with every step metered, beside the same without.

    python bench/meter_cost.py [--posts 4000] [--rounds 40]

The same question is answered metered and unmetered, in turns, on one open siyaq, so that a drift
of the machine falls on both. Counted is the processor time of the threads that answer, and of each
way the quarter of its runs that took least, as others on the machine only ever add to it; errors
are those of 400 draws from the runs. Beside it stand unmetered answers against themselves. That
noise is larger than the meter's cost, so the meter is also put around the skeleton of an answer:
as many events and as many steps in threads, in which nothing is done. What it takes more than the
bare skeleton is what the meter adds to an answer, as small as it is, since nothing drowns it. A
reading of counters like RAPL's is measured alone and added, for machines that have them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import load
from siyaq.core.answer import Question, Usage
from siyaq.core.reports import Totals
from siyaq.meter import Ledger, Meter, MeteredExecutor, Prices, Sources, tally
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
    began = own_seconds()
    async for event in siyaq.ask(Question(text=question)):
        assert event
    return own_seconds() - began


async def unmetered(siyaq: Siyaq, question: str) -> float:
    """Do the same through the room behind the meter."""
    answers, searcher = siyaq._answers, siyaq._searcher  # noqa: SLF001
    began = own_seconds()
    await asyncio.to_thread(searcher.refresh)
    async for event in answers.stream(Question(text=question)):
        assert event
    return own_seconds() - began


_SKELETONS = 20  # in one run, since a clock of processor time moves in steps
Answering = Callable[[Siyaq, str], Awaitable[float]]


def own_seconds() -> float:
    """Return the processor time of the threads that answer: the loop's, and its executor's."""
    return sum(
        tally._thread_seconds(thread.native_id)  # noqa: SLF001
        for thread in threading.enumerate()
        if thread.native_id and thread.name.startswith(("MainThread", "siyaq"))
    )


async def compare(siyaq: Siyaq, one: Answering, other: Answering, rounds: int) -> list[float]:
    """Return what one way to answer takes more than another in turn, in percent, and its error."""
    runs: list[tuple[list[float], list[float]]] = [([], []) for _ in QUESTIONS]
    for number in range(rounds):
        for place, question in enumerate(QUESTIONS):
            for way in (0, 1) if (number + place) % 2 else (1, 0):
                taken = await (one, other)[way](siyaq, question)
                runs[place][way].append(taken)
    draws = random.Random(0)
    again = [
        _excess([tuple(draws.choices(way, k=rounds) for way in ways) for ways in runs])
        for _ in range(400)
    ]
    return [round(_excess(runs), 2), round(statistics.stdev(again), 2)]


def _excess(runs: Sequence[Sequence[list[float]]]) -> float:
    """Return the excess of the first way's quietest quarters over the second's, in percent."""
    quiet = [
        sum(statistics.fmean(sorted(ways[way])[: max(1, len(ways[way]) // 4)]) for ways in runs)
        for way in (0, 1)
    ]
    return 100 * (quiet[0] / quiet[1] - 1)


async def quiet(siyaq: Siyaq) -> float:
    """Return the processor seconds of an answer, of the quarter that took least."""
    taken = sorted([await unmetered(siyaq, question) for question in QUESTIONS * 10])
    return statistics.fmean(taken[: len(taken) // 4])


async def shape(siyaq: Siyaq) -> tuple[float, float]:
    """Return how many events an answer has, and how many steps in threads, on average."""
    events = steps = 0
    inner = MeteredExecutor.submit

    def counting(*args: Any, **kwargs: Any) -> Any:
        nonlocal steps
        steps += tally.current() is not None  # the answer's own, not the janitor's
        return inner(*args, **kwargs)

    MeteredExecutor.submit = counting  # type: ignore[method-assign]
    for question in QUESTIONS:
        async for event in siyaq.ask(Question(text=question)):
            assert event
            events += 1
    MeteredExecutor.submit = inner  # type: ignore[method-assign]
    return events / len(QUESTIONS), steps / len(QUESTIONS)


async def skeleton(events: int, steps: int) -> AsyncGenerator[int, None]:
    """Yield as many events as an answer has, with its steps in threads before them."""
    for number in range(events):
        for _ in range(number, steps, events):
            await asyncio.to_thread(int)
        yield 1


async def added(siyaq: Siyaq, events: int, steps: int, rounds: int) -> list[float]:
    """Return the us that the meter adds to the skeleton of an answer, and their error."""

    async def bare(_siyaq: Siyaq, _question: str) -> float:
        began = own_seconds()
        for _ in range(_SKELETONS):
            async with aclosing(skeleton(events, steps)) as told:
                while await anext(told, None) is not None:
                    pass
        return own_seconds() - began

    async def with_meter(siyaq: Siyaq, _question: str) -> float:
        metering = siyaq._metering  # noqa: SLF001
        began = own_seconds()
        for _ in range(_SKELETONS):
            call = metering.begin()
            async with aclosing(skeleton(events, steps)) as told:
                while await call.timed(anext(told, None)) is not None:
                    pass
            metering.end("ask", call, Usage())
        return own_seconds() - began

    each = [await bare(siyaq, "") for _ in range(12)]
    excess = await compare(siyaq, with_meter, bare, rounds)
    scale = statistics.fmean(sorted(each)[:3]) / _SKELETONS * 1e6 / 100
    return [round(value * scale, 1) for value in excess]


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
        flags: dict[str, str | int | None] = {"data": f"{folder}/data", "embed.processes": 0}
        config = load(environ={}, flags=flags)
        async with open_siyaq(config, write=True) as siyaq:
            await siyaq.ingest(lines(asked.posts), imported=False)
            indexer = siyaq.indexer
            assert indexer is not None
            await asyncio.to_thread(indexer.wait_embedded, siyaq.log.head(), 600)
            await compare(siyaq, metered, unmetered, 3)
            each = await quiet(siyaq)
            overhead = await compare(siyaq, metered, unmetered, asked.rounds)
            noise = await compare(siyaq, unmetered, unmetered, asked.rounds)
            events, steps = await shape(siyaq)
            more = await added(siyaq, round(events), round(steps), max(40, asked.rounds))
        counted = alone(counters(Path(folder) / "powercap"), Ledger(None))
    print(
        json.dumps(
            {
                "ms_per_answer": round(1e3 * each, 2),
                "overhead_percent_and_error": overhead,
                "unmetered_against_itself": noise,
                "events_and_thread_steps": [events, steps],
                "us_added_to_an_answer_and_error": more,
                "us_per_reading_of_counters": round(counted, 1),
                "percent_of_an_answer": round((more[0] + counted) / each / 1e4, 3),
                "rounds": asked.rounds,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    asyncio.run(main())
