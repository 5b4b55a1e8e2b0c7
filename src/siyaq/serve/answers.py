"""What a model may phrase: answers, whole or as they are made, and cards; answers kept."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from siyaq.core.answer import (
    AnswerEvent,
    EvidenceFound,
    Finished,
    Progress,
    Question,
    finished,
)
from siyaq.core.answer import SentenceChecked as Checked
from siyaq.core.product import Product
from siyaq.serve.asking import AskBody
from siyaq.serve.json import JsonResponse
from siyaq.serve.phraser import check_phraser, phraser_for
from siyaq.serve.posts import held
from siyaq.serve.schema import AnswerJson, CardJson
from siyaq.serve.shape.answer import answer_json
from siyaq.serve.shape.card import card_json
from siyaq.serve.shape.evidence import evidence_list, sentence_json
from siyaq.serve.sse import (
    Events,
    EventStream,
    ServerEvent,
    Streams,
    begun,
    until_gone,
)

_STREAM_EXAMPLE = (
    'event: status\ndata: {"step":"searching"}\n\n'
    'event: evidence\ndata: {"references":[]}\n\n'
    'event: sentence\ndata: {"text":"","citations":[]}\n\n'
    'event: answer\ndata: {"id":"","status":"answered"}\n\n'
    "event: done\ndata: {}\n\n"
)

Made = TypeVar("Made")

_Id = Annotated[str, Path(max_length=200, description="the `id` of an answer")]


def router(product: Product, streams: Streams) -> APIRouter:
    """Return the routes of answers and of what models phrase."""
    routes = APIRouter(tags=["answers"])

    @routes.post(
        "/v1/ask",
        summary="Answer a question, every sentence cited and checked",
        response_model=AnswerJson,
        responses={
            200: {
                "description": "The answer; as events where Accept has text/event-stream: "
                "status, evidence, sentence*, answer, done, or problem",
                "content": {"text/event-stream": {"example": _STREAM_EXAMPLE}},
            }
        },
    )
    async def ask(body: AskBody, request: Request) -> Response:
        question = body.asked()
        if "text/event-stream" in request.headers.get("accept", ""):
            events = _reading(product, question)
            told = await begun(events, request)
            return EventStream(told, streams.answers, streams, behind=events)
        with streams.answers.taken():
            answer = await while_present(request, finished(product.ask(question)))
        return JsonResponse(answer_json(answer))

    @routes.get(
        "/v1/posts/{post_id}/context/phrased",
        summary="The context card of a post, its points phrased by a model and checked",
        response_model=CardJson,
    )
    async def phrased(
        request: Request,
        post_id: Annotated[str, Path(description="`source:native id`, percent-encoded")],
        model: Annotated[str, Query(max_length=200, description="left out: the default")] = "",
    ) -> Response:
        check_phraser(request, model)
        with streams.answers.taken():
            making = product.context_phrased(await held(product, post_id), model)
            card = await while_present(request, making)
        return JsonResponse(card_json(card, await phraser_for(request, product)))

    @routes.get(
        "/v1/answers/{answer_id}",
        summary="A kept answer as it stands now: what its posts no longer say is left out",
        response_model=AnswerJson,
    )
    async def opened(answer_id: _Id) -> Response:
        return JsonResponse(answer_json(await product.answer(answer_id)))

    @routes.delete(
        "/v1/answers/{answer_id}",
        summary="Erase a kept answer and the question it was asked with",
        status_code=204,
    )
    async def forget(answer_id: _Id) -> Response:
        await product.forget_answer(answer_id)
        return Response(status_code=204)

    return routes


def event_of(event: AnswerEvent) -> ServerEvent:
    """Shape one step of an answer."""
    match event:
        case Progress(step):
            return ServerEvent("status", {"step": step})
        case EvidenceFound(references):
            return ServerEvent("evidence", {"references": evidence_list(references)})
        case Checked(sentence):
            return ServerEvent("sentence", {**sentence_json(sentence)})
        case Finished(answer):
            return ServerEvent("answer", {**answer_json(answer)})


async def _reading(product: Product, question: Question) -> Events:
    async with aclosing(product.ask(question)) as steps:
        async for step in steps:
            yield event_of(step)
    yield ServerEvent("done", {})


async def while_present(request: Request, making: Coroutine[None, None, Made]) -> Made:
    """Return the answer, or stop making it when the client leaves."""
    work = asyncio.ensure_future(making)
    gone = asyncio.ensure_future(until_gone(request.receive))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientDisconnect
        return work.result()
    finally:
        work.cancel()
        gone.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)
