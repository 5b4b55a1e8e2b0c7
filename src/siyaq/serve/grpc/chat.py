"""From a request of `xai_api.Chat` to the body of a response over HTTP, and back."""

from __future__ import annotations

import time
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from siyaq.core.answer import Answer
from siyaq.core.errors import SiyaqError
from siyaq.serve.errors import BadField
from siyaq.serve.grpc import messages
from siyaq.serve.grpc.messages import CLASSES
from siyaq.serve.openai.asked import Asked, ResponsesBody, response_of
from siyaq.serve.prose import Cited, Piece, Prose
from siyaq.serve.refusals import from_validation

Json = dict[str, Any]


def body_of(request: Any) -> ResponsesBody:
    """Return what the same request over HTTP would hold. Raises what that would be refused with."""
    if request.n > 1:
        raise BadField("siyaq has one answer: n must be 1")
    body: Json = {
        "model": request.model or "siyaq",
        "input": [_message(one) for one in request.messages],
        "tools": [_tool(one) for one in request.tools] or None,
        "previous_response_id": request.previous_response_id or None,
        "store": bool(request.store_messages),
    }
    if request.HasField("search_parameters"):
        body["search_parameters"] = _parameters(request.search_parameters)
    try:
        return ResponsesBody.model_validate(body)
    except ValidationError as error:
        located = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        refusal: SiyaqError = from_validation(RequestValidationError(located))
        raise refusal from error


def _message(message: Any) -> Json:
    parts = []
    for part in message.content:
        held = [name for name in ("image_url", "file") if part.HasField(name)]
        parts.append({"type": held[0]} if held else {"type": "text", "text": part.text})
    return {"role": messages.ROLES.get(message.role, "user"), "content": parts}


def _tool(tool: Any) -> Json:
    kind = next((field.name for field, _ in tool.ListFields()), "unknown")
    if kind not in ("web_search", "x_search", "collections_search"):
        return {"type": kind}
    return {"type": kind, **_given(getattr(tool, kind))}


def _parameters(parameters: Any) -> Json:
    given = _given(parameters)
    given["mode"] = messages.SEARCH_MODES.get(parameters.mode, "auto")
    sources = []
    for one in parameters.sources:
        kind = next((field.name for field, _ in one.ListFields()), "x")
        sources.append({"type": kind, **_given(getattr(one, kind))})
    return given | {"sources": sources}


def _given(message: Any) -> Json:
    """Return the fields that are set, times as days."""
    found: Json = {}
    for field, value in message.ListFields():
        if field.name in ("from_date", "to_date"):
            found[field.name] = value.ToDatetime().date().isoformat()
        elif field.name != "sources":
            plain = isinstance(value, (str, int, bool))
            found[field.name] = value if plain else list(value)
    return found


def head(asked: Asked) -> Json:
    """Return what a completion and each of its chunks begin with."""
    return {
        "id": response_of(asked.question.answer_id),
        "model": asked.model,
        "created": {"seconds": int(time.time())},
    }


def completion(asked: Asked, prose: Prose, answer: Answer) -> Any:
    """Shape a whole completion."""
    said = CLASSES["Said"](
        content=prose.text, role=messages.ASSISTANT, citations=map(_cited, prose.citations)
    )
    output = CLASSES["Output"](finish_reason=messages.STOP, message=said)
    sources = prose.sources()
    return CLASSES["GetChatCompletionResponse"](
        **head(asked), outputs=[output], citations=sources, usage=_usage(answer, len(sources))
    )


def chunk(beginning: Json, piece: Piece) -> Any:
    """Shape what one sentence adds."""
    delta = CLASSES["Said"](
        content=piece.text, role=messages.ASSISTANT, citations=map(_cited, piece.citations)
    )
    return CLASSES["GetChatCompletionChunk"](
        **beginning, outputs=[CLASSES["OutputChunk"](delta=delta)]
    )


def last_chunk(beginning: Json, prose: Prose, answer: Answer) -> Any:
    """Shape the end of a completion in chunks."""
    sources = prose.sources()
    end = CLASSES["OutputChunk"](
        delta=CLASSES["Said"](role=messages.ASSISTANT), finish_reason=messages.STOP
    )
    return CLASSES["GetChatCompletionChunk"](
        **beginning, outputs=[end], citations=sources, usage=_usage(answer, len(sources))
    )


def _cited(cited: Cited) -> Any:
    return CLASSES["InlineCitation"](
        id=str(cited.marker),
        start_index=cited.start,
        end_index=cited.end,
        web_citation=CLASSES["WebCitation"](url=cited.url),
    )


def _usage(answer: Answer, sources: int) -> Any:
    usage = answer.usage
    return CLASSES["SamplingUsage"](
        prompt_tokens=usage.input_tokens,
        prompt_text_tokens=usage.input_tokens,
        completion_tokens=usage.output_tokens,
        total_tokens=usage.input_tokens + usage.output_tokens,
        num_sources_used=sources,
        cost_in_usd_ticks=usage.cost_in_usd_ticks,
    )
