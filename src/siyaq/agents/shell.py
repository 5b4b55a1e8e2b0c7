"""The tool that runs scripts on the files of a run, in a box."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from siyaq.agents import box
from siyaq.agents.tool import Act, AnyTool, Done, Tool
from siyaq.core.errors import UsageError

SECONDS = 30.0


class Script(msgspec.Struct, forbid_unknown_fields=True):
    """A program to run in the workspace."""

    code: Annotated[str, msgspec.Meta(max_length=100_000)]
    language: Literal["python", "sh"] = "python"


def tools() -> list[AnyTool]:
    """Return the tool, where the box can be made; no tool where it cannot."""
    if not box.available():
        return []
    return [
        Tool(
            name="run_code",
            about="Run a Python or shell script on the files of this run, without a network.",
            arguments=Script,
            run=_run,
            outside=True,
            sinks=frozenset({"code"}),
            seconds=SECONDS,
        )
    ]


async def _run(asked: Script, act: Act) -> Done:
    if asked.language == "python" and not box.has_python():
        raise UsageError(f"there is no {box.PYTHON} to run Python with", hint="use sh")
    program = [box.PYTHON, "-I", "-c"] if asked.language == "python" else ["/bin/sh", "-c"]
    outcome = await box.run([*program, asked.code], act.workspace)
    return Done(
        {
            "exit_code": outcome.exit_code,
            "output": outcome.output,
            "cut": outcome.cut,
            "ended_by": outcome.ended_by,
        }
    )
