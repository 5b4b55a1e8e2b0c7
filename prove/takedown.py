"""G12: an account that is taken down is hidden in seconds, however much it wrote, and then gone.

The order comes from another terminal, beside a `siyaq serve` that has all posts in its index. The
time counts from when the order lies in the data directory: what a command takes to start is
nothing that a server could promise.
"""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx2

from prove.campaign import ROOT, Outcome, Trial
from prove.deletion import SIYAQ, SOURCE, canary, found, ingest, serving, settle

_HIDDEN_MS = 2_000
_PURGED_SECONDS = 300
_WITHIN_SECONDS = 300.0
_LOOK_SECONDS = 0.02


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: three accounts of 50,000 posts."""
    count = 50_000 if full else 1_000
    for number in range(3 if full else 1):
        yield Trial(f"an account of {count} #{number}", partial(_takedown, count, seed + number))


def _takedown(count: int, seed: int, place: Path) -> Outcome:
    """Take down an account of very many posts, from another terminal."""
    chance = random.Random(seed)
    data = place / "data"
    canaries = [canary(chance) for _ in range(200)]
    lines = [
        json.dumps(
            {
                "id": str(number),
                "source": SOURCE,
                "author": {"id": "many"},
                "text": f"{canaries[number % 200]} post {number}",
            }
        )
        for number in range(count)
    ]
    with serving(data) as (_, api):
        for start in range(0, count, 5_000):
            ingest(api, lines[start : start + 5_000])
        settle(api)
        began = time.time()  # the clock of a file's date
        purge = subprocess.Popen(
            [*SIYAQ, "purge", "--author", f"{SOURCE}:many", "--data", str(data)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        ordered, hidden = _ordered_and_hidden(data, api, [0, count - 1], began)
        purge.wait(600)
        purged_ms = round(1000 * (time.time() - ordered))
        left = len(found(data, canaries))
    hidden_ms = round(1000 * (hidden - ordered))
    timed = count > 1_000  # the tests run on machines that have much else to do
    wrong = {
        "bytes_left": left,
        "failed": int(purge.returncode != 0),
        "late": int(timed and hidden_ms > _HIDDEN_MS),
        "purged_late": int(timed and purged_ms > 1000 * _PURGED_SECONDS),
    }
    return Outcome(count, wrong, {"max_hidden_ms": hidden_ms, "max_purged_ms": purged_ms})


def _ordered_and_hidden(
    data: Path, api: httpx2.Client, numbers: Sequence[int], began: float
) -> tuple[float, float]:
    """Return when the order was left and when none of these posts was shown any more.

    `began` stands for an order that was carried out before it was seen.
    """
    ordered = 0.0
    while True:
        ordered = ordered or _left_at(data)
        names = (quote(f"{SOURCE}:{number}", safe="") for number in numbers)
        if all(api.get(f"/v1/posts/{name}").status_code == 404 for name in names):
            return ordered or began, time.time()
        if time.time() - began > _WITHIN_SECONDS:
            raise TimeoutError(f"posts {numbers} are still shown")
        time.sleep(_LOOK_SECONDS)


def _left_at(data: Path) -> float:
    """Return when the order was left that waits in a data directory or is being carried out."""
    for kind in ("order", "taken"):
        for path in (data / "orders").glob(f"*.{kind}"):
            with suppress(FileNotFoundError):  # it is on its way
                return path.stat().st_mtime
    return 0.0
