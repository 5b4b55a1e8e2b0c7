"""Commands that look after a data directory: verify, rebuild, purge, doctor and more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from siyaq.app import doctor as doctors
from siyaq.app import upkeep
from siyaq.app.erasing import Order
from siyaq.cli import options
from siyaq.cli.asking import print_json
from siyaq.core.errors import QueryError
from siyaq.core.ids import split_post_id

app = typer.Typer()
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
    authors: Annotated[
        list[str] | None,
        typer.Option("--author", help="Take down an account, as source:author-id. Repeatable."),
    ] = None,
    source: Annotated[str, typer.Option("--source", help="Erase the posts of a source.")] = "",
    before: Annotated[
        str | None,
        typer.Option("--before", help="With --source: only posts witnessed before this."),
    ] = None,
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Erase posts, accounts or a source, and every byte that deleted posts have left.

    Beside a running 'siyaq serve' it is the one that does it.
    """
    if before is not None and not source:
        raise QueryError("--before needs --source", hint="name the source whose posts to erase")
    erased = [options.post_id(post_id) for post_id in post_ids or ()]
    settings = options.settings(data, file)
    order = Order(
        posts=tuple(erased),
        authors=tuple(split_post_id(options.post_id(name)) for name in authors or ()),
        source=source,
        before=options.moment(before, "--before"),
    )
    with Console(stderr=True).status("erasing"):
        count = upkeep.purge(settings, order)
        resting = len(upkeep.answers_resting_on(settings, erased))
    if as_json:
        print_json({"erased": count, "answers": resting})
    else:
        Console().print(f"{count:,} posts erased; no byte of a deleted post is left")
        if resting:
            Console().print(f"{resting:,} kept answers rested on them, and say so from now on")


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="File to write; it must not exist.")],
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the log to one encrypted file, beside a running 'siyaq serve' too.

    The key of the day is in the folder of keys: keep it, and apart from the backup.
    """
    settings = options.settings(data, file)
    with _rows("backing up") as on_rows:
        report = upkeep.back_up(settings, path, on_rows)
    if as_json:
        print_json(report)
    else:
        size = f"{report.size_bytes / 2**20:.1f} MiB"
        Console().print(f"{report.rows:,} rows in {str(path)!r}, {size}")
        Console().print(f"its key is that of {report.day}, in {str(settings.backup_keys)!r}")


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="A backup.")],
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Make a new data directory of a backup, without what was deleted since."""
    settings = options.settings(data, file)
    with _rows("restoring") as on_rows:
        report, buried = upkeep.restore(settings, path, on_rows)
    if as_json:
        print_json({"rows": report.rows, "day": report.day, "deleted_since": buried})
    else:
        Console().print(f"{report.rows:,} rows restored into {str(settings.data)!r}")
        Console().print(f"{buried:,} posts were deleted since the backup, and stay deleted")


@app.command()
def shred(
    before: Annotated[
        str, typer.Argument(help="A date, such as 2026-11-01; or 'all'.", show_default=False)
    ],
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Destroy the keys of backups made before a day: nobody can read them any more."""
    last = date.max if before == "all" else _day(before)
    days = upkeep.shred(options.settings(data, file), last)
    if as_json:
        print_json({"shredded": [day.isoformat() for day in days]})
    else:
        Console().print(f"the keys of {len(days)} days are destroyed, and the backups with them")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise QueryError(f"{text!r} is not a date", hint="write it like 2026-11-01") from error


@contextmanager
def _rows(what: str) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,} rows"))
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(what, total=None)
        yield lambda done: progress.update(bar, completed=done)


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
