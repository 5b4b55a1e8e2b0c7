"""Tools of the caller's own (`function`), passed through to a configured model.

The model says which to call; siyaq calls none. What it sees is what the caller sent: not the text
of earlier answers, which quotes posts, so that no post can have a tool called. What it says besides
calls is not read: where it calls nothing, the answer is siyaq's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from siyaq.core.ports import ToolCall
from siyaq.core.product import Product
from siyaq.serve.errors import BadField
from siyaq.serve.openai.asked import ChatBody, chosen
from siyaq.serve.openai.conversation import Message, text_of

Json = dict[str, Any]


async def wanted(product: Product, body: ChatBody) -> Sequence[ToolCall]:
    """Return the calls that the body's model wants; none where the body has no such tools.

    Raises BadField for tools that cannot be, QueryError where no model can call tools.
    """
    tools = [_function(one.model_dump(exclude_unset=True)) for one in body.functions]
    if not tools or body.tool_choice == "none":
        return ()
    choice = body.tool_choice if body.tool_choice is not None else "auto"
    messages = [shown for one in body.messages if (shown := _shown(one)) is not None]
    return await product.call_tools(messages, tools, choice=choice, model=chosen(body.model))


def call_json(call: ToolCall) -> Json:
    """Shape one call."""
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _function(tool: Json) -> Json:
    function = tool.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str) or not 0 < len(name) <= 128:
        raise BadField("a tool of the kind 'function' needs function.name")
    return {"type": "function", "function": function}


def _shown(message: Message) -> Json | None:
    """Return what a model sees of a message; None for what may hold words of posts."""
    more = message.model_extra or {}
    if message.role == "assistant":
        calls = more.get("tool_calls")
        return {"role": "assistant", "content": None, "tool_calls": calls} if calls else None
    text = text_of(message)
    if message.role in ("tool", "function"):
        return {"role": "tool", "content": text, "tool_call_id": str(more.get("tool_call_id", ""))}
    role = "user" if message.role == "user" else "system"
    return {"role": role, "content": text}
