"""siyaq and its peers behind one small interface, so that one program drives them all.

Each engine is one module, imported only when asked for: peers live in an environment of their own
(`make bench-setup`), siyaq in the project's. None knows of any other.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

NAMES = ("siyaq", "siyaq_words", "tantivy_alone", "sqlite_vec", "qdrant", "lance", "txtai_index")
WITHOUT_VECTORS = ("siyaq_words", "tantivy_alone")
BATCH = 500


class Where(NamedTuple):
    """Which posts may be found; what is empty restricts nothing."""

    since_us: int = 0  # placed then or later
    lang: str = ""
    author: str = ""


class Engine(Protocol):
    """What is asked of an engine. Ids are 1, 2, 3 and so on in order of time.

    It may have `stream_batch` (posts handed over at once while a stream comes in), `edit` (replace
    posts by others of the same ids; otherwise they are deleted and added) and `beside` (that a
    process of its own can read what another one writes).
    """

    version: str

    def add(self, posts: list[dict[str, Any]], vectors: np.ndarray | None) -> None:
        """Take posts, with the id, words, text, time, language and author of each."""
        ...

    def searchable(self) -> int:
        """Return how many of the posts taken can be found."""
        ...

    def settle(self) -> None:
        """Do what the engine's documents advise once a load is over."""
        ...

    def words(self, text: str, terms: list[str], k: int, where: Where) -> list[int]:
        """Return the best k posts by BM25 among those that may be found."""
        ...

    def nearest(self, vector: np.ndarray, k: int, where: Where) -> list[int]:
        """Return the k posts with the nearest vectors among those that may be found."""
        ...

    def delete(self, ids: list[int]) -> None:
        """Delete posts, so that no later search finds them."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def load(name: str) -> Callable[[Path], Engine]:
    """Return what makes the engine called `name` in a folder."""
    opener: Callable[[Path], Engine] = importlib.import_module(f"engines.{name}").open_in
    return opener


def fused(first: list[int], second: list[int], k: int) -> list[int]:
    """Return the best k of two rankings, by reciprocal rank (k = 60)."""
    score: dict[int, float] = {}
    for ranking in (first, second):
        for rank, each in enumerate(ranking, 1):
            score[each] = score.get(each, 0.0) + 1 / (60 + rank)
    return sorted(score, key=lambda each: (-score[each], each))[:k]
