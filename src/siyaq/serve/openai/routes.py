"""The routes of OpenAI's API."""

from __future__ import annotations

import base64
import secrets
import struct
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from siyaq.access import Role
from siyaq.core.errors import NotFound
from siyaq.core.ports import ToolCall
from siyaq.core.product import Product
from siyaq.core.reports import ModelAtHand
from siyaq.serve.answers import while_present
from siyaq.serve.errors import BadField
from siyaq.serve.home import home_of
from siyaq.serve.json import JsonResponse
from siyaq.serve.keys import caller_of
from siyaq.serve.openai import chat, responses
from siyaq.serve.openai.asked import Asked, ChatBody, ResponsesBody, answer_of, asked
from siyaq.serve.openai.functions import wanted
from siyaq.serve.openai.shapes import Json, model_json, models_by_id
from siyaq.serve.sse import Events, EventStream, ServerEvent, Streams, begun

MAX_TEXTS = 2_048
MAX_TEXT_CHARS = 32_000
_CREATED = 1_767_225_600  # 2026-01-01: the API wants a date for each model

_ResponseId = Annotated[str, Path(max_length=200)]


class EmbeddingsBody(BaseModel):
    """POST /v1/embeddings."""

    model_config = ConfigDict(extra="allow")

    input: str | Annotated[list[str], Field(min_length=1, max_length=MAX_TEXTS)]
    model: Annotated[str, Field(max_length=300)] = ""
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: int | None = None


def router(product: Product, streams: Streams) -> APIRouter:
    """Return the routes of OpenAI's API."""
    routes = APIRouter(tags=["openai"])

    @routes.post("/v1/chat/completions", summary="OpenAI's chat completions, every sentence cited")
    async def completions(body: ChatBody, request: Request) -> Response:
        return await _completed(product, body, request, streams)

    @routes.post("/v1/responses", summary="OpenAI's and xAI's responses, every sentence cited")
    async def respond(body: ResponsesBody, request: Request) -> Response:
        question = await asked(product, body, _new_id())
        home = home_of(request)
        if body.stream:
            told = responses.events(product, question, body, home)
            return await _streamed(request, told, streams)
        with streams.answers.taken():
            making = responses.respond(product, question, body, home)
            return JsonResponse(await while_present(request, making))

    @routes.get("/v1/responses/{response_id}", summary="A kept response as its posts stand now")
    async def opened(response_id: _ResponseId, request: Request) -> Response:
        answer = await product.answer(answer_of(response_id))
        return JsonResponse(responses.reopened(answer, response_id, home_of(request)))

    @routes.delete("/v1/responses/{response_id}", summary="Erase a kept response")
    async def forget(response_id: _ResponseId) -> Response:
        await product.forget_answer(answer_of(response_id))
        gone = {"id": response_id, "object": "response", "deleted": True}
        return JsonResponse(gone)

    @routes.get("/v1/models", summary="The models that answer, and what embeds")
    async def listed(request: Request) -> Response:
        found = models_by_id(await product.models())
        models = [_model(name, one, request) for name, one in found.items()]
        return JsonResponse({"object": "list", "data": models})

    @routes.get("/v1/models/{model:path}", summary="One model")
    async def one(model: Annotated[str, Path(max_length=300)], request: Request) -> Response:
        found = models_by_id(await product.models()).get(model)
        if found is None:
            raise NotFound(f"no model {model[:100]!r}", hint="GET /v1/models lists them")
        return JsonResponse(_model(model, found, request))

    @routes.post("/v1/embeddings", summary="OpenAI's embeddings, of the model that finds posts")
    async def embeddings(body: EmbeddingsBody) -> Response:
        return JsonResponse(await _embedded(product, body))

    return routes


def _model(name: str, found: ModelAtHand, request: Request) -> Json:
    """Shape a model for whoever asks: why it is ill may name files, and is for admins."""
    admin = caller_of(request).role is Role.ADMIN
    return model_json(name, _CREATED, found if admin else replace(found, problem=""))


def _new_id() -> str:
    return f"answer-{secrets.token_hex(12)}"


async def _completed(
    product: Product, body: ChatBody, request: Request, streams: Streams
) -> Response:
    """Return a chat completion: calls of the caller's own tools, or else an answer."""
    if body.n not in (None, 1):
        raise BadField("siyaq has one answer: n must be 1")
    question = await asked(product, body, _new_id())
    home = home_of(request)
    with streams.answers.taken():
        calls = await while_present(request, wanted(product, body))
    if calls:
        return await _calling(request, body, question, calls, streams)
    if body.stream:
        pieces = chat.pieces(product, question, home, usage=body.wants_usage)
        return await _streamed(request, pieces, streams)
    with streams.answers.taken():
        made = await while_present(request, chat.completion(product, question, home))
    return JsonResponse(made)


async def _calling(
    request: Request,
    body: ChatBody,
    question: Asked,
    calls: Sequence[ToolCall],
    streams: Streams,
) -> Response:
    """Return a completion that asks for tools of the caller's to be called."""
    if not body.stream:
        return JsonResponse(chat.calling(question, calls))
    told = chat.calling_pieces(question, calls, usage=body.wants_usage)
    return await _streamed(request, told, streams)


async def _streamed(request: Request, events: Events, streams: Streams) -> Response:
    """Return a stream; an error before its first event is still an error of its own."""
    told = await begun(events, request)
    return EventStream(_as_errors(told), streams.answers, streams, behind=events)


async def _as_errors(events: Events) -> AsyncGenerator[ServerEvent, None]:
    """Name a problem as clients of this API expect it: `error`, with an object of that name."""
    try:
        async for event in events:
            if event.name == "problem":
                detail = {"message": event.data["detail"], "code": event.data["code"]}
                error = {**detail, "type": "server_error", "param": None}
                yield ServerEvent("error", {"type": "error", **detail, "error": error})
            else:
                yield event
    finally:
        await events.aclose()


async def _embedded(product: Product, body: EmbeddingsBody) -> dict[str, Any]:
    texts = [body.input] if isinstance(body.input, str) else body.input
    if any(not text or len(text) > MAX_TEXT_CHARS for text in texts):
        raise BadField(f"each text must have from 1 to {MAX_TEXT_CHARS} characters")
    names = [one.name for one in await product.models() if one.role == "vectors"]
    if body.model not in ("", "siyaq", *names):
        raise NotFound(f"no embedder {body.model[:100]!r}", hint=f"it is {names[0]!r}")
    rows = await product.embed(texts)
    if body.dimensions not in (None, len(rows[0])):
        raise BadField(f"vectors have {len(rows[0])} dimensions and no other number")
    coded = body.encoding_format == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _base64(row) if coded else list(row)}
        for index, row in enumerate(rows)
    ]
    usage = {"prompt_tokens": 0, "total_tokens": 0}
    return {"object": "list", "data": data, "model": names[0], "usage": usage}


def _base64(row: object) -> str:
    values = list(row)  # type: ignore[call-overload]
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
