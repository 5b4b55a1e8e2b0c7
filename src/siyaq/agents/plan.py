"""A plan: turns of tool calls, fixed before any text from outside is read.

Written as JSON lines, one turn each, or as the `computer_call` items of a model that uses
computers (its actions are turns of their own):

    {"tool": "search", "arguments": {"text": "outage"}}
    {"id": "why", "tool": "ask", "arguments": {"question": {"$from": "s1", "at": "/hits/0/text"}}}
    {"calls": [{"tool": "context", ...}, {"tool": "context", ...}]}
    {"tool": "finish", "arguments": {"result": {"$from": "why"}}, "if": {"$from": "why",
     "at": "/status", "is": "answered"}}

A value of an earlier call is named by its id and a JSON Pointer (RFC 6901); calls without an id
are s1, s2, ... in order. A condition compares one typed value with a literal, so what was read
can choose between the branches of a plan and never write one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from siyaq.core.errors import NotFound, QueryError

MAX_CALLS = 500
MAX_LINE_CHARS = 100_000
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}", re.ASCII)
FROM = "$from"
COMPUTER_CALL = "computer_call"

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A value of an earlier call: `at` is a JSON Pointer into its result."""

    call: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether a call is made: only where the value is exactly this."""

    reference: Reference
    value: Json


@dataclass(frozen=True, slots=True)
class Call:
    """One use of one tool. References stand in `arguments` as {"$from": id, "at": pointer}."""

    id: str
    tool: str
    arguments: dict[str, Json]
    condition: Condition | None = None


Plan = Sequence[Sequence[Call]]
"""Turns in order; the calls of a turn run side by side."""


def read_plan(lines: Sequence[str], tools: Sequence[str]) -> Plan:
    """Read JSON lines. Raises QueryError, which names the line and what is wrong with it."""
    turns: list[list[Call]] = []
    known: set[str] = set()
    count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            for told in _told(line):
                turn = [*_turn(told, count, tools, known)]
                known |= {call.id for call in turn}
                count += len(turn)
                turns.append(turn)
        except ValueError as error:
            raise QueryError(f"line {number} of the plan: {error}") from None
        if count > MAX_CALLS:
            raise QueryError(f"the plan has more than {MAX_CALLS} calls")
    if not turns:
        raise QueryError("the plan is empty", hint='write {"tool": "ask", "arguments": {...}}')
    return turns


def plan_lines(plan: Plan) -> list[str]:
    """Write a plan as the lines it can be read from."""
    return [
        json.dumps({"calls": [_written(call) for call in turn]}, ensure_ascii=False)
        for turn in plan
    ]


def _told(line: str) -> list[dict[str, object]]:
    """Return the turns that a line holds: one, or as many as a `computer_call` has actions."""
    if len(line) > MAX_LINE_CHARS:
        raise ValueError(f"longer than {MAX_LINE_CHARS} characters")
    told = _json(line, "not JSON")
    if not isinstance(told, dict):
        raise ValueError("not an object")  # noqa: TRY004 -- one kind of error for one bad line
    return computer_turns(told) if told.get("type") == COMPUTER_CALL else [told]


def _json(text: str, otherwise: str) -> object:
    """Read JSON as strictly as the journal does: no NaN, no infinity, no half of a character.

    What passes here can be written down and read again. Raises ValueError, which begins with
    `otherwise`.
    """
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{otherwise}: {error}") from None


def computer_turns(item: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the calls that OpenAI's `computer_call` item stands for, in order.

    What its server wants a person to have seen goes along as `checks`. Raises ValueError.
    """
    actions = item.get("actions", [item.get("action")])
    checks = item.get("pending_safety_checks") or []
    if not isinstance(actions, list) or not all(isinstance(one, dict) for one in actions):
        raise ValueError("'action' is not an object")
    if not isinstance(checks, list) or not all(isinstance(one, dict) for one in checks):
        raise ValueError("'pending_safety_checks' is not a list of objects")
    asks = [str(one.get("message") or one.get("code") or one.get("id")) for one in checks]
    first = {"checks": asks} if asks else {}
    return [{"tool": "computer", "arguments": {**one, **first}} for one in actions]


def _turn(
    told: dict[str, object], count: int, tools: Sequence[str], known: set[str]
) -> Iterator[Call]:
    calls = told.get("calls", [told])
    if not isinstance(calls, list) or not calls:
        raise ValueError("'calls' is not a list of calls")
    ids: set[str] = set()
    for place, one in enumerate(calls, count + 1):
        call = _call(one, f"s{place}", tools, known)
        if call.id in known or call.id in ids:
            raise ValueError(f"id {call.id!r} is taken")
        ids.add(call.id)
        yield call


def _call(told: object, usual_id: str, tools: Sequence[str], known: set[str]) -> Call:
    if not isinstance(told, dict):
        raise ValueError("a call is not an object")  # noqa: TRY004
    name = told.get("tool", told.get("name"))
    if name not in tools:
        raise ValueError(f"there is no tool {name!r}; there are {', '.join(tools)}")
    arguments = told.get("arguments", {})
    if isinstance(arguments, str):  # as OpenAI's models write them
        arguments = _json(arguments, "'arguments' is not JSON")
    if not isinstance(arguments, dict):
        raise ValueError("'arguments' is not an object")  # noqa: TRY004
    own_id = told.get("id", usual_id)
    if not (isinstance(own_id, str) and _ID.fullmatch(own_id)):
        raise ValueError(f"id {own_id!r} is not a short name")
    for reference in references(arguments):
        _require_known(reference, known)
    condition = None if "if" not in told else _condition(told["if"])
    if condition is not None:
        _require_known(condition.reference, known)
    return Call(own_id, str(name), arguments, condition)


def _require_known(reference: Reference, known: set[str]) -> None:
    if reference.call not in known:
        raise ValueError(f"{reference.call!r} is no earlier turn's call")


def _condition(told: object) -> Condition:
    reference = as_reference(told, extra={"is"})
    if reference is None or not isinstance(told, dict) or "is" not in told:
        raise ValueError("'if' is not {'$from': id, 'at': pointer, 'is': value}")
    if isinstance(told["is"], list | dict):
        raise ValueError("'is' is a word, a number, true, false or null")  # noqa: TRY004
    return Condition(reference, told["is"])


def as_reference(value: object, *, extra: set[str] = frozenset()) -> Reference | None:  # type: ignore[assignment]
    """Return the reference that a JSON value is, or None. Raises ValueError for a broken one."""
    if not isinstance(value, Mapping) or FROM not in value:
        return None
    call, at = value[FROM], value.get("at", "")
    if not (isinstance(call, str) and isinstance(at, str)) or set(value) - {FROM, "at"} - extra:
        raise ValueError("a reference is {'$from': id, 'at': pointer}")
    if at and not at.startswith("/"):
        raise ValueError(f"pointer {at!r} does not begin with '/'")
    return Reference(call, at)


def references(value: object) -> Iterator[Reference]:
    """Yield the references in a JSON value."""
    found = as_reference(value)
    if found is not None:
        yield found
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def point(value: object, at: str) -> object:
    """Return what a JSON Pointer (RFC 6901) leads to. Raises NotFound."""
    for token in at.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            raise NotFound(f"the result has nothing at {at!r}")
    return value


def _written(call: Call) -> dict[str, Json]:
    told: dict[str, Json] = {"id": call.id, "tool": call.tool, "arguments": call.arguments}
    if call.condition is not None:
        at = call.condition.reference
        told["if"] = {FROM: at.call, "at": at.at, "is": call.condition.value}
    return told
