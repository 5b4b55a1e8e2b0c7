"""Models behind the ports of `core`: the built-in embedder, and chat models in files or servers.

Owns: turning a request into vectors or tokens, the processes that do so, weights on disk.
Refuses: prompts, retrieval, retries beyond one request.

Importing this room loads neither numpy nor any weights; `BuiltinEmbedder.load` does, and a chat
model's first reply.
"""

from siyaq.models.blas import use_one_blas_thread
from siyaq.models.builtin import BuiltinEmbedder
from siyaq.models.catalog import EXTRACTIVE, Catalog, Entry
from siyaq.models.e5 import E5Embedder
from siyaq.models.pull import pull
from siyaq.models.shelf import Shelf

__all__ = [
    "EXTRACTIVE",
    "BuiltinEmbedder",
    "Catalog",
    "E5Embedder",
    "Entry",
    "Shelf",
    "pull",
    "use_one_blas_thread",
]
