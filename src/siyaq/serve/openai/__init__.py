"""OpenAI's HTTP API over siyaq: chat completions, responses, models, embeddings.

Owns: what OpenAI's clients send and expect (and xAI's, whose routes are the same).
Refuses: rules of its own. A conversation becomes one `Question`, an `Answer` becomes their shapes.
"""

from siyaq.serve.openai.routes import router

__all__ = ["router"]
