"""From the messages of a chat to one question: what is asked last, and what was said before.

Instructions of a system or a developer cannot change what may be said, and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from siyaq.core.answer import Turn
from siyaq.core.errors import QueryError
from siyaq.serve.errors import BadField

MAX_QUESTION_CHARS = 4_000
MAX_TURN_CHARS = 20_000
MAX_TURNS = 50
MAX_MESSAGES = 2_000

_TEXTS = frozenset({"text", "input_text", "output_text"})


class Message(BaseModel):
    """One message, in the forms that chat completions and responses give it."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = "user"
    content: Annotated[str | list[dict[str, Any]] | None, Field()] = None
    type: str = "message"


def read(messages: Sequence[Message]) -> tuple[str, tuple[Turn, ...]]:
    """Return the question and the turns before it, the newest of them.

    Raises QueryError where nobody asks or the question is too long, BadField for what is no text.
    """
    said = [
        Turn(role=message.role, content=text)
        for message in messages
        if message.role in ("user", "assistant")
        and message.type == "message"
        and (text := text_of(message))
    ]
    last = max((place for place, turn in enumerate(said) if turn.role == "user"), default=-1)
    if last < 0:
        raise QueryError("no message asks anything", hint="the last message of a user is asked")
    question = said[last].content
    if len(question) > MAX_QUESTION_CHARS:
        raise QueryError(
            f"the question has {len(question)} characters, more than {MAX_QUESTION_CHARS}"
        )
    before = said[max(0, last - MAX_TURNS) : last]
    return question, tuple(
        Turn(role=turn.role, content=turn.content[:MAX_TURN_CHARS]) for turn in before
    )


def text_of(message: Message) -> str:
    """Return the text of a message, "" where it has none. Raises BadField for what is no text."""
    if message.content is None or isinstance(message.content, str):
        return (message.content or "").strip()
    parts = []
    for part in message.content:
        kind = part.get("type")
        if kind in _TEXTS and isinstance(part.get("text"), str):
            parts.append(part["text"])
        elif kind != "refusal":
            raise BadField(f"a message holds {str(kind)[:40]!r}; siyaq reads text")
    return "\n".join(parts).strip()
