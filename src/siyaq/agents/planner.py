"""Where plans come from: a file of tool calls, a chat model, or neither.

A model sees the user's words and what the tools are, and nothing that anybody else wrote: it is
asked once, before anything is read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from siyaq.agents.amounts import Amounts, nothing
from siyaq.agents.plan import Plan, read_plan
from siyaq.agents.tool import AnyTool
from siyaq.core.errors import ModelUnavailable, QueryError
from siyaq.core.ports import Model

PLANNING = "plan"
"""The id under which the cost of planning stands in the journal."""

REPLY_TOKENS = 1500
CHARS_A_TOKEN = 3
"""A cautious estimate for a model that does not count its own tokens."""

_SYSTEM = """\
You turn a task into a plan of tool calls. Reply with one JSON object and nothing else:
{"turns": [{"id": "s1", "tool": NAME, "arguments": {...}}, ...]}
The calls are made in order. A later call may use an earlier result in place of an argument:
{"$from": "s1", "at": "/path/in/the/result"}. The last call is "finish"; its "result" is usually
{"$from": ID} of the call whose result the user wants. Use only these tools:
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and what making it cost."""

    plan: Plan
    spent: Amounts = field(default_factory=nothing)


def plain_plan(task: str, tools: Sequence[AnyTool]) -> Planned:
    """Plan without a model: ask the task as a question, and that is the result."""
    names = [tool.name for tool in tools]
    lines = [
        json.dumps({"id": "answer", "tool": "ask", "arguments": {"question": task}}),
        json.dumps({"tool": "finish", "arguments": {"result": {"$from": "answer"}}}),
    ]
    return Planned(read_plan(lines, names))


def scripted_plan(text: str, tools: Sequence[AnyTool]) -> Planned:
    """Plan what a file says, one JSON line a turn. Raises QueryError."""
    return Planned(read_plan(text.splitlines(), [tool.name for tool in tools]))


def planning_cost(task: str, tools: Sequence[AnyTool]) -> Amounts:
    """Return the most that asking a model for a plan costs."""
    return {"model_calls": 1, "tokens": _prompt_tokens(task, tools) + REPLY_TOKENS}


async def model_plan(
    task: str, tools: Sequence[AnyTool], model: Model, granted: Amounts
) -> Planned:
    """Ask a model for a plan. Raises ModelUnavailable, also for a reply that is no plan."""
    read = _prompt_tokens(task, tools)
    most = int(granted.get("tokens", read + REPLY_TOKENS)) - read
    if most < 1:
        raise QueryError(f"{granted.get('tokens', 0):g} tokens are too few to plan with")
    messages = [
        {"role": "system", "content": _instructions(tools)},
        {"role": "user", "content": task},
    ]
    reply, counted = "", 0
    stream = model.stream(messages, max_output_tokens=most, json_schema=_schema(tools))
    async with aclosing(stream) as deltas:  # type: ignore[type-var]  # adapters are generators
        async for delta in deltas:
            reply += delta.text
            counted += delta.input_tokens + delta.output_tokens
    spent: Amounts = {"model_calls": 1, "tokens": counted or read + len(reply) // CHARS_A_TOKEN}
    return Planned(_read_reply(reply, [tool.name for tool in tools], model.name), spent)


def _read_reply(reply: str, names: Sequence[str], model: str) -> Plan:
    try:
        told = json.loads(reply[reply.index("{") : reply.rindex("}") + 1])
        turns = told["turns"]
        return read_plan([json.dumps(turn) for turn in turns], names)
    except (ValueError, KeyError, TypeError, RecursionError, QueryError) as error:
        detail = f": {error}" if isinstance(error, QueryError) else ""
        raise ModelUnavailable(
            f"model {model!r} made no plan{detail}",
            hint="say the task in other words, use another model, or write the plan yourself: "
            "--model scripted:FILE",
        ) from None


def _instructions(tools: Sequence[AnyTool]) -> str:
    told = [
        json.dumps({"tool": tool.name, "about": tool.about, "arguments": tool.schema()})
        for tool in tools
    ]
    return "\n".join([_SYSTEM, *told])


def _prompt_tokens(task: str, tools: Sequence[AnyTool]) -> int:
    return (len(_instructions(tools)) + len(task)) // CHARS_A_TOKEN


def _schema(tools: Sequence[AnyTool]) -> dict[str, object]:
    call = {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "tool": {"type": "string", "enum": [tool.name for tool in tools]},
            "arguments": {"type": "object"},
        },
        "required": ["id", "tool", "arguments"],
    }
    return {
        "type": "object",
        "properties": {"turns": {"type": "array", "items": call}},
        "required": ["turns"],
    }
