"""Clients of brokers are optional: most who follow something follow no broker."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from siyaq.core.errors import ConfigError


def optional(module: str, extra: str) -> Any:
    """Import a client. Raises ConfigError that says how to install it where it is not there."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigError(
            f"the client for {extra} is not installed", hint=f"pip install 'siyaq[{extra}]'"
        ) from error
