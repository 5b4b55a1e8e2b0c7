"""POST /v1/chat/completions: a completion, whole or in pieces."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import aclosing

from siyaq.core.answer import Answer, Usage
from siyaq.core.ports import ToolCall
from siyaq.core.product import Product
from siyaq.serve.openai.asked import Asked
from siyaq.serve.openai.functions import call_json
from siyaq.serve.openai.shapes import Json, chat_annotation, chat_usage, verdict
from siyaq.serve.prose import Prose, tell
from siyaq.serve.sse import Events, ServerEvent


async def completion(product: Product, asked: Asked, home: str) -> Json:
    """Return a whole completion."""
    prose = Prose(home, inline=asked.inline)
    answer: Answer | None = None
    async with aclosing(tell(product, asked.question, prose)) as told:
        async for one in told:
            answer = one if isinstance(one, Answer) else None
    assert answer is not None
    message: Json = {
        "role": "assistant",
        "content": prose.text,
        "refusal": None,
        "annotations": [chat_annotation(one) for one in prose.citations],
    }
    sources = prose.sources()
    return {
        **_head(asked, "chat.completion"),
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}],
        "citations": sources,
        "usage": chat_usage(answer.usage, len(sources)),
        "siyaq": verdict(answer),
    }


def calling(asked: Asked, calls: Sequence[ToolCall]) -> Json:
    """Return a completion that asks for tools of the caller's to be called."""
    message: Json = {
        "role": "assistant",
        "content": None,
        "refusal": None,
        "tool_calls": [call_json(call) for call in calls],
    }
    choice = {"index": 0, "finish_reason": "tool_calls", "logprobs": None, "message": message}
    return {
        **_head(asked, "chat.completion"),
        "choices": [choice],
        "usage": chat_usage(Usage(), 0),
    }


async def calling_pieces(asked: Asked, calls: Sequence[ToolCall], *, usage: bool) -> Events:
    """Yield the same in pieces."""
    head = _head(asked, "chat.completion.chunk")
    told = [{"index": place, **call_json(call)} for place, call in enumerate(calls)]
    delta = {"role": "assistant", "content": None, "tool_calls": told}
    for said, finish in ((delta, None), ({}, "tool_calls")):
        choice = {"index": 0, "delta": said, "logprobs": None, "finish_reason": finish}
        yield ServerEvent("", {**head, "choices": [choice]})
    if usage:
        yield ServerEvent("", {**head, "choices": [], "usage": chat_usage(Usage(), 0)})
    yield ServerEvent("", {})


async def pieces(product: Product, asked: Asked, home: str, *, usage: bool) -> Events:
    """Yield a completion in pieces, then `[DONE]`."""
    head = _head(asked, "chat.completion.chunk")

    def piece(delta: Json, finish: str | None = None, **more: object) -> ServerEvent:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return ServerEvent("", {**head, "choices": [choice], **more})

    prose = Prose(home, inline=asked.inline)
    yield piece({"role": "assistant", "content": ""})
    async with aclosing(tell(product, asked.question, prose)) as told:
        async for one in told:
            if isinstance(one, Answer):
                sources = prose.sources()
                spent = chat_usage(one.usage, len(sources))
                yield piece({}, "stop", citations=sources, siyaq=verdict(one))
                if usage:
                    yield ServerEvent("", {**head, "choices": [], "usage": spent})
            else:
                cited = [chat_annotation(place) for place in one.citations]
                yield piece({"content": one.text} | ({"annotations": cited} if cited else {}))
    yield ServerEvent("", {})


def _head(asked: Asked, kind: str) -> Json:
    return {
        "id": "chatcmpl-" + asked.question.answer_id.removeprefix("answer-"),
        "object": kind,
        "created": int(time.time()),
        "model": asked.model,
        "system_fingerprint": None,
    }
