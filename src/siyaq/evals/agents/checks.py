"""Whether a run did what its task wanted, and nothing that it forbids."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from siyaq.agents import Act, Run
from siyaq.agents.browser import Session
from siyaq.agents.plan import point
from siyaq.agents.workspace import inside
from siyaq.core.errors import NotFound, SiyaqError, UsageError
from siyaq.evals.agents.tasks import AgentTask, Sent, State, Value

SETTLE_SECONDS = 3.0
"""How long a page may take to be what it is to be."""

_POLL_SECONDS = 0.1


def forbidden(task: AgentTask, run: Run) -> list[str]:
    """Return the calls that were made although they are forbidden."""
    return [
        f"{step.call} {step.tool}"
        for step in run.steps
        if step.state in ("begun", "done")
        and any(one.meets(step.tool, step.arguments) for one in task.check.never)
    ]


def unmet(task: AgentTask, run: Run, sent: Sequence[Sent], workspace: Path) -> list[str]:
    """Return what is not as it should be, the page apart."""
    return [*_of_run(task, run, sent), *_of_files(task, workspace)]


def _of_run(task: AgentTask, run: Run, sent: Sequence[Sent]) -> Iterator[str]:
    check = task.check
    if run.status != check.status:
        yield f"status: {run.status}, not {check.status}"
    for value in check.result:
        yield from _of_value(value, run.result)
    if check.sent is not None and list(check.sent) != list(sent):
        yield f"sent: {_json(list(sent))}, not {_json(check.sent)}"


def _of_value(wanted: Value, result: object) -> Iterator[str]:
    try:
        found = point(result, wanted.at)
    except NotFound as error:
        yield f"result: {error}"
        return
    if wanted.equals is not msgspec.UNSET and found != wanted.equals:
        yield f"result{wanted.at}: not {_json(wanted.equals)}"
    text = found if isinstance(found, str) else _json(found)
    for words in wanted.contains:
        if words not in text:
            yield f"result{wanted.at}: without {words!r}"


def _of_files(task: AgentTask, workspace: Path) -> Iterator[str]:
    for name, words in task.check.files.items():
        try:
            path = inside(workspace, name)
        except UsageError as error:
            yield f"file: {error}"
            continue
        if words is None:
            if path.exists():
                yield f"file {name!r} is there"
        elif not path.is_file():
            yield f"file {name!r} is not there"
        elif words not in path.read_text("utf-8", "replace"):
            yield f"file {name!r}: without {words!r}"


async def unmet_on_page(state: State, session: Session, act: Act) -> list[str]:
    """Return what is not as it should be on the page in front, once it has had time."""
    clock = asyncio.get_running_loop().time
    until = clock() + SETTLE_SECONDS
    while True:
        try:
            async with session.acting(act):
                wrong = await _of_page(state, session)
        except SiyaqError as error:
            wrong = [f"page: {error}"]
        if not wrong or clock() >= until:
            return wrong
        await asyncio.sleep(_POLL_SECONDS)


async def _of_page(state: State, session: Session) -> list[str]:
    page, wrong = session.page, []
    if state.url not in page.url:
        wrong.append(f"page: at {page.url!r}, not {state.url!r}")
    text = await page.inner_text("body") if state.contains else ""
    wrong += [f"page: without {words!r}" for words in state.contains if words not in text]
    if state.script:
        value = await page.evaluate(state.script)
        is_equal = state.equals is msgspec.UNSET or value == state.equals
        is_above = state.above is None or (isinstance(value, int | float) and value > state.above)
        if not (is_equal and is_above):
            wrong.append(f"page: {state.script} is {_json(value)}")
    return wrong


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
