"""The tables of a file, and how an older file gets those of today."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Synchronous = Literal["FULL", "NORMAL"]
"""Whether a commit returns once it would survive a power cut, or a killed process only."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of a file, format after format.

    Each of `steps` is SQL that makes its format from the one before: the first, format 1, from an
    empty file. It opens no transaction and sets no pragma.
    """

    steps: tuple[str, ...]
    synchronous: Synchronous = "FULL"

    @property
    def format(self) -> int:
        """The newest format, which a file has as its `user_version`."""
        return len(self.steps)


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script, each with the semicolon that ends it."""
    held = ""
    for piece in script.split(";")[:-1]:
        held += piece + ";"
        if sqlite3.complete_statement(held):  # else it stands in a string or a comment
            yield held
            held = ""
