"""Writes MiniWoB++ as a folder that `siyaq eval agents` scores, with the plans of an oracle.

    python3 -m venv evals/.venv-miniwob
    evals/.venv-miniwob/bin/pip install --no-deps -r evals/requirements-miniwob.txt
    .venv/bin/python evals/agents_miniwob.py \
        evals/.venv-miniwob/lib/python3*/site-packages/miniwob/html evals/sets/agents/miniwob \
        [--seeds 1] [--task NAME]
    .venv/bin/siyaq eval agents evals/sets/agents/miniwob \
        --model scripted:evals/sets/agents/miniwob/plans.jsonl

Every task type is there, with the words that its page shows for a seed; the reward is the page's
own, and a task is done where it is above 0, as the benchmark's authors count. The oracle knows
some types: it reads the page as only an oracle may, and acts by the browser's tools alone; its
acts are the plans. So what is measured with them is the browser and not a model.

The benchmark: Liu et al., 2018; Farama Foundation (PyPI `miniwob`, static pages).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from wob import choosing, clicking, moving, typing
from wob.page import ORACLES, REWARD, Page, start_of

from siyaq.agents.browser import Session
from siyaq.core.errors import SiyaqError
from siyaq.evals.agents.site import serving

KNOWN = (choosing, clicking, moving, typing)
"""Where the oracles are: to import them is to know them."""

WHERE = "The page for it is open in the browser."
BUDGET = {"steps": 100, "seconds": 3600}
ALLOWED = [{"tool": name} for name in ("browser_type", "browser_select", "computer")]
"""What is read on a page and put into it: the user of a game minds nothing."""


def task(name: str, kind: str, seed: int, query: str) -> dict[str, Any]:
    """Return a line of `tasks.jsonl`."""
    return {
        "_id": name,
        "lang": "en",
        "task": f"{query} {WHERE}",
        "start": f"miniwob/{kind}.html",
        "prepare": start_of(seed),
        "budget": BUDGET,
        "allow": ALLOWED,
        "check": {"page": {"script": REWARD, "above": 0}},
    }


async def played(page: Page, kind: str) -> list[dict[str, Any]]:
    """Have the oracle do a task that has begun, and return its acts; none where it knows none."""
    if kind not in ORACLES:
        return []
    try:
        await ORACLES[kind](page)
    except (SiyaqError, LookupError, ValueError, StopIteration) as error:
        print(f"  {kind}: {type(error).__name__} {error}"[:200], flush=True)
    return page.plan


async def write(folder: Path, kinds: list[str], seeds: int) -> None:
    """Write the tasks and plans of a folder whose site is there."""
    with (
        (folder / "tasks.jsonl").open("w", encoding="utf-8") as tasks,
        (folder / "plans.jsonl").open("w", encoding="utf-8") as plans,
        tempfile.TemporaryDirectory() as scratch,
        serving(folder / "site") as site,
    ):
        workspace = Path(scratch) / "run"
        workspace.mkdir()
        async with Session(["127.0.0.1"], allowed_url=site.url) as session:
            page = Page(session, workspace)
            for kind in kinds:
                for seed in range(seeds):
                    name = f"{kind}-{seed}"
                    try:
                        await page.begin(f"{site.url}/miniwob/{kind}.html", seed)
                    except SiyaqError as error:
                        print(f"  {kind} does not begin: {error}"[:200], flush=True)
                        continue
                    tasks.write(json.dumps(task(name, kind, seed, page.query)) + "\n")
                    plan = await played(page, kind)
                    if plan:
                        plans.write(json.dumps({"_id": name, "plan": plan}) + "\n")


def main() -> None:
    """Write the folder and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("html", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--task", action="append", default=[])
    told = parser.parse_args()
    shutil.copytree(told.html, told.folder / "site", dirs_exist_ok=True)
    types = sorted(path.stem for path in (told.html / "miniwob").glob("*.html"))
    asyncio.run(write(told.folder, told.task or types, told.seeds))
    counts = {
        name: (told.folder / name).read_text("utf-8").count("\n")
        for name in ("tasks.jsonl", "plans.jsonl")
    }
    print(json.dumps({"benchmark": "miniwob 1.1.0", "types": len(types), **counts}))


if __name__ == "__main__":
    main()
