"""Options in the URLs of private streams."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qs, urlsplit

from siyaq.core.errors import ConfigError


def read_options(url: str, known: frozenset[str]) -> tuple[SplitResult, Mapping[str, str]]:
    """Split a URL into its parts and its options, the last of each name.

    Raises ConfigError for an option that is not `known`, and for a secret in the address.
    """
    try:
        parts = urlsplit(url)
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


def address_of(parts: SplitResult, url: str, port: int) -> tuple[str, int]:
    """Return the host and the port of an address. Raises ConfigError where it names none."""
    try:
        given = parts.port
    except ValueError as error:
        raise ConfigError(f"{url!r} is not an address: {error}") from error
    if not parts.hostname:
        raise ConfigError(f"{url!r} names no host")
    return parts.hostname, given or port


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Return what checks a server's certificate: by the system's authorities, or by `ca_file`'s.

    Raises ConfigError for a file that cannot be used.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"cannot read authorities from {ca_file!r}: {error}") from error
