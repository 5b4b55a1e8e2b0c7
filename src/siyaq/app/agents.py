"""Agents of one data directory: begun, carried on, shown, cancelled."""

from __future__ import annotations

import getpass
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from siyaq.agents import (
    PLANNING,
    Amounts,
    AnyTool,
    Approve,
    Journal,
    Planned,
    Run,
    Runner,
    Told,
    act_of,
    finish,
    model_plan,
    nobody,
    plain_plan,
    planning_cost,
    read_caps,
    scripted_plan,
    shell,
    workspace,
)
from siyaq.app import acting, models
from siyaq.app.opening import open_siyaq
from siyaq.app.visiting import browsing, page_tools
from siyaq.config import Config
from siyaq.core.errors import ModelUnavailable, SiyaqError, Unreadable, UsageError

SCRIPTED = "scripted:"
"""What a model's name begins with that is a file of tool calls."""

MAX_SCRIPT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What somebody wants done. `model`: "" for none, scripted:FILE, or a chat model's name."""

    words: str
    model: str = ""
    caps: Amounts
    allowed: tuple[str, ...] = ()


class Agents:
    """The agents of an opened siyaq, for one user."""

    def __init__(
        self, config: Config, journal: Journal, tools: Sequence[AnyTool], *, user: str
    ) -> None:
        self._config = config
        self._journal = journal
        self._tools = tools
        self._user = user
        self._day_caps = read_caps(config.agents_day_budget, {})

    async def begin(self, task: Task) -> str:
        """Write a task down, plan it, and return the id of its run.

        Raises QueryError and Unreadable for a plan that cannot be; a model that makes none fails
        the run, and ModelUnavailable says so.
        """
        if not task.words.strip():
            raise UsageError("the task is empty", hint='siyaq agent "what happened in the story?"')
        script = _script(task.model)
        planned = None
        if script is not None:
            planned = scripted_plan(script, self._tools)
        elif not task.model:
            planned = plain_plan(task.words, self._tools)
        run_id = self._journal.begin_run(
            user=self._user,
            task=task.words,
            model=task.model,
            caps=task.caps,
            allowed=task.allowed,
        )
        if planned is None:
            planned = await self._plan(run_id, task)
        self._journal.fix_plan(run_id, planned.plan)
        return run_id

    async def _plan(self, run_id: str, task: Task) -> Planned:
        """Ask the task's model for a plan, within the budget."""
        run = self._journal.run(run_id)
        cost = planning_cost(task.words, self._tools)
        shelf = models.shelf(self._config)
        try:
            model = shelf.named(task.model)
            if model is None:
                return plain_plan(task.words, self._tools)
            arguments = {"model": task.model}
            granted = self._journal.begin(run, PLANNING, PLANNING, arguments, cost, self._day_caps)
            planned = await model_plan(task.words, self._tools, model, granted)
            self._journal.settle(run_id, PLANNING, "done", spent=planned.spent)
        except SiyaqError as error:
            if any(step.state == "begun" for step in self._journal.run(run_id).steps):
                self._journal.settle(
                    run_id, PLANNING, "failed", problem=str(error), spent={"model_calls": 1}
                )
            self._journal.close_run(run_id, "failed", str(error))
            raise
        finally:
            shelf.close()
        return planned

    async def go(
        self, run_id: str, *, approve: Approve = nobody, told: Told = lambda _word, _run: None
    ) -> Run:
        """Carry a run on to its end, or to where it must wait."""
        run = self._journal.run(run_id)
        if not run.plan:
            raise ModelUnavailable(f"run {run_id!r} has no plan", hint="begin it again")
        runner = Runner(
            self._journal, self._tools, day_caps=self._day_caps, approve=approve, told=told
        )
        return await runner.go(run_id)


def read_budget(text: str) -> Amounts:
    """Read the caps of a run. Raises QueryError."""
    return read_caps(text)


def runs(config: Config) -> list[Run]:
    """Return the newest runs."""
    with closing(Journal(config.data)) as journal:
        return journal.runs()


def run(config: Config, run_id: str) -> Run:
    """Return one run. Raises NotFound."""
    with closing(Journal(config.data)) as journal:
        return journal.run(run_id)


def give(config: Config, run_id: str, budget: str) -> None:
    """Change the caps of a run that are named, and no other. Raises NotFound, QueryError."""
    with closing(Journal(config.data)) as journal:
        journal.recap(run_id, read_caps(budget, journal.run(run_id).caps))


def decide(config: Config, run_id: str, call: str, *, given: bool) -> None:
    """Allow, or forbid, what a run waits with. Raises NotFound, UsageError."""
    with closing(Journal(config.data)) as journal:
        waiting = [one for one in journal.run(run_id).steps if one.state == "waiting"]
        for step in waiting:
            if step.call == call:
                journal.decide(run_id, call, act_of(step), given=given)
                return
        names = ", ".join(step.call for step in waiting) or "none"
        raise UsageError(f"run {run_id!r} does not wait with {call!r}", hint=f"waiting: {names}")


def cancel(config: Config, run_id: str) -> Run:
    """End a run that is not being carried on. Raises NotFound."""
    with closing(Journal(config.data)) as journal:
        before = journal.run(run_id)
        if before.status not in ("done", "stopped", "failed"):
            journal.close_run(run_id, "stopped", "cancelled")
        return journal.run(run_id)


@asynccontextmanager
async def open_agents(
    config: Config, model: str, allowed: Sequence[str]
) -> AsyncGenerator[Agents, None]:
    """Open siyaq for reading and give its agents their tools.

    `allowed` are the hosts whose pages they may read unasked. Raises QueryError for a name of none.
    """
    phrased_by = "" if model.startswith(SCRIPTED) else model
    async with (
        open_siyaq(config, write=False) as siyaq,
        page_tools(allowed) as pages,
        browsing(allowed) as browser,
    ):
        with closing(Journal(config.data)) as journal:
            tools = [
                *acting.tools(siyaq, model=phrased_by),
                *pages,
                *browser,
                *workspace.tools(),
                *shell.tools(),
                *finish.tools(),
            ]
            yield Agents(config, journal, tools, user=getpass.getuser())


def _script(model: str) -> str | None:
    """Return the text of a scripted model, None for one that is not. Raises Unreadable."""
    if not model.startswith(SCRIPTED):
        return None
    path = Path(model.removeprefix(SCRIPTED))
    try:
        if path.stat().st_size > MAX_SCRIPT_BYTES:
            raise Unreadable(f"{str(path)!r} has more than {MAX_SCRIPT_BYTES} bytes")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot read {str(path)!r}: {error}") from error
