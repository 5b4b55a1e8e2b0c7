"""Which deliveries are taken: `webhook://NAME[?map=…&scheme=…&tolerance=…&secret_file=…]`.

They come to `POST /v1/hooks/NAME`. Options: `map=FILE` (how a message becomes posts),
`scheme=standard|body` (how they are signed), `tolerance=5m` (how far the clocks of the two sides
may be apart, and how long a delivery is remembered), `secret_file=PATH`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from siyaq.core.errors import ConfigError
from siyaq.sources.messages.options import read_options
from siyaq.sources.option import duration

Scheme = Literal["standard", "body"]

_OPTIONS = frozenset({"map", "scheme", "tolerance", "secret_file"})
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One place where deliveries come in."""

    name: str
    scheme: Scheme
    tolerance: timedelta
    mapping: str
    secret_file: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a `webhook` URL. Raises ConfigError, naming what is wrong with it."""
        parts, options = read_options(url, _OPTIONS)
        name = parts.netloc
        if _NAME.fullmatch(name) is None or parts.path.strip("/"):
            raise ConfigError(
                f"{url!r} does not name a webhook",
                hint="webhook://NAME, of the characters a-z 0-9 _ -",
            )
        tolerance = duration(options.get("tolerance", "5m"), "tolerance")
        if not timedelta(seconds=1) <= tolerance <= _MOST:
            raise ConfigError("'tolerance' must be from 1s to 1h")
        return cls(
            name=name,
            scheme=_scheme(options.get("scheme", "standard")),
            tolerance=tolerance,
            mapping=options.get("map", ""),
            secret_file=options.get("secret_file", ""),
        )


def _scheme(text: str) -> Scheme:
    match text:
        case "standard" | "body":
            return text
    raise ConfigError(f"'scheme' must be standard or body, got {text!r}")
