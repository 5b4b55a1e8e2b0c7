"""Tools that do next to nothing, and runs made of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence

import msgspec

from siyaq.access import current
from siyaq.agents import Act, Amounts, AnyTool, Done, Journal, Tool, read_plan


class Anything(msgspec.Struct, forbid_unknown_fields=True):
    text: str = ""
    number: float = 0
    to: str = ""


class Toys:
    """Tools, and a record of what was really done."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str, str]] = []  # tool, key, text
        self.says: object = "a stranger's words"
        self.costs: Amounts = {}
        self.comes = asyncio.Event()  # what `wait` waits for
        self.waits: list[str] = []  # keys of calls that wait now

    async def _do(self, name: str, asked: Anything, act: Act) -> Done:
        await asyncio.sleep(0)
        self.done.append((name, act.key, asked.text or asked.to))
        value = self.says if name == "read" else {"text": asked.text, "number": asked.number}
        return Done(value, self.costs)

    async def _question(self, asked: Anything, act: Act) -> Done:
        account = current()
        assert account is not None
        account.tokens += 7
        return await self._do("question", asked, act)

    async def _wait(self, _: Anything, act: Act) -> Done:
        self.waits.append(act.key)
        try:
            await self.comes.wait()
        finally:
            self.waits.remove(act.key)
        return Done("it came")

    def tools(self, reserve: Mapping[str, float] | None = None) -> list[AnyTool]:
        def tool(name: str, **more: object) -> AnyTool:
            async def run(asked: Anything, act: Act) -> Done:
                return await self._do(name, asked, act)

            return Tool(name=name, about=name, arguments=Anything, run=run, **more)  # type: ignore[arg-type]

        async def finish(asked: Finish, _: Act) -> Done:
            return Done(asked.result)

        return [
            tool("note", reserve=dict(reserve or {})),
            tool("read", outside=True),
            tool("send", acts=True, again=False, sinks=frozenset({"to", "text"})),
            tool("fetch", sinks=frozenset({"to"})),
            Tool(name="finish", about="end", arguments=Finish, run=finish),
            Tool(
                name="question", about="ask", arguments=Anything, run=self._question, work="search"
            ),
            Tool(
                name="wait", about="wait", arguments=Anything, run=self._wait, waits=lambda _: 3600
            ),
        ]


class Finish(msgspec.Struct):
    result: object = None


def call(tool: str, name: str = "", **arguments: object) -> dict[str, object]:
    return {"tool": tool, "arguments": arguments, **({"id": name} if name else {})}


def begun(
    journal: Journal,
    *turns: object,
    caps: Amounts | None = None,
    task: str = "do",
    key_id: str = "",
    tools: Sequence[str] = ("note", "read", "send", "fetch", "finish", "wait", "question"),
) -> str:
    """Write a planned run down."""
    run_id = journal.begin_run(
        user=key_id or "u",
        task=task,
        model="",
        caps={"steps": 20, **(caps or {})},
        allowed=(),
        key_id=key_id,
    )
    lines = [json.dumps({"calls": turn} if isinstance(turn, list) else turn) for turn in turns]
    journal.fix_plan(run_id, read_plan(lines, tools))
    return run_id
