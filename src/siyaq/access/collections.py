"""Collections: sources by name, which only the keys that name the collection may see.

A source that stands in some collection is private: a key sees it where it was made for one of the
collections that hold it. Every other source is `public`, and seen by every key that was not made
for something else. `all` is everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from siyaq.core.errors import UsageError
from siyaq.core.query import Shows

PUBLIC: Final = "public"
"""The collection of the sources that stand in no other."""
ALL: Final = "all"
"""Every source."""
SEES_ALL: Final = (ALL,)
MOST_OF_A_KEY: Final = 50

_REMEMBERED: Final = 2**12  # names of sources: anybody may ask for any
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Collections:
    """The collections of a siyaq: name to patterns of names of sources, `*` for any characters.

    Capitals make no difference, though they do between sources: better kept from somebody than
    shown by a slip.
    """

    def __init__(self, patterns: Mapping[str, Iterable[str]] | None = None) -> None:
        self._patterns = {name: tuple(held) for name, held in (patterns or {}).items()}
        self._holding = lru_cache(maxsize=_REMEMBERED)(self._held_by)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the private collections."""
        return tuple(self._patterns)

    def of(self, source: str) -> frozenset[str]:
        """Return the collections that a source stands in."""
        return self._holding(source)

    def seen(self, named: Iterable[str]) -> tuple[str, ...]:
        """Return what a key that names some collections sees, in one way of writing it.

        It is `all` where nothing is private and the key was made for what is public.
        """
        known = {*named}
        if ALL in known or (PUBLIC in known and not self._patterns):
            return SEES_ALL
        return tuple(sorted(known))

    def shows(self, named: Iterable[str]) -> Shows | None:
        """Return which sources a key sees that names some collections; None for every one.

        A name of no collection shows nothing.
        """
        seen = frozenset(self.seen(named))
        if ALL in seen:
            return None
        return lambda source: not seen.isdisjoint(self.of(source))

    def checked(self, named: Iterable[str]) -> tuple[str, ...]:
        """Return the names that a key is made with. Raises UsageError for one of none of ours."""
        names = tuple(dict.fromkeys(filter(None, map(str.strip, named)))) or (PUBLIC,)
        unknown = [name for name in names if name not in (*self._patterns, PUBLIC, ALL)]
        if unknown or len(names) > MOST_OF_A_KEY:
            known = ", ".join((PUBLIC, ALL, *self._patterns))
            raise UsageError(
                f"no collection {unknown[0][:64]!r}"
                if unknown
                else f"a key names at most {MOST_OF_A_KEY} collections",
                hint=f"there are: {known}; others are added to [collections] of the settings",
            )
        return names

    def _held_by(self, source: str) -> frozenset[str]:
        held = {
            name
            for name, patterns in self._patterns.items()
            if any(fnmatchcase(source.lower(), pattern.lower()) for pattern in patterns)
        }
        return frozenset(held or {PUBLIC})


def name_problem(name: str) -> str:
    """Say what is wrong with the name of a private collection, "" where nothing is."""
    if name in (PUBLIC, ALL):
        return f"{name!r} is a collection that there always is"
    if not _NAME.fullmatch(name):
        return f"{name[:64]!r} is not a name of small letters, digits, '-' and '_'"
    return ""
