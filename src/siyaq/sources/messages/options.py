"""Options in the URLs of private streams."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qs, urlsplit

from siyaq.core.errors import ConfigError


def read_options(url: str, known: frozenset[str]) -> tuple[SplitResult, Mapping[str, str]]:
    """Split a URL into its parts and its options, the last of each name.

    Raises ConfigError for an option that is not `known`, and for a secret in the address.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ConfigError(f"{url!r} is not an address: {error}") from error
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            f"an address of {parts.scheme!r} may hold no user or password: it is shown in status",
            hint="put them into the environment; the page of the source says how",
        )
    options = parse_qs(parts.query, keep_blank_values=True)
    unknown = sorted(options.keys() - known)
    if unknown:
        allowed = ", ".join(sorted(known))
        told = f"unknown option {unknown[0]!r} of {parts.scheme}"
        raise ConfigError(told, hint=f"one of: {allowed}")
    return parts, {name: values[-1] for name, values in options.items()}


def whole(text: str, option: str, low: int, high: int) -> int:
    """Read a whole number. Raises ConfigError, naming the `option`, for one out of bounds."""
    if not (text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high):
        raise ConfigError(f"{option!r} must be a whole number from {low} to {high}, got {text!r}")
    return int(text)
