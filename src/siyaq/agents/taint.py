"""Whose words a value is made of: the user's, or somebody's outside.

A value that was taken from what strangers wrote is tainted, wherever it goes. So is one that
was written down in the plan but stands in what strangers wrote and not in the user's own words:
a model that was talked into something repeats what it was told. After CaMeL (Debenedetti et al.,
2025), whose capabilities are kept per value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from siyaq.agents.plan import Json, as_reference, point
from siyaq.core.errors import NotFound

SHORTEST_TRACED = 4
"""Shorter values stand everywhere and say nothing about where they are from."""

_WHITE = re.compile(r"\s+")


@dataclass(slots=True)
class Outside:
    """What strangers wrote, as far as a run has read it."""

    user_words: str
    _texts: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.user_words = folded(self.user_words)

    def read(self, value: object) -> None:
        """Take note of every string of a result from outside."""
        self._texts += [folded(text) for text in strings(value)]

    def wrote(self, value: object) -> str:
        """Return the first string of `value` that strangers wrote and the user did not, or ""."""
        for text in strings(value):
            short = folded(text)
            if len(short) < SHORTEST_TRACED or short in self.user_words:
                continue
            if any(short in one for one in self._texts):
                return text
        return ""


def strings(value: object) -> Iterator[str]:
    """Yield every string in a JSON value, the names of fields apart."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings(one)


def folded(text: str) -> str:
    """Return `text` as it is compared: compatible forms, case and spacing are one."""
    return _WHITE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


@dataclass(frozen=True, slots=True)
class Resolved:
    """Arguments with their references replaced, and which of them hold words from outside."""

    arguments: dict[str, Json]
    tainted: frozenset[str]


def resolve(
    arguments: Mapping[str, Json], results: Mapping[str, object], outside_calls: frozenset[str]
) -> Resolved:
    """Replace references by the values they name. Raises NotFound for one that is not there.

    A number, a truth value or null of an outside result is typed and cannot carry an order: only
    strings, and what contains them, are tainted.
    """
    plain: dict[str, Json] = {}
    tainted: set[str] = set()
    for name, value in arguments.items():
        plain[name], dirty = _resolved(value, results, outside_calls)
        if dirty:
            tainted.add(name)
    return Resolved(plain, frozenset(tainted))


def _resolved(
    value: Json, results: Mapping[str, object], outside_calls: frozenset[str]
) -> tuple[Json, bool]:
    reference = as_reference(value)
    if reference is not None:
        if reference.call not in results:
            raise NotFound(f"call {reference.call!r} has no result")
        found = point(results[reference.call], reference.at)
        dirty = reference.call in outside_calls and next(strings(found), None) is not None
        return found, dirty  # type: ignore[return-value]  # results are JSON
    if isinstance(value, dict):
        pairs = {key: _resolved(one, results, outside_calls) for key, one in value.items()}
        return {key: one for key, (one, _) in pairs.items()}, any(d for _, d in pairs.values())
    if isinstance(value, list):
        items = [_resolved(one, results, outside_calls) for one in value]
        return [one for one, _ in items], any(dirty for _, dirty in items)
    return value, False
