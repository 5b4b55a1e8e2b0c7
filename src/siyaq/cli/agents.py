"""The command that gives a task to an agent, and looks after those that were given."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.prompt import Confirm

from siyaq.agents import Asked, Run
from siyaq.agents.agency import Task
from siyaq.agents.desk import Desk
from siyaq.agents.rhythm import Rhythm, read_every
from siyaq.app import agents
from siyaq.cli import acted, options
from siyaq.config import Config
from siyaq.core.errors import QueryError

app = typer.Typer()
EXIT_CODES = {"done": 0, "waiting": 3, "stopped": 4, "failed": 1}


@app.command()
def agent(
    words: Annotated[
        list[str],
        typer.Argument(
            help="The task, in any language. Or: list; show, resume or cancel with a run's id.",
            metavar="TASK",
        ),
    ],
    model: Annotated[
        str, typer.Option(help="Chat model that plans; scripted:FILE plays tool calls; none: asks.")
    ] = "",
    budget: Annotated[
        str, typer.Option(help="Most it may spend: steps=20,tokens=50000,usd=0.50,seconds=600.")
    ] = "",
    allow: Annotated[
        list[str] | None, typer.Option(help="A host whose pages it may read. Repeatable.")
    ] = None,
    every: Annotated[str, typer.Option(help="Do it again every 30s, 10m, 2h or 1d.")] = "",
    when: Annotated[
        str, typer.Option(help="Do it each time a new post holds all of these words.")
    ] = "",
    times: Annotated[int, typer.Option(min=0, help="With --every or --when: how often.")] = 0,
    approve: Annotated[
        list[str] | None, typer.Option(help="With resume: a call that may be made. Repeatable.")
    ] = None,
    refuse: Annotated[
        list[str] | None, typer.Option(help="With resume: a call that may not. Repeatable.")
    ] = None,
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Give an agent a task, under a budget that holds; it ends with cited results or says why.

    Exit code: 0 done, 3 waiting for approval, 4 stopped by a cap, 1 failed.
    """
    settings = options.settings(data, file)
    verb, rest = words[0], words[1:]
    if verb in ("list", "show", "resume", "cancel") and len(rest) == (verb != "list"):
        with agents.open_desk(settings) as desk:
            if verb == "list":
                acted.show_runs(desk.listed(), as_json=as_json)
                return
            run = desk.run(rest[0])
            if verb == "resume":
                _change(desk, run, budget, approve or (), refuse or ())
            elif verb == "cancel":
                desk.cancel(run)
            run, subs = desk.run(run.id), desk.subs(run)
        if verb == "show":
            acted.show(run, subs, as_json=as_json)
            return
        if verb == "resume":
            run = asyncio.run(_carry_on(settings, run, as_json=as_json))
    else:
        if approve or refuse:
            raise QueryError("--approve and --refuse go with 'siyaq agent resume RUN'")
        task = Task(
            words=" ".join(words),
            model=model,
            caps=agents.read_budget(budget),
            allowed=tuple(allow or ()),
            rhythm=_rhythm(every, when, times),
        )
        run = asyncio.run(_begin(settings, task, as_json=as_json))
    with agents.open_desk(settings) as desk:  # as it may be shown
        run, subs = desk.run(run.id), desk.subs(run)
    acted.show(run, subs, as_json=as_json)
    raise typer.Exit(EXIT_CODES.get(run.status, 0))


def _rhythm(every: str, when: str, times: int) -> Rhythm | None:
    if not every and not when:
        return None
    return Rhythm(every=read_every(every) if every else 0.0, words=when, times=times)


def _change(
    desk: Desk, run: Run, budget: str, approved: Sequence[str], refused: Sequence[str]
) -> None:
    """Write down what its user has said of a run before it is carried on."""
    if budget:
        desk.give(run, agents.read_budget(budget, {}))
    for call in approved:
        desk.decide(run, call, given=True)
    for call in refused:
        desk.decide(run, call, given=False)


async def _begin(settings: Config, task: Task, *, as_json: bool) -> Run:
    async with agents.open_agents(settings, task.model, task.allowed) as opened:
        run_id = await opened.begin(task)
        return await opened.go(run_id, approve=_ask, told=_teller(as_json=as_json))


async def _carry_on(settings: Config, run: Run, *, as_json: bool) -> Run:
    async with agents.open_agents(settings, run.model, run.allowed) as opened:
        return await opened.go(run.id, approve=_ask, told=_teller(as_json=as_json))


def _teller(*, as_json: bool) -> Callable[[str, Run], None]:
    """Show steps as they happen, on stderr, where somebody is looking."""
    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        return lambda _word, _run: None
    return acted.Live(console)


async def _ask(asked: Asked) -> bool | None:
    """Ask whoever sits at the terminal; None where nobody does."""
    if not sys.stdin.isatty():
        return None
    console = Console(stderr=True)
    acted.show_asked(console, asked)
    return await asyncio.to_thread(Confirm.ask, "Do exactly this?", console=console, default=False)
