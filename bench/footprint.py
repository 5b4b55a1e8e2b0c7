"""The memory of a whole siyaq over an existing data directory: the process and its embedders.

    python bench/footprint.py DATA < questions, one a line

Opens the directory as its writer, as `siyaq serve` does, asks every question of standard input,
and prints one JSON object. Run by `bench/answers.py`, in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from measured import mapped_mib, resident_mib
from siyaq import config
from siyaq.app.opening import open_siyaq
from siyaq.core.query import Query


async def measure(data: str, questions: list[str]) -> dict[str, float]:
    async with open_siyaq(config.load(flags={"data": data}, environ={}), write=True) as siyaq:
        for question in questions:
            await siyaq.search(Query(text=question))
        return _held()


def _held() -> dict[str, float]:
    children = Path("/proc/self/task").glob("*/children")
    pids = [int(pid) for file in children for pid in file.read_text().split()]
    return {
        "anonymous": resident_mib(),
        "mapped": mapped_mib(),
        "embedders": resident_mib(pids) if pids else 0.0,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1], sys.stdin.read().splitlines()))))
