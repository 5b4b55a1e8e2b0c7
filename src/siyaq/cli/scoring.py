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

from siyaq.app.opening import open_siyaq
from siyaq.cli import options
from siyaq.cli.asking import print_json
from siyaq.core.product import Product
from siyaq.evals import TASKS, evaluate

app = typer.Typer()


@app.command("eval")
def evaluate_folder(
    task: Annotated[str, typer.Argument(help=f"What to score: {', '.join(TASKS)}.")],
    folder: Annotated[Path, typer.Argument(help="Folder of one evaluation set.")],
    predictions: Annotated[
        Path | None, typer.Option(help="Also write what was scored to this file.")
    ] = None,
    bury: Annotated[
        Path | None, typer.Option(help="Also ingest these posts, none of them relevant.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Score siyaq on a folder of questions, with the defaults of search and ask."""
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
                _open_fresh,
                predictions=predictions,
                bury=bury,
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


@asynccontextmanager
async def _open_fresh(directory: Path) -> AsyncIterator[Product]:
    async with open_siyaq(options.settings(directory), write=True) as siyaq:
        yield siyaq
