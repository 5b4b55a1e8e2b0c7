"""Asking a platform again about posts that are held: were they deleted while nobody listened?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from siyaq.core.ids import PostId

Held = Callable[[int], Sequence[PostId]]
"""Returns the names of so many of the newest posts that are held of a source. Blocks."""


@runtime_checkable
class Recalling(Protocol):
    """A source adapter that asks again. It is told before it starts what the log holds."""

    def recall(self, held: Held) -> None:
        """Take note of how to learn what is held."""
        ...
