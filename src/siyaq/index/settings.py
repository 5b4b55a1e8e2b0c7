"""What may be chosen about an index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from siyaq.index.disk import LOCAL, Disk


def ignore(step: str) -> None:
    """Take no notice of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """Settings of the index. The two sizes are fixed for the life of one index.

    `on_step` hears the name of each step of the commit protocol as it is reached (`STEPS`), so
    that a test can stop the process there, and `disk` is what all files are written through.
    """

    partition_seqs: int = 2**18  # log seqs a lexical partition covers
    segment_rows: int = 2**16  # passages a vector segment holds
    commit_seconds: float = 0.15  # time between two commits while posts arrive
    catch_up_seconds: float = 1.0  # the same while far behind the log, where nobody waits
    poll_seconds: float = 0.25  # how often the head of the log is looked at unasked
    entries_at_once: int = 2000  # of the log, between two looks at the clock
    clerk_beyond: int | None = 1000  # entries at once that a process analyzes; None: never one
    embed_texts: int = 512  # texts handed to the embedder at once
    approximate_beyond: int | None = 512  # posts waiting for a vector; None: never approximate
    refined_at_once: int = 128  # posts made exact between two looks at the log
    passages_per_post: int = 400
    memory_bytes: int = 160 * 2**20  # tantivy's buffer for the partition being filled
    on_step: Callable[[str], None] = ignore
    disk: Disk = LOCAL

    def __post_init__(self) -> None:
        for name in (
            "partition_seqs",
            "segment_rows",
            "entries_at_once",
            "embed_texts",
            "refined_at_once",
            "passages_per_post",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"index.{name} must be at least 1, got {getattr(self, name)}")
        if self.memory_bytes < MIN_MEMORY_BYTES:
            raise ValueError(
                f"index.memory_bytes must be at least {MIN_MEMORY_BYTES}, got {self.memory_bytes}"
            )


MIN_MEMORY_BYTES = 15_000_000
"""The least that tantivy takes for one indexing thread."""

STEPS = (
    "words committed",
    "vectors written",
    "vectors replaced",
    "state staged",
    "words published",
    "vectors published",
)
"""The steps of the commit protocol at which a process may be stopped."""

STANDARD = IndexSettings()
"""The settings of an index of which nothing was said."""
