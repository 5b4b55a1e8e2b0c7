"""The command that measures: eval."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from siyaq.app import models
from siyaq.app.drafting import SCRIPTED
from siyaq.app.hiring import Hiring, hiring
from siyaq.app.opening import open_siyaq
from siyaq.cli import options
from siyaq.cli.asking import print_json
from siyaq.core.product import Product
from siyaq.evals import TASKS, HireFor, OpenProduct, evaluate
from siyaq.models import EXTRACTIVE

app = typer.Typer()


@app.command("eval")
def evaluate_folder(
    task: Annotated[str, typer.Argument(help=f"What to score: {', '.join(TASKS)}.")],
    folder: Annotated[Path, typer.Argument(help="Folder of one evaluation set.")],
    predictions: Annotated[
        Path | None, typer.Option(help="Also write what was scored to this file.")
    ] = None,
    gallery: Annotated[
        Path | None, typer.Option(help="Also write a page of what went wrong (HTML).")
    ] = None,
    bury: Annotated[
        Path | None,
        typer.Option(
            help="Among these posts, none of them relevant: a file that is ingested too, or a"
            " data directory that holds them, of which a copy is taken."
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            help="Model that phrases answers or plans tasks, as 'models list' calls it;"
            " scripted:FILE plays plans."
        ),
    ] = "",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask so many questions only, evenly spaced.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Directory whose models are meant.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Score siyaq on a folder, with the defaults of search, ask and context."""
    settings = options.settings(data)
    named = model if model.startswith(SCRIPTED) else models.resolve(settings, model)
    directory = settings.models_directory.resolve()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        bars: dict[str, TaskID] = {}

        def on_progress(done: int, total: int, what: str) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what)
            progress.update(bars[what], completed=done, total=total)

        result = asyncio.run(
            evaluate(
                task,
                folder,
                _opening(directory),
                predictions=predictions,
                gallery=gallery,
                bury=bury,
                model="" if named == EXTRACTIVE and not model else named,
                limit=limit,
                hire=_hiring(directory),
                on_progress=on_progress,
            )
        )
    if as_json:
        print_json(result)
        return
    console = Console()
    console.print(f"{result['task']} on {result['set']}")
    for name, value in result["metrics"].items():
        console.print(
            f"  {name:16} {value:.3f}" if isinstance(value, float) else f"  {name} {value}"
        )


def _opening(directory: Path) -> OpenProduct:
    """Return what opens a siyaq on an empty directory, with the models of another."""

    @asynccontextmanager
    async def open_fresh(empty: Path) -> AsyncIterator[Product]:
        settings = options.settings(empty, flags={"models.directory": str(directory)})
        async with open_siyaq(settings, write=True) as siyaq:
            yield siyaq

    return open_fresh


def _hiring(directory: Path) -> HireFor:
    """Return what opens a siyaq with agents on an empty directory, with the models of another."""

    @asynccontextmanager
    async def hire(empty: Path) -> AsyncIterator[Hiring]:
        settings = options.settings(empty, flags={"models.directory": str(directory)})
        async with hiring(settings) as opened:
            yield opened

    return hire
