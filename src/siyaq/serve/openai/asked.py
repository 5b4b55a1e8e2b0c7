"""Bodies of chat completions and of responses, and the question that each comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from siyaq.core.answer import Question
from siyaq.core.errors import NotFound
from siyaq.core.product import Product
from siyaq.serve.errors import BadField
from siyaq.serve.openai.conversation import MAX_MESSAGES, Message, read
from siyaq.serve.xai import Limits, SearchParameters, SearchTool, limits_of

GROUNDED = "siyaq"
"""The id of the model that answers from posts: with the default model of this siyaq, if any.

`siyaq/NAME` answers with one of its models, `siyaq/extractive` with none.
"""

MAX_SENTENCES = 20
SENTENCES = 5

_Model = Annotated[str, Field(max_length=300)]


class Asking(BaseModel):
    """What both kinds of body have. Fields that change nothing here are read and not used."""

    model_config = ConfigDict(extra="allow")

    model: _Model = GROUNDED
    stream: bool | None = False
    tools: Annotated[list[SearchTool], Field(max_length=128)] | None = None
    search_parameters: SearchParameters | None = None
    include: list[str] | None = None

    def limits(self) -> Limits:
        """Return which posts may be found. Raises BadField or BadTime."""
        passed = self.functions
        others = [one.type for one in self.tools or () if not one.kind and one not in passed]
        if others:
            raise BadField(
                f"siyaq calls no tool of the kind {others[0][:40]!r}",
                hint="it searches: web_search, x_search, collections_search",
            )
        if self.search_parameters is not None:
            return self.search_parameters.limits()
        return limits_of(self.tools or ())

    @property
    def functions(self) -> Sequence[SearchTool]:
        """The caller's own tools, where they are passed through."""
        return ()

    @property
    def inline(self) -> bool:
        """Whether markers stand in the text."""
        return "no_inline_citations" not in (self.include or ())


class ChatBody(Asking):
    """POST /v1/chat/completions."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES)]
    stream_options: dict[str, Any] | None = None
    web_search_options: dict[str, Any] | None = None
    n: int | None = 1
    tool_choice: str | dict[str, Any] | None = None

    @property
    def functions(self) -> Sequence[SearchTool]:
        """The caller's own tools: a model says which of them to call."""
        return [tool for tool in self.tools or () if tool.type == "function"]

    def limits(self) -> Limits:
        """Return which posts may be found. Raises BadField or BadTime."""
        options = self.web_search_options
        if options and not self.tools and self.search_parameters is None:
            size = options.get("search_context_size")
            tool = SearchTool.model_validate({"type": "web_search", "search_context_size": size})
            return tool.limits()
        return super().limits()

    @property
    def wants_usage(self) -> bool:
        """Whether a stream ends with a piece of usage."""
        return bool((self.stream_options or {}).get("include_usage"))


class ResponsesBody(Asking):
    """POST /v1/responses."""

    input: str | Annotated[list[Message], Field(max_length=MAX_MESSAGES)]
    previous_response_id: Annotated[str, Field(max_length=200)] | None = None
    store: bool | None = True
    metadata: dict[str, Any] | None = None
    instructions: Any = None

    @property
    def messages(self) -> Sequence[Message]:
        """The input as messages."""
        return [Message(content=self.input)] if isinstance(self.input, str) else self.input


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what its reply is to look like."""

    question: Question
    model: str
    inline: bool


async def asked(product: Product, body: ChatBody | ResponsesBody, answer_id: str) -> Asked:
    """Return the question in a body. Raises QueryError, BadField, BadTime or NotFound."""
    text, history = read(body.messages)
    limits = body.limits()
    followed = (await product.status()).sources
    previous = getattr(body, "previous_response_id", None) or ""
    question = Question(
        text=text,
        history=history,
        previous=answer_of(previous) if previous else "",
        filters=limits.filters(followed),
        model=chosen(body.model),
        limit=min(limits.most or SENTENCES, MAX_SENTENCES),
        answer_id=answer_id,
    )
    return Asked(question, body.model, body.inline)


def chosen(model: str) -> str:
    """Return the model that phrases, "" being the default. Raises NotFound for another id."""
    name, _, rest = model.partition("/")
    if name != GROUNDED:
        raise NotFound(
            f"no model {model[:100]!r} answers here", hint="GET /v1/models lists them: 'siyaq'"
        )
    return rest


def response_of(answer_id: str) -> str:
    """Return the id of a response from that of its answer."""
    return "resp_" + answer_id.removeprefix("answer-")


def answer_of(response_id: str) -> str:
    """Return the id of the answer behind a response. Raises NotFound."""
    if not response_id.startswith("resp_"):
        raise NotFound(f"no response {response_id[:100]!r} is kept")
    return "answer-" + response_id.removeprefix("resp_")
