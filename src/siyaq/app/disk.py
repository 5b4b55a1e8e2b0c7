"""What a data directory takes on its disk."""

from __future__ import annotations

from pathlib import Path


def disk_bytes(directory: Path) -> int:
    """Return how many bytes of disk the files below `directory` take.

    A file that is longer than what was written to it counts what was written; one that vanishes
    counts nothing.
    """
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.stat().st_blocks * 512
        except FileNotFoundError:  # a merge removed it meanwhile
            continue
    return total
