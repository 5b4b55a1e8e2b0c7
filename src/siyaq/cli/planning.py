"""The command that plans: from users to graphics cards, megawatts and money."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from siyaq import plan
from siyaq.app.planning import measured_here
from siyaq.cli import options, planned
from siyaq.cli.asking import print_json
from siyaq.core.errors import QueryError
from siyaq.plan.report import report
from siyaq.plan.scenario import Scenario

app = typer.Typer()
USUAL = "one-million"


@app.command("plan")
def make_plan(
    scenario: Annotated[
        str, typer.Argument(help="A scenario in the box (see --list), or a TOML file.")
    ] = "",
    names: Annotated[bool, typer.Option("--list", help="Name the scenarios in the box.")] = False,
    measured: Annotated[
        bool, typer.Option("--measured", help="Use what was measured on this installation.")
    ] = False,
    bench: Annotated[
        Path | None, typer.Option(help="Results of the bench (default: bench/results/latest.json).")
    ] = None,
    gpu: Annotated[
        Path | None,
        typer.Option(help="What bench/gpu_rates.py printed (default: bench/results/gpu.json)."),
    ] = None,
    changed: Annotated[
        list[str] | None,
        typer.Option("--set", help="Another value, such as 'demand.weekly_users=2e6'. Repeatable."),
    ] = None,
    budget: Annotated[
        str, typer.Option(help="How many users so much capital serves, such as '30e9'.")
    ] = "",
    site: Annotated[
        str, typer.Option(help="How many users a site of so much power serves, such as '300 MW'.")
    ] = "",
    find: Annotated[str, typer.Option(help="How large may this input be …")] = "",
    keep: Annotated[str, typer.Option(help="… for this result to stay within --at-most.")] = "",
    at_most: Annotated[str, typer.Option(help="The most that --keep may be.")] = "",
    samples: Annotated[
        int, typer.Option(min=0, max=20_000, help="Draws of the uncertain figures; 0: points.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Where the draws begin.")] = 7,
    html: Annotated[
        Path | None, typer.Option(help="Also write a report of one page, in both languages.")
    ] = None,
    lang: Annotated[
        Literal["en", "ar"], typer.Option(help="Language of the table, first of the report.")
    ] = "en",
    sources: Annotated[
        bool, typer.Option("--sources", help="Also print every assumption with its source.")
    ] = False,
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """From users to graphics cards, megawatts and money, with the assumptions on the table."""
    console = Console()
    if names:
        boxed = {name: plan.load(name) for name in plan.names()}
        if as_json:
            told = [
                {"name": name, "title": dict(one.title), "about": dict(one.about)}
                for name, one in boxed.items()
            ]
            print_json(told)
        else:
            planned.show_names(console, boxed, lang)
        return
    if not scenario and not measured:
        raise QueryError("plan needs a scenario", hint="siyaq plan --list names those in the box")
    assumed = plan.load(scenario or USUAL)
    if measured:
        assumed = measured_here(assumed, options.settings(data), bench, gpu)
    assumed = _changed(assumed, changed or [])
    assumed = _asked(assumed, budget, site, (find, keep, at_most))
    with Console(stderr=True).status("drawing"):
        result = plan.run(assumed, samples=samples, seed=seed)
    if html is not None:
        html.write_text(report(result, first=lang), encoding="utf-8")
        Console(stderr=True).print(f"written to {html}")
    if as_json:
        print_json(result)
    elif html is None:
        planned.show_plan(console, result, lang, sources=sources)


def _changed(scenario: Scenario, changed: list[str]) -> Scenario:
    """Return a scenario with the values given on the command line."""
    told: dict[str, object] = {}
    for one in changed:
        key, equals, value = one.partition("=")
        if not equals:
            raise QueryError(f"--set {one!r} is not KEY=VALUE")
        told[key.strip()] = planned.number_or_text(value)
    today = datetime.now(UTC).date().isoformat()
    return scenario.having(told, "the command line", today) if told else scenario


def _asked(scenario: Scenario, budget: str, site: str, wanted: tuple[str, str, str]) -> Scenario:
    """Return a scenario with the questions of the command line in the place of its own."""
    users = "demand.weekly_users"
    asked = []
    if budget:
        asked.append(plan.wanted(users, "capital", budget))
    if site:
        asked.append(plan.wanted(users, "power", site))
    if any(wanted):
        if not all(wanted):
            raise QueryError("--find, --keep and --at-most go together")
        asked.append(plan.wanted(*wanted))
    return scenario.asking(asked) if asked else scenario
