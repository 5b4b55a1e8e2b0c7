"""What a run may spend and what it has spent, by kind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

from siyaq.core.errors import QueryError

Kind = Literal[
    "steps",
    "tokens",
    "model_calls",
    "usd",
    "seconds",
    "pages",
    "bytes_down",
    "bytes_up",
    "joules",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

Amounts = Mapping[Kind, float]
"""So much of each kind; a kind that is not named is 0 when spent, and without limit as a cap."""

USUAL: Final[Amounts] = {"steps": 20, "tokens": 50_000, "usd": 0.50, "seconds": 600}
"""The caps of a run whose user named none."""

NOTHING: Final[Amounts] = MappingProxyType({})


def nothing() -> Amounts:
    """Return no amount of anything."""
    return NOTHING


def plus(first: Amounts, second: Amounts) -> Amounts:
    """Return both together."""
    kinds = [kind for kind in KINDS if kind in first or kind in second]
    return {kind: first.get(kind, 0.0) + second.get(kind, 0.0) for kind in kinds}


def read_caps(text: str, usual: Amounts = USUAL) -> Amounts:
    """Read `steps=20,usd=0.50` over the usual caps. Raises QueryError, which names the part."""
    caps = dict(usual)
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in KINDS:
            raise QueryError(
                f"a budget has no {name!r}", hint=f"there are {', '.join(KINDS)}: steps=20,usd=0.5"
            )
        caps[name] = _amount(name, value)
    return caps


def _amount(name: str, value: str) -> float:
    try:
        amount = float(value)
    except ValueError:
        amount = -1.0
    if not (math.isfinite(amount) and amount >= 0):
        raise QueryError(f"budget {name}={value!r} is not 0 or more", hint=f"write {name}=20")
    return amount
