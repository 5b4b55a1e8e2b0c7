"""Clients of brokers are optional: most who follow something follow no broker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from siyaq.core.errors import ConfigError


def optional(load: Callable[[], Any], extra: str) -> Any:
    """Load a client. Raises ConfigError that says how to install it where it is not there."""
    try:
        return load()
    except ImportError as error:
        raise ConfigError(
            f"the client for {extra} is not installed", hint=f"pip install 'siyaq[{extra}]'"
        ) from error
