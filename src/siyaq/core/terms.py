"""What the terms of a source let us do with its posts, as a table that code obeys.

That deletions are honoured is not in it: they are, whatever the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What may be done with the posts of a source, unless its operator has other terms."""

    train: bool = True  # nothing in siyaq does; for code that would
    coordination: bool = True  # saying of accounts that they share the same within seconds


OPEN: Final = Terms()
_X: Final = Terms(train=False, coordination=False)

TERMS: Final[Mapping[str, Terms]] = {"x": _X, "twitter": _X}
"""By the kind of a source or by its name, in lower case; OPEN for any other."""


def terms_of(source: str, kind: str = "") -> Terms:
    """Return the terms of a source: those of its kind, failing that of its name."""
    return TERMS.get(kind.lower()) or TERMS.get(source.lower()) or OPEN
