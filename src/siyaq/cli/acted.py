"""What people see of agents in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from siyaq.agents import KINDS, Amounts, Asked, Run, Step
from siyaq.agents.within import MARK, sub_of
from siyaq.cli.asking import print_json
from siyaq.cli.present import tame, when
from siyaq.serve.runs.shapes import run_json

_WIDE = 60


def show(run: Run, subs: Sequence[Run], *, as_json: bool) -> None:
    """Print a run: what it came to, its steps, what they cost and what is left.

    The steps of the runs within it stand below the calls that began these.
    """
    if as_json:
        print_json(run_json(run, subs))
        return
    console = Console()
    steps = Table("step", "tool", "state", "cost", "what", box=None, pad_edge=False)
    waiting: list[str] = []
    for name, step in _all_steps(run, {one.id: one for one in subs}):
        what = step.problem or _brief(step.arguments)
        steps.add_row(name, step.tool, step.state, _cost(step.spent), Text(tame(what)[:200]))
        waiting += [name] if step.state == "waiting" else []
    console.print(Text(f"{run.id}: ") + Text(tame(run.task)))
    console.print(steps)
    _show_result(console, run.result)
    budget = Table("budget", "spent", "of", box=None, pad_edge=False)
    for kind in KINDS:
        if kind in run.caps or run.spent.get(kind):
            cap = f"{run.caps[kind]:g}" if kind in run.caps else "no cap"
            budget.add_row(kind, f"{run.spent.get(kind, 0.0):.4g}", cap)
    console.print(budget)
    by = f", by {run.stopped_by}" if run.stopped_by else ""
    console.print(Text(tame(f"{run.status}{by}"), style="bold"))
    if run.status == "waiting":
        for call in waiting:
            console.print(Text(f"siyaq agent resume {run.id} --approve {call}"))


def _all_steps(run: Run, subs: Mapping[str, Run], within: str = "") -> Iterator[tuple[str, Step]]:
    """Yield the name and step of each call, those within a call after it."""
    for step in run.steps:
        yield within + step.call, step
        inner = subs.get(sub_of(run.id, step.call))
        if inner is not None:
            yield from _all_steps(inner, subs, f"{within}{step.call}{MARK}")


def _show_result(console: Console, result: object) -> None:
    if isinstance(result, Mapping) and "sentences" in result and "references" in result:
        _show_answer(console, cast("Mapping[str, object]", result))
    elif result is not None:
        console.print(Text(tame(msgspec.json.encode(result).decode())[:4000]))


def _show_answer(console: Console, answer: Mapping[str, object]) -> None:
    """Print a cited answer: sentences with their markers, then who said it and when."""
    sentences = cast("Sequence[Mapping[str, object]]", answer["sentences"])
    for sentence in sentences:
        console.print(Text(tame(str(sentence.get("text", "")))))
    if not sentences:
        console.print(f"the posts do not say ({answer.get('reason')})")
    for reference in cast("Sequence[Mapping[str, object]]", answer["references"]):
        author = cast("Mapping[str, object]", reference.get("author") or {})
        name = tame(str(author.get("handle") or author.get("name") or author.get("id") or ""))
        marker, post_id = reference.get("marker"), reference.get("post_id")
        console.print(Text(f"  [{marker}] {name}, {reference.get('placed_at')}, {post_id}"))


def show_runs(runs: Sequence[Run], *, as_json: bool) -> None:
    """Print runs, the newest first."""
    if as_json:
        print_json([run_json(run, ()) for run in runs])
        return
    table = Table("run", "begun", "status", "steps", "task", box=None, pad_edge=False)
    for run in runs:
        task = Text(tame(run.task)[:_WIDE])
        table.add_row(run.id, when(run.created_at), run.status, str(len(run.steps)), task)
    Console().print(table)


def show_asked(console: Console, asked: Asked) -> None:
    """Print exactly what is to be allowed, and why it needs to be."""
    console.print(Text(f"{asked.call}: {asked.tool}", style="bold"))
    for name, value in asked.arguments.items():
        told = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        console.print(Text(f"  {name}: ") + Text(tame(told)))
    console.print(Text(tame(asked.why)))


class Live:
    """Prints a line for each step as it begins and ends, and for each warning."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: set[tuple[str, str, str]] = set()

    def __call__(self, word: str, run: Run) -> None:
        """Tell of a change of a run."""
        for step in run.steps:
            name = f"{run.id}{MARK}{step.call}".partition(MARK)[2]
            if (run.id, step.call, step.state) not in self._told:
                self._told.add((run.id, step.call, step.state))
                line = f"{name} {step.tool} {step.state} {_cost(step.spent)} {step.problem}"
                self._console.print(Text(tame(line)))
        if word.startswith("warned "):
            kind = word.removeprefix("warned ")
            self._console.print(f"three quarters of {kind} are spent", style="bold")


def _cost(spent: Amounts) -> str:
    return ", ".join(f"{amount:.3g} {kind}" for kind, amount in spent.items() if amount)


def _brief(arguments: Mapping[str, object]) -> str:
    text = msgspec.json.encode(arguments).decode()
    return text if len(text) <= _WIDE else text[: _WIDE - 1] + "…"
