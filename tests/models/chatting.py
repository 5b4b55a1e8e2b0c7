"""Puts messages to a model and gathers what it streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing

from siyaq.core.ports import Delta
from siyaq.models.gguf import GgufModel
from siyaq.models.server import ServerModel

Chat = GgufModel | ServerModel


def chat(
    model: Chat,
    *contents: str,
    tokens: int = 16,
    schema: Mapping[str, object] | None = None,
    enough: Callable[[str], bool] = lambda _: False,
) -> tuple[str, list[Delta]]:
    """Return the text and every Delta of the reply to user messages, or until it is enough."""

    async def gather() -> tuple[str, list[Delta]]:
        messages = [{"role": "user", "content": content} for content in contents]
        text, deltas = "", []
        stream = model.stream(messages, max_output_tokens=tokens, json_schema=schema)
        async with aclosing(stream) as parts:
            async for delta in parts:
                deltas.append(delta)
                text += delta.text
                if enough(text):
                    break
        return text, deltas

    return asyncio.run(gather())
