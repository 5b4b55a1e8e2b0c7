"""Calls of chat models as spans, by the names of OpenTelemetry's conventions for generative AI."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import urlsplit

from siyaq.core.ports import Delta
from siyaq.traces import NOTHING, Attributes, Span, current, streamed

_PROVIDERS = {"api.openai.com": "openai", "api.x.ai": "x_ai", "api.mistral.ai": "mistral_ai"}


def chat_span(model: str, attributes: Attributes) -> Span:
    """Begin the span of one call of a chat model, within the one at hand."""
    told = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
    return current().child(f"chat {model}", {**told, **attributes}, "client")


def server_told(url: str) -> Attributes:
    """Return what is told of a model's server: whose it is, by its name, and where.

    One that is nobody's we know is told as "openai", whose protocol it speaks.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    return {
        "gen_ai.provider.name": _PROVIDERS.get(host, "openai"),
        "server.address": host,
        "server.port": parts.port or (443 if parts.scheme == "https" else 80),
    }


def told(begun: Span, deltas: AsyncGenerator[Delta, None]) -> AsyncGenerator[Delta, None]:
    """Stream a reply as a span, which says at the end what the model has read and written."""
    return deltas if begun is NOTHING else streamed(begun, _counted(begun, deltas))


async def _counted(begun: Span, deltas: AsyncGenerator[Delta, None]) -> AsyncGenerator[Delta, None]:
    async with aclosing(deltas):
        async for delta in deltas:
            if delta.finish_reason is not None:
                begun.set({"gen_ai.response.finish_reasons": [delta.finish_reason]})
                used(begun, delta.input_tokens, delta.output_tokens)
            yield delta


def used(begun: Span, read: int, written: int) -> None:
    """Say how many tokens a model has read and written, where it says so itself."""
    if read or written:
        begun.set({"gen_ai.usage.input_tokens": read, "gen_ai.usage.output_tokens": written})
