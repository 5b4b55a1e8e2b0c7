"""What the meter itself costs: answers with every step metered, beside the same without.

    python bench/meter_cost.py [--posts 4000] [--rounds 40] [--depth 20]

The same question is answered metered and unmetered, in turns, on one open siyaq, so that a drift
of the machine falls on both. Counted is the processor time of the threads that answer, and of each
way the quarter of its runs that took least, as others on the machine only ever add to it; errors
are those of 400 draws from the runs. Beside it stand unmetered answers against themselves. That
noise is larger than the cost of one meter, so the answer is also metered by `depth` meters, one
inside the other, beside as many plain wrappers: what they add together, divided by their number, is
what one adds, with an error divided alike. Work handed to a thread is timed there once, however
many meters there are: that is measured alone and added, as is a reading of counters like RAPL's.
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
from pathlib import Path
from typing import Any

from siyaq.app.metering import Metering
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import load
from siyaq.core.answer import AnswerEvent, Question, Usage
from siyaq.core.product import Totals
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


Events = AsyncGenerator[AnswerEvent, None]
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


def deep(depth: int, *, metered: bool) -> Answering:
    """Return a way to answer inside so many meters, or inside as many plain wrappers."""

    async def answer(siyaq: Siyaq, question: str) -> float:
        began = own_seconds()
        await asyncio.to_thread(siyaq._searcher.refresh)  # noqa: SLF001
        events: Events = siyaq._answers.stream(Question(text=question))  # noqa: SLF001
        for _ in range(depth):
            events = _metered(siyaq._metering, events) if metered else _plain(events)  # noqa: SLF001
        async for event in events:
            assert event
        return own_seconds() - began

    return answer


async def _metered(metering: Metering, events: Events) -> Events:
    call = metering.begin()
    while (event := await call.timed(anext(events, None))) is not None:
        yield event
    metering.end("ask", call, Usage())


async def _plain(events: Events) -> Events:
    while (event := await anext(events, None)) is not None:
        yield event


async def threads(siyaq: Siyaq, calls: int = 3000) -> tuple[float, float]:
    """Return the steps in threads of an answer, and the us that timing one adds."""
    counted = 0
    executor = MeteredExecutor(max_workers=1)
    inner = MeteredExecutor.submit

    def counting(*args: Any, **kwargs: Any) -> Any:
        nonlocal counted
        counted += 1
        return inner(*args, **kwargs)

    MeteredExecutor.submit = counting  # type: ignore[method-assign]
    for question in QUESTIONS:
        await metered(siyaq, question)
    MeteredExecutor.submit = inner  # type: ignore[method-assign]

    async def submit() -> float:
        began = time.process_time()
        for _ in range(calls):
            executor.submit(int).result()
        return time.process_time() - began

    added = []
    for _ in range(7):
        plain = await submit()
        added.append(await tally.timed(tally.Tally(), submit()) - plain)
    executor.shutdown()
    return counted / len(QUESTIONS), statistics.median(added) / calls * 1e6


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
    parser.add_argument("--depth", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        flags = {"data": f"{folder}/data", "embed.processes": 0}
        config = load(environ={}, flags=flags)
        async with open_siyaq(config, write=True) as siyaq:
            await siyaq.ingest(lines(asked.posts), imported=False)
            indexer = siyaq.indexer
            assert indexer is not None
            await asyncio.to_thread(indexer.wait_embedded, siyaq.log.head(), 600)
            await compare(siyaq, metered, unmetered, 3)
            each = statistics.median([await unmetered(siyaq, q) for q in QUESTIONS * 10])
            overhead = await compare(siyaq, metered, unmetered, asked.rounds)
            noise = await compare(siyaq, unmetered, unmetered, asked.rounds)
            ways = (deep(asked.depth, metered=how) for how in (True, False))
            together = await compare(siyaq, *ways, asked.rounds)
            steps, step = await threads(siyaq)
        counted = alone(counters(Path(folder) / "powercap"), Ledger(None))
    one = [value / asked.depth for value in together]
    others = (steps * step + counted) / (each * 1e6) * 100
    print(
        json.dumps(
            {
                "ms_per_answer": round(1e3 * each, 2),
                "overhead_percent_and_error": overhead,
                "unmetered_against_itself": noise,
                "meters_together_percent_and_error": together,
                "one_of_them": [round(value, 3) for value in one],
                "thread_steps_per_answer": steps,
                "us_per_thread_step": round(step, 2),
                "us_per_reading_of_counters": round(counted, 1),
                "percent_in_all": round(one[0] + others, 3),
                "rounds": asked.rounds,
                "depth": asked.depth,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    asyncio.run(main())
