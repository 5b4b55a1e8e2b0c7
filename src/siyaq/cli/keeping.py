"""Commands that look after a data directory: verify, rebuild, purge, doctor and more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from siyaq.app import doctor as doctors
from siyaq.app import upkeep
from siyaq.cli import options
from siyaq.cli.asking import print_json

app = typer.Typer()
models = typer.Typer(help="Models that answers and vectors can use.", no_args_is_help=True)
config = typer.Typer(help="Settings, and where each comes from.", no_args_is_help=True)


@app.command()
def verify(data: options.Data = None, as_json: options.AsJson = False) -> None:
    """Check every byte of the log, and that the index holds what the log says."""
    report = upkeep.verify(options.settings(data))
    if as_json:
        print_json(report)
    else:
        console = Console()
        console.print(f"{report.entries:,} entries, {report.posts:,} posts")
        for problem in report.problems:
            console.print(Text("problem: ", style="bold red") + Text(problem))
        console.print("no problems" if not report.problems else "hint: see 'siyaq rebuild --help'")
    raise typer.Exit(1 if report.problems else 0)


@app.command()
def rebuild(data: options.Data = None) -> None:
    """Make every index anew from the log; searches give the same results as before."""
    with _bar("rebuilding") as on_progress:
        upkeep.rebuild(options.settings(data), on_progress)
    Console().print("the index is rebuilt")


@app.command()
def purge(
    post_ids: Annotated[
        list[str] | None, typer.Argument(help="Posts to erase, as source:native-id.")
    ] = None,
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Erase posts, and every byte that deleted posts have left in the log and the index."""
    erased = [options.post_id(post_id) for post_id in post_ids or ()]
    with Console(stderr=True).status("erasing"):
        count = upkeep.purge(options.settings(data), erased)
    if as_json:
        print_json({"erased": count})
    else:
        Console().print(f"{count:,} posts erased; no byte of a deleted post is left")


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        bar = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)


@app.command()
def doctor(
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Look for the likeliest problems and say what to do about each."""
    findings = doctors.diagnose(options.settings(data, file))
    if as_json:
        print_json(findings)
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        for finding in findings:
            mark = Text("ok", "green") if finding.ok else Text("problem", "bold red")
            table.add_row(mark, finding.about, finding.told, finding.remedy)
        Console().print(table)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@config.command("show")
def show_config(
    file: options.ConfigFile = None,
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Print every setting, its value, where that comes from, and what it means."""
    settings = options.settings(data, file)
    if as_json:
        shown = {
            key: {"value": value, "origin": origin} for key, value, origin, _ in settings.shown()
        }
        print_json(shown | {"sources": [source.url for source in settings.sources]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("setting", "value", "from", "meaning"):
        table.add_column(heading)
    for key, value, origin, meaning in settings.shown():
        table.add_row(key, str(value), origin, meaning)
    for source in settings.sources:
        table.add_row("sources", source.url, settings.origins["sources"], source.name or "")
    Console().print(table)


@models.command("list")
def list_models(as_json: options.AsJson = False) -> None:
    """Print the models at hand, and what each is for."""
    found = upkeep.models()
    if as_json:
        print_json(found)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("model", "for", "about"):
        table.add_column(heading)
    for model in found:
        table.add_row(model.name, model.role, model.about)
    Console().print(table)
