"""The command that gives a task to an agent, and looks after those that were given."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.prompt import Confirm

from siyaq.agents import Asked, Run
from siyaq.app import agents
from siyaq.cli import acted, options
from siyaq.config import Config
from siyaq.core.errors import QueryError

app = typer.Typer()
EXIT_CODES = {"done": 0, "waiting": 3, "stopped": 4, "failed": 1, "running": 0}


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
    if verb == "list" and not rest:
        acted.show_runs(agents.runs(settings), as_json=as_json)
        return
    if verb in ("show", "resume", "cancel") and len(rest) == 1:
        run_id = rest[0]
        if verb == "resume":
            if budget:
                agents.give(settings, run_id, budget)
            for call in approve or ():
                agents.decide(settings, run_id, call, given=True)
            for call in refuse or ():
                agents.decide(settings, run_id, call, given=False)
            run = asyncio.run(_carry_on(settings, run_id, as_json=as_json))
        elif verb == "cancel":
            run = agents.cancel(settings, run_id)
        else:
            run = agents.run(settings, run_id)
            acted.show(run, as_json=as_json)
            return
    else:
        if approve or refuse:
            raise QueryError("--approve and --refuse go with 'siyaq agent resume RUN'")
        task = agents.Task(
            words=" ".join(words),
            model=model,
            caps=agents.read_budget(budget),
            allowed=tuple(allow or ()),
        )
        run = asyncio.run(_begin(settings, task, as_json=as_json))
    acted.show(run, as_json=as_json)
    raise typer.Exit(EXIT_CODES[run.status])


async def _begin(settings: Config, task: agents.Task, *, as_json: bool) -> Run:
    async with agents.open_agents(settings, task.model, task.allowed) as opened:
        run_id = await opened.begin(task)
        return await opened.go(run_id, approve=_ask, told=_teller(as_json=as_json))


async def _carry_on(settings: Config, run_id: str, *, as_json: bool) -> Run:
    run = agents.run(settings, run_id)
    async with agents.open_agents(settings, run.model, run.allowed) as opened:
        return await opened.go(run_id, approve=_ask, told=_teller(as_json=as_json))


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
