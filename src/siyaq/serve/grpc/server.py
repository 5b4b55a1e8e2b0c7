"""The gRPC server: the same gate, the same limits, the same answers as over HTTP."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import grpc

from siyaq.access import Budget, Need, Principal, account_of
from siyaq.core.answer import Answer, Question
from siyaq.core.errors import (
    ConfigError,
    ModelUnavailable,
    NotFound,
    Overloaded,
    QuotaExhausted,
    StorageError,
    UsageError,
)
from siyaq.core.product import Product
from siyaq.serve.errors import Forbidden, Unauthorized, ours
from siyaq.serve.gate import Gate
from siyaq.serve.grpc import chat
from siyaq.serve.grpc.messages import CLASSES, PACKAGE
from siyaq.serve.openai.asked import Asked, answer_of, asked
from siyaq.serve.prose import Prose, tell
from siyaq.serve.rationed import rationed
from siyaq.serve.settings import ServeSettings

logger = logging.getLogger("siyaq.serve")

GRACE_SECONDS = 5.0

_CODES = (
    (Unauthorized, grpc.StatusCode.UNAUTHENTICATED),
    (Forbidden, grpc.StatusCode.PERMISSION_DENIED),
    (NotFound, grpc.StatusCode.NOT_FOUND),
    (QuotaExhausted, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (UsageError, grpc.StatusCode.INVALID_ARGUMENT),
    (Overloaded, grpc.StatusCode.RESOURCE_EXHAUSTED),
    ((ModelUnavailable, StorageError), grpc.StatusCode.UNAVAILABLE),
)


class Chat:
    """`xai_api.Chat`."""

    def __init__(self, product: Product, gate: Gate, home: str, budget: Budget | None) -> None:
        self._product = rationed(product)
        self._gate = gate
        self._budget = budget
        self._home = home

    async def complete(self, request: Any, context: Any) -> Any:
        """GetCompletion: a whole completion."""
        async with _refusing(context), self._charging(context):
            question, stored = await self._asked(request)
            prose = Prose(self._home)
            async with aclosing(tell(self._product, question.question, prose)) as told:
                async for one in told:
                    if isinstance(one, Answer):
                        await self._settle(one, stored=stored)
                        return chat.completion(question, prose, one)
        raise AssertionError("an answer ends with Finished")

    async def stream(self, request: Any, context: Any) -> AsyncIterator[Any]:
        """GetCompletionChunk: a completion sentence by sentence."""
        async with _refusing(context), self._charging(context):
            question, stored = await self._asked(request)
            prose, beginning = Prose(self._home), chat.head(question)
            async with aclosing(tell(self._product, question.question, prose)) as told:
                async for one in told:
                    if isinstance(one, Answer):
                        await self._settle(one, stored=stored)
                        yield chat.last_chunk(beginning, prose, one)
                    else:
                        yield chat.chunk(beginning, one)

    async def opened(self, request: Any, context: Any) -> Any:
        """GetStoredCompletion: a kept completion as its posts stand now."""
        async with _refusing(context), account_of(None, self._admit(context, Need.READ)):
            answer = await self._product.answer(answer_of(request.response_id))
            prose = Prose(self._home)
            prose.know(answer.references)
            for sentence in answer.sentences:
                prose.add(sentence)
            prose.close(answer)
            kept = Asked(Question(text="", answer_id=answer.id), "siyaq", inline=True)
            return chat.completion(kept, prose, answer)

    async def forget(self, request: Any, context: Any) -> Any:
        """DeleteStoredCompletion: erase a kept completion."""
        async with _refusing(context), account_of(None, self._admit(context, Need.WRITE)):
            await self._product.forget_answer(answer_of(request.response_id))
            return CLASSES["StoredCompletion"](response_id=request.response_id)

    @asynccontextmanager
    async def _charging(self, context: Any) -> AsyncIterator[None]:
        """Let who may read in, and charge the block to them. Raises QuotaExhausted."""
        caller = self._admit(context, Need.READ)
        async with account_of(self._budget, caller) as account:
            await account.reserve("ask")
            yield

    async def _asked(self, request: Any) -> tuple[Asked, bool]:
        body = chat.body_of(request)
        return await asked(self._product, body, f"answer-{secrets.token_hex(12)}"), bool(body.store)

    def _admit(self, context: Any, need: Need) -> Principal:
        told = dict(context.invocation_metadata() or ())
        scheme, _, key = str(told.get("authorization", "")).partition(" ")
        return self._gate.admit(key.strip()[:200] if scheme.lower() == "bearer" else "", need)

    async def _settle(self, answer: Answer, *, stored: bool) -> None:
        if not stored:
            await self._product.forget_answer(answer.id)


@asynccontextmanager
async def _refusing(context: Any) -> AsyncIterator[None]:
    """Answer an error with its status; what we did not foresee keeps its details to the log."""
    try:
        yield
    except (grpc.aio.AbortError, GeneratorExit):
        raise
    except Exception as error:  # the edge: whatever it was, the client is told
        known = ours(error)
        code = next(
            (code for kinds, code in _CODES if isinstance(known, kinds)), grpc.StatusCode.INTERNAL
        )
        if code is grpc.StatusCode.INTERNAL:
            logger.exception("call failed", extra={"code": known.code})
        trailing: tuple[tuple[str, str], ...] = ()
        if isinstance(known, QuotaExhausted):
            trailing = (("retry-after", str(known.retry_after)),)
        await context.abort(code, f"{known.code}: {known}", trailing)


@asynccontextmanager
async def grpc_serving(product: Product, settings: ServeSettings, port: int) -> AsyncIterator[int]:
    """Serve gRPC beside HTTP, on the same host; yield the port.

    Raises ConfigError where the port cannot be had. There is no TLS: a proxy brings it.
    """
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", settings.max_chat_bytes),
            ("grpc.so_reuseport", 0),
        ],
        maximum_concurrent_rpcs=settings.max_answers,
    )
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    home = f"http://{name}:{settings.port}"
    service = Chat(product, Gate(settings), home, settings.budget)
    server.add_generic_rpc_handlers((_handlers(service),))
    try:
        bound = server.add_insecure_port(f"{name}:{port}")
    except RuntimeError as error:
        raise ConfigError(
            f"port {port} on {settings.host!r} cannot be had for gRPC", hint="give --grpc-port"
        ) from error
    await server.start()
    try:
        yield bound
    finally:
        await server.stop(GRACE_SECONDS)


def _handlers(service: Chat) -> grpc.GenericRpcHandler:
    def unary(method: Any, kind: str) -> Any:
        return grpc.unary_unary_rpc_method_handler(
            method, CLASSES[kind].FromString, lambda reply: reply.SerializeToString()
        )

    return grpc.method_handlers_generic_handler(
        f"{PACKAGE}.Chat",
        {
            "GetCompletion": unary(service.complete, "GetCompletionsRequest"),
            "GetCompletionChunk": grpc.unary_stream_rpc_method_handler(
                service.stream,
                CLASSES["GetCompletionsRequest"].FromString,
                lambda reply: reply.SerializeToString(),
            ),
            "GetStoredCompletion": unary(service.opened, "StoredCompletion"),
            "DeleteStoredCompletion": unary(service.forget, "StoredCompletion"),
        },
    )
