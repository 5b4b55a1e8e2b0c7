"""The task `coordination`: which pairs of posts CooRTweet's definition finds.

Each `expected_minp{P}_tw{W}.jsonl` of the folder holds the pairs at min_participation P and
time_window W. `missing` and `extra` count over all of them; an unordered pair of contents on one
object is one pair. The shares are taken in one after the other, in the order of the file.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from siyaq.context import Share, Shares
from siyaq.context.coordination import Pair
from siyaq.core.errors import Unreadable
from siyaq.evals import folder
from siyaq.evals.figures import Scores
from siyaq.evals.predictions import write_lines
from siyaq.evals.work import Work

_EXPECTED = re.compile(r"expected_minp(\d{1,6})_tw(\d{1,9})\.jsonl(?:\.gz|\.zst)?")
_TOLD_EVERY = 5_000

Key = tuple[str, frozenset[str]]


async def score(work: Work) -> Scores:
    """Compare our pairs with those expected. Raises Unreadable where none are."""
    return await asyncio.to_thread(_score, work)


def _score(work: Work) -> Scores:
    files = _expected_files(work.directory)
    began = time.monotonic()
    shares = Shares(capacity=10**9)
    rows = Counter[folder.Shared]()
    for count, line in enumerate(folder.read_all(work.directory, "shares.jsonl", folder.Shared), 1):
        shares.add(Share(line.t, line.object_id, line.content_id, line.account_id, nth=rows[line]))
        rows[line] += 1
        if count % _TOLD_EVERY == 0:
            work.on_progress(count, count, "taking in shares")
    found = {
        (least, window): shares.pairs(min_participation=least, time_window=window)
        for least, window in files
    }
    seconds = time.monotonic() - began
    missing = extra = expected = 0
    for parameters, path in files.items():
        known = {
            (pair.object_id, frozenset((pair.content_id, pair.content_id_y)))
            for pair in folder.read_records(path, folder.KnownPair)
        }
        ours = set(map(_key, found[parameters]))
        missing += len(known - ours)
        extra += len(ours - known)
        expected += len(known)
    if not expected:
        raise Unreadable(f"folder {str(work.directory)!r} expects no pair at all")
    if work.predictions is not None:
        write_lines(
            work.predictions,
            (_prediction(pair, *setting) for setting, pairs in found.items() for pair in pairs),
        )
    return Scores(
        metrics={"missing": missing, "extra": extra, "expected": expected},
        counts={
            "shares": len(shares),
            "settings": len(files),
            "shares_per_second": round(len(shares) / seconds) if seconds else 0,
        },
    )


def _expected_files(directory: Path) -> Mapping[tuple[int, int], Path]:
    """Return (min_participation, time_window) to file. Raises Unreadable where there is none."""
    found = ((_EXPECTED.fullmatch(path.name), path) for path in sorted(directory.iterdir()))
    files = {(int(name[1]), int(name[2])): path for name, path in found if name is not None}
    if not files:
        raise Unreadable(f"folder {str(directory)!r} has no 'expected_minp…_tw….jsonl'")
    return files


def _key(pair: Pair) -> Key:
    return pair.object_id, frozenset((pair.x.content_id, pair.y.content_id))


def _prediction(pair: Pair, least: int, window: int) -> dict[str, object]:
    return {
        "object_id": pair.object_id,
        "content_id": pair.x.content_id,
        "content_id_y": pair.y.content_id,
        "time_delta": f"{pair.time_delta:g}",
        "account_id": pair.x.account_id,
        "account_id_y": pair.y.account_id,
        "minp": least,
        "tw": window,
    }
