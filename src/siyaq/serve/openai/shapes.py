"""The shapes of OpenAI's API (and xAI's additions to them), from an answer as prose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from siyaq.core.answer import Answer, Usage
from siyaq.core.reports import ModelAtHand
from siyaq.serve.openai.asked import GROUNDED
from siyaq.serve.prose import Cited, Prose

Json = dict[str, Any]


def chat_usage(usage: Usage, sources: int) -> Json:
    """Shape what a chat completion cost."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {
            "text_tokens": usage.input_tokens,
            "audio_tokens": 0,
            "image_tokens": 0,
            "cached_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
        "num_sources_used": sources,
        "cost_in_usd_ticks": usage.cost_in_usd_ticks,
    }


def response_usage(usage: Usage, sources: int) -> Json:
    """Shape what a response cost."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "num_sources_used": sources,
        "num_server_side_tools_used": 1,
        "cost_in_usd_ticks": usage.cost_in_usd_ticks,
    }


def chat_annotation(cited: Cited) -> Json:
    """Shape a citation of a chat completion."""
    return {"type": "url_citation", "url_citation": _place(cited)}


def annotation(cited: Cited) -> Json:
    """Shape a citation of a response."""
    return {"type": "url_citation", **_place(cited)}


def _place(cited: Cited) -> Json:
    return {
        "url": cited.url,
        "title": cited.title,
        "start_index": cited.start,
        "end_index": cited.end,
    }


def verdict(answer: Answer) -> Json:
    """Say, beside what their API knows, how far an answer goes and why not further."""
    return {
        "answer_id": answer.id,
        "status": answer.status.value,
        "reason": answer.reason.value if answer.reason else None,
        "short_answer": answer.short_answer,
    }


def message_item(name: str, prose: Prose, *, done: bool = True) -> Json:
    """Shape the message of a response."""
    return {
        "id": name,
        "type": "message",
        "role": "assistant",
        "status": "completed" if done else "in_progress",
        "content": [text_part(prose.text, prose.citations)] if done else [],
    }


def text_part(text: str, citations: Iterable[Cited]) -> Json:
    """Shape the text of a message."""
    return {
        "type": "output_text",
        "text": text,
        "annotations": [annotation(one) for one in citations],
        "logprobs": [],
    }


def model_json(model: str, created: int, at_hand: ModelAtHand) -> Json:
    """Shape a model of the list. `state` and `problem` are siyaq's own: how it is."""
    return {
        "id": model,
        "object": "model",
        "created": created,
        "owned_by": "siyaq",
        "state": at_hand.state,
        "problem": at_hand.problem,
    }


def models_by_id(models: Sequence[ModelAtHand]) -> dict[str, ModelAtHand]:
    """Return what answers and what embeds, by their ids; the first one is the default."""
    ids = {f"{GROUNDED}/{m.name}" if m.role == "answers" else m.name: m for m in models}
    return {GROUNDED: next((m for m in models if m.default), models[0]), **ids}
