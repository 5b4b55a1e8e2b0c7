"""How each model did the last time that it was asked: one may be ill while the others are well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from siyaq.core.errors import ModelUnavailable
from siyaq.core.reports import ModelAtHand

PROBLEM_CHARS = 300


class ModelHealth:
    """What is known of models by their names. It belongs to one event loop."""

    def __init__(self) -> None:
        self._problems: dict[str, str] = {}  # "" of one that answered

    def well(self, name: str) -> None:
        """Note that a model has answered."""
        self._problems[name] = ""

    @contextmanager
    def asked(self, name: str) -> Iterator[None]:
        """Note it where a model fails in the block."""
        try:
            yield
        except ModelUnavailable as error:
            self._problems[name] = str(error)[:PROBLEM_CHARS]
            raise

    def told(self, models: Sequence[ModelAtHand]) -> list[ModelAtHand]:
        """Return models with how they are; one that nobody asked yet is neither well nor ill."""
        return [
            replace(one, state="ill" if self._problems[one.name] else "well",
                    problem=self._problems[one.name])
            if one.name in self._problems
            else one
            for one in models
        ]  # fmt: skip
