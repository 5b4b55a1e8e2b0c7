"""G12: an account that is taken down is hidden in seconds, however much it wrote, and then gone.

The order comes from another terminal, beside the `siyaq serve` that carries it out. The time
counts from the start of that command, the start of its process with it.
"""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from prove.campaign import ROOT, Outcome, Trial
from prove.deletion import SIYAQ, SOURCE, canary, found, ingest, serving, until_hidden

_HIDDEN_MS = 5_000  # 2,000 for the server, and what a process takes to start and to ask
_PURGED_SECONDS = 300


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
        began = time.monotonic()
        purge = subprocess.Popen(
            [*SIYAQ, "purge", "--author", f"{SOURCE}:many", "--data", str(data)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        started = began
        hidden_ms = until_hidden(api, [f"{SOURCE}:{number}" for number in (0, count - 1)], started)
        purge.wait(600)
        purged_ms = round(1000 * (time.monotonic() - began))
        left = len(found(data, canaries))
    timed = count > 1_000  # the tests run on machines that have much else to do
    wrong = {
        "bytes_left": left,
        "failed": int(purge.returncode != 0),
        "late": int(timed and hidden_ms > _HIDDEN_MS),
        "purged_late": int(timed and purged_ms > 1000 * _PURGED_SECONDS),
    }
    return Outcome(count, wrong, {"max_hidden_ms": hidden_ms, "max_purged_ms": purged_ms})
