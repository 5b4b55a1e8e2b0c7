"""siyaq over HTTP: the API, its streams, and the page.

Owns: protocols, limits, wire shapes, problem documents, static files.
Refuses: rules of its own. A handler parses, calls the product, and shapes what it returns.
Concurrency: one event loop; nothing here blocks it or outlives its request.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from siyaq.serve.settings import ServeSettings

if TYPE_CHECKING:
    from siyaq.serve.app import create_app
    from siyaq.serve.listening import run

__all__ = ["ServeSettings", "create_app", "run"]

_LOADED_WHEN_USED = {"create_app": "siyaq.serve.app", "run": "siyaq.serve.listening"}


def __getattr__(name: str) -> object:
    """Load the server when it is asked for: most commands serve nothing, and start faster."""
    if name not in _LOADED_WHEN_USED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LOADED_WHEN_USED[name]), name)
