"""siyaq over HTTP: the API, its streams, and the page.

Owns: protocols, limits, wire shapes, problem documents, static files.
Refuses: rules of its own. A handler parses, calls the product, and shapes what it returns.
Concurrency: one event loop; nothing here blocks it or outlives its request.
"""

from siyaq.serve.app import create_app
from siyaq.serve.run import run
from siyaq.serve.settings import ServeSettings

__all__ = ["ServeSettings", "create_app", "run"]
