"""Models behind the ports of `core`: the built-in embedder; chat models plug in beside it.

Owns: turning a request into vectors or tokens, and the processes that do so.
Refuses: prompts, retrieval, retries beyond one request.
"""
