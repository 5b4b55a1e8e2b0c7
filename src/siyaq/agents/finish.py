"""The tool that ends a run."""

from __future__ import annotations

from typing import Any

import msgspec

from siyaq.agents.tool import FINISH, Act, AnyTool, Done, Tool


class Finish(msgspec.Struct, forbid_unknown_fields=True):
    """What the run came to: usually a reference to the result of a call."""

    result: Any = None
    title: str = ""


def tools() -> list[AnyTool]:
    """Return it, as a list like those of other tools."""
    return [
        Tool(
            name=FINISH,
            about="End the run. Its result is what the user gets.",
            arguments=Finish,
            run=_finish,
            seconds=5.0,
        )
    ]


async def _finish(asked: Finish, _: Act) -> Done:
    return Done({"title": asked.title, "result": asked.result} if asked.title else asked.result)
