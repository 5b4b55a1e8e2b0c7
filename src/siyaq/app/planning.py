"""Plans for people: a scenario by name or file, calibrated on this installation where asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from siyaq.app.disk import disk_bytes
from siyaq.config import Config
from siyaq.core.errors import NotFound, SiyaqError, Unreadable
from siyaq.log import LogReader
from siyaq.meter.bill import FILE_NAME, read
from siyaq.plan.measured import Measured, calibrated, measured_figures
from siyaq.plan.scenario import Scenario

BENCH = Path("bench/results/latest.json")
GPU = Path("bench/results/gpu.json")


def measured_here(
    scenario: Scenario, config: Config, bench: Path | None, gpu: Path | None
) -> Scenario:
    """Return a scenario with what was measured on this installation.

    Read are the bill of the data directory, what its posts take on disk, and the results of the
    bench and of a graphics card (`bench`, `gpu`, else those of the working directory). Raises
    NotFound where nothing was measured, Unreadable for results that cannot be read.
    """
    posts, taken = _held(config.data)
    measured = Measured(
        date=datetime.now(UTC).date().isoformat(),
        bench=_results(bench, BENCH),
        gpu=_results(gpu, GPU),
        bill=read(config.data / FILE_NAME),
        posts=posts,
        disk_bytes=taken,
    )
    if not measured_figures(measured, scenario.figures):
        raise NotFound(
            "nothing was measured here yet",
            hint="run 'make bench-quick', or ask a few questions of a --data directory",
        )
    return calibrated(scenario, measured)


def _results(named: Path | None, usual: Path) -> Mapping[str, Any] | None:
    path = named or usual
    if named is None and not path.is_file():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unreadable(f"cannot read {str(path)!r}: {error}") from error
    if not isinstance(told, dict):
        raise Unreadable(f"{str(path)!r} holds no results of the bench")
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    return {"date": written, **told}


def _held(directory: Path) -> tuple[int, int]:
    """Return the posts of a data directory and the bytes they take; 0 where there is none."""
    try:
        with LogReader.open(directory) as log:
            return log.counts().posts, disk_bytes(directory)
    except SiyaqError:
        return 0, 0
