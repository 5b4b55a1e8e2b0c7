"""Models behind the ports of `core`: the built-in embedder; chat models plug in beside it.

Owns: turning a request into vectors or tokens, and the processes that do so.
Refuses: prompts, retrieval, retries beyond one request.

Importing this room loads neither numpy nor any weights; `BuiltinEmbedder.load` does.
"""

from siyaq.models.blas import use_one_blas_thread
from siyaq.models.builtin import BuiltinEmbedder

__all__ = ["BuiltinEmbedder", "use_one_blas_thread"]
