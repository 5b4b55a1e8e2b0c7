"""Options in the URLs of sources, and what may be said of their hosts."""

from __future__ import annotations

import re
from datetime import timedelta

from siyaq.core.errors import ConfigError
from siyaq.sources.limits import SOURCE_CHARS

_SOURCE = re.compile(rf"[A-Za-z0-9._-]{{1,{SOURCE_CHARS}}}", re.ASCII)
_DURATION = re.compile(r"(\d{1,9})(s|m|h|d)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def is_source_name(name: str) -> bool:
    """Say whether `name` may name a source: A-Z a-z 0-9 . _ - only, so never a colon."""
    return _SOURCE.fullmatch(name) is not None


def operator_name(name: str) -> str:
    """Return the name that the operator gives a source. Raises ConfigError for a bad one."""
    if not is_source_name(name):
        raise ConfigError(
            f"{name!r} cannot name a source",
            hint=f"use 1 to {SOURCE_CHARS} of the characters A-Z a-z 0-9 . _ -",
        )
    return name


def duration(text: str, option: str) -> timedelta:
    """Read "30s", "10m", "2h" or "1d". Raises ConfigError, naming `option`, for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ConfigError(f"{option!r} must be like '30s', '10m', '2h' or '1d', got {text!r}")
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
