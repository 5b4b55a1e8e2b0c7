"""POST /v1/responses: a response, whole or as the sequence of events that makes it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from siyaq.core.answer import Answer
from siyaq.core.product import Product
from siyaq.serve.openai.asked import Asked, ResponsesBody, response_of
from siyaq.serve.openai.shapes import (
    Json,
    annotation,
    message_item,
    response_usage,
    text_part,
    verdict,
)
from siyaq.serve.prose import Piece, Prose, tell
from siyaq.serve.sse import Events, ServerEvent

SOURCES = "web_search_call.action.sources"
"""What `include` says when the sources of a search are wanted in its call."""


class Response:
    """One response as it grows, and the events that tell of it."""

    def __init__(self, asked: Asked, body: ResponsesBody, home: str) -> None:
        self._asked = asked
        self._body = body
        self.prose = Prose(home, inline=asked.inline)
        token = asked.question.answer_id.removeprefix("answer-")
        self._message = f"msg_{token}"
        self._call = f"ws_{token}"
        self._created = int(time.time())
        self._number = 0
        self._searching = True

    def begun(self) -> Iterator[ServerEvent]:
        """Tell that the response is made, and that it searches."""
        yield self._event("response.created", response=self._whole("in_progress"))
        yield self._event("response.in_progress", response=self._whole("in_progress"))
        item = self._search("in_progress")
        yield self._event("response.output_item.added", output_index=0, item=item)
        for step in ("in_progress", "searching"):
            yield self._at_call(f"response.web_search_call.{step}")

    def tell(self, one: Piece | Answer) -> Iterator[ServerEvent]:
        """Tell what came: a piece of the text, or the end."""
        if self._searching:
            self._searching = False
            yield from self._found()
        if isinstance(one, Piece):
            yield from self._said(one)
        else:
            yield from self._ended(one)

    def _found(self) -> Iterator[ServerEvent]:
        """Tell that the search is done, and that the message begins."""
        yield self._at_call("response.web_search_call.completed")
        item = self._search("completed")
        yield self._event("response.output_item.done", output_index=0, item=item)
        message = message_item(self._message, self.prose, done=False)
        yield self._event("response.output_item.added", output_index=1, item=message)
        part = text_part("", ())
        yield self._at_text("response.content_part.added", part=part)

    def _said(self, piece: Piece) -> Iterator[ServerEvent]:
        """Tell what a sentence adds."""
        yield self._at_text("response.output_text.delta", delta=piece.text, logprobs=[])
        first = len(self.prose.citations) - len(piece.citations)
        for place, cited in enumerate(piece.citations, start=first):
            yield self._at_text(
                "response.output_text.annotation.added",
                annotation_index=place,
                annotation=annotation(cited),
            )

    def _ended(self, answer: Answer) -> Iterator[ServerEvent]:
        """Tell that the message and the response are whole."""
        text = self.prose.text
        yield self._at_text("response.output_text.done", text=text, logprobs=[])
        part = text_part(text, self.prose.citations)
        yield self._at_text("response.content_part.done", part=part)
        message = message_item(self._message, self.prose)
        yield self._event("response.output_item.done", output_index=1, item=message)
        yield self._event("response.completed", response=self.whole(answer))

    def whole(self, answer: Answer) -> Json:
        """Return the finished response."""
        sources = self.prose.sources()
        output = [self._search("completed"), message_item(self._message, self.prose)]
        return self._whole("completed") | {
            "output": output,
            "citations": sources,
            "usage": response_usage(answer.usage, len(sources)),
            "completed_at": int(time.time()),
            "siyaq": verdict(answer),
        }

    def _whole(self, status: str) -> Json:
        body, question = self._body, self._asked.question
        return {
            "id": response_of(question.answer_id),
            "object": "response",
            "created_at": self._created,
            "status": status,
            "model": self._asked.model,
            "output": [],
            "error": None,
            "incomplete_details": None,
            "instructions": body.instructions,
            "metadata": body.metadata or {},
            "parallel_tool_calls": False,
            "previous_response_id": body.previous_response_id,
            "store": body.store is not False,
            "temperature": None,
            "tool_choice": "auto",
            "tools": [tool.model_dump(exclude_defaults=True) for tool in body.tools or ()],
            "top_p": None,
            "usage": None,
        }

    def _search(self, status: str) -> Json:
        """Return the item of the search: under xAI's name where its tool was asked for."""
        kinds = {tool.kind for tool in self._body.tools or ()}
        query = self._asked.question.text
        item: Json = {"id": self._call, "type": "web_search_call", "status": status}
        if kinds == {"x"}:
            arguments = json.dumps({"query": query}, ensure_ascii=False)
            return item | {
                "type": "x_search_call",
                "name": "x_keyword_search",
                "call_id": self._call,
                "arguments": arguments,
            }
        if kinds == {"collections"}:
            return item | {"type": "file_search_call", "queries": [query], "results": None}
        item["action"] = {"type": "search", "query": query, "queries": [query]}
        if SOURCES in (self._body.include or ()):
            sources = [{"type": "url", "url": url} for url in self.prose.sources()]
            item["action"]["sources"] = sources
        return item

    def _event(self, kind: str, **data: object) -> ServerEvent:
        event = ServerEvent(kind, {"type": kind, "sequence_number": self._number, **data})
        self._number += 1
        return event

    def _at_call(self, kind: str) -> ServerEvent:
        kind = kind.replace("web_search_call", str(self._search("")["type"]))
        return self._event(kind, output_index=0, item_id=self._call)

    def _at_text(self, kind: str, **data: object) -> ServerEvent:
        return self._event(kind, output_index=1, content_index=0, item_id=self._message, **data)


async def respond(product: Product, asked: Asked, body: ResponsesBody, home: str) -> Json:
    """Return a whole response."""
    response = Response(asked, body, home)
    async for one in _events(product, asked, body, response):
        if isinstance(one, Answer):
            return response.whole(one)
    raise AssertionError("an answer ends with Finished")


async def events(product: Product, asked: Asked, body: ResponsesBody, home: str) -> Events:
    """Yield the events of a response."""
    response = Response(asked, body, home)
    async with aclosing(_events(product, asked, body, response)) as told:
        async for one in told:
            if isinstance(one, ServerEvent):
                yield one


async def _events(
    product: Product, asked: Asked, body: ResponsesBody, response: Response
) -> AsyncGenerator[ServerEvent | Answer, None]:
    """Yield every event of a response, and its answer when all are told."""
    for event in response.begun():
        yield event
    async with aclosing(tell(product, asked.question, response.prose)) as told:
        async for one in told:
            for event in response.tell(one):
                yield event
            if isinstance(one, Answer):
                if body.store is False:
                    await product.forget_answer(one.id)
                yield one


def reopened(answer: Answer, response_id: str, home: str) -> Json:
    """Return the response of a kept answer, as its posts stand now."""
    prose = Prose(home)
    prose.know(answer.references)
    for sentence in answer.sentences:
        prose.add(sentence)
    prose.close(answer)
    sources = prose.sources()
    return {
        "id": response_id,
        "object": "response",
        "created_at": int(answer.as_of.timestamp()),
        "status": "completed",
        "model": "siyaq",
        "output": [message_item("msg_" + response_id.removeprefix("resp_"), prose)],
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": False,
        "previous_response_id": response_of(answer.previous) if answer.previous else None,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "citations": sources,
        "usage": response_usage(answer.usage, len(sources)),
        "siyaq": verdict(answer),
    }
