"""Runs of an agent, each carried out by a process that is killed at a random moment, and again.

Runs as `python -m prove.purse_victim FOLDER SEED COUNT`. It has one thread, so that it can fork:
a run costs no start of an interpreter. What tools have really done stands in `done.jsonl`, written
before they return; how many kills struck is printed at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

import msgspec

from siyaq.agents import Act, Amounts, AnyTool, Asked, Done, Journal, Runner, Tool, read_plan
from siyaq.agents.amounts import Kind
from siyaq.agents.journal import BROKEN_OFF

RESERVE: Amounts = {"tokens": 1_000, "bytes_down": 50_000, "usd": 0.02}
BEYOND = 0.2
"""By how much, at most, a call costs more than was set aside for it."""

TIMES = 6
"""How often a run is carried on before it is let be."""


class Spend(msgspec.Struct):
    """What a call is to cost, in shares of what is set aside for it; and how long it takes."""

    share: float
    seconds: float


class Purse(msgspec.Struct):
    """One line of `done.jsonl`: a call that was made, and what it cost."""

    run: str
    call: str
    tool: str
    spent: dict[Kind, float]
    granted: dict[Kind, float]


def main(folder: Path, seed: int, count: int) -> int:
    """Carry out so many runs; return how many kills struck."""
    dice = random.Random(seed)
    fired = 0
    usual = 0.05
    for number in range(count):
        with closing(Journal(folder)) as journal:
            run_id = _begun(journal, dice)
        for _ in range(dice.randint(1, TIMES - 1)):
            began = time.monotonic()
            child = _forked(folder, run_id)
            time.sleep(dice.uniform(0, 1.2 * usual))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                usual = 0.8 * usual + 0.2 * (time.monotonic() - began)
                break
            fired += 1
        began = time.monotonic()
        _, status = os.waitpid(_forked(folder, run_id), 0)
        assert os.waitstatus_to_exitcode(status) == 0, (number, run_id, status)
        usual = 0.8 * usual + 0.2 * (time.monotonic() - began)
    return fired


def _begun(journal: Journal, dice: random.Random) -> str:
    """Write a run down: random calls, some at once, some that act, and caps that may not do."""

    def call(name: str) -> dict[str, object]:
        tool = dice.choice(("reads", "reads", "acts"))
        arguments = {"share": round(dice.uniform(0, 1 + BEYOND), 3), "seconds": dice.random() / 200}
        return {"id": name, "tool": tool, "arguments": arguments}

    turns = [
        [call(f"t{turn}c{place}") for place in range(dice.choice((1, 1, 1, 3)))]
        for turn in range(dice.randint(1, 8))
    ]
    caps: Amounts = {
        "steps": float(dice.randint(1, 12)),
        "tokens": float(dice.randint(500, 10_000)),
        "bytes_down": float(dice.randint(20_000, 500_000)),
        "usd": dice.randint(1, 20) / 100,
    }
    run_id = journal.begin_run(user="u", task="spend", model="", caps=caps, allowed=())
    lines = [json.dumps({"calls": turn}) for turn in turns]
    journal.fix_plan(run_id, read_plan(lines, ("reads", "acts")))
    return run_id


def _forked(folder: Path, run_id: str) -> int:
    child = os.fork()
    if child:
        return child
    try:
        asyncio.run(_carried(folder, run_id))
        os._exit(0)
    finally:
        os._exit(1)


async def _carried(folder: Path, run_id: str) -> None:
    record = os.open(folder / "done.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with closing(Journal(folder)) as journal:
        await Runner(journal, _tools(record, run_id), approve=_careful).go(run_id)


async def _careful(asked: Asked) -> bool | None:
    """Allow what has not been done, and leave open what a crash may have broken off."""
    return None if asked.why == BROKEN_OFF else True


def _tools(record: int, run_id: str) -> list[AnyTool]:
    def tool(name: str, *, acts: bool) -> AnyTool:
        async def run(asked: Spend, act: Act) -> Done:
            spent = {kind: asked.share * act.granted[kind] for kind in RESERVE}
            done = Purse(run_id, act.key.rpartition("/")[2], name, spent, dict(act.granted))
            os.write(record, msgspec.json.encode(done) + b"\n")
            await asyncio.sleep(asked.seconds)
            return Done("done", spent)

        return Tool(
            name=name,
            about=name,
            arguments=Spend,
            run=run,
            acts=acts,
            again=not acts,
            reserve=RESERVE,
        )

    return [tool("reads", acts=False), tool("acts", acts=True)]


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
