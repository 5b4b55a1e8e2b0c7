"""What other tools read, on the command line: who shared what, and when."""

from __future__ import annotations

import csv
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final, TextIO

import typer
from rich.console import Console
from rich.text import Text

from siyaq.app.shares import COLUMNS, ShareTable
from siyaq.cli import options
from siyaq.core.errors import UsageError
from siyaq.log import LogReader

app = typer.Typer()

_KINDS: Final = ("link", "media", "text", "quote", "repost")


@app.command()
def shares(
    kind: Annotated[
        list[str] | None,
        typer.Option(help=f"Only what is shared so: {', '.join(_KINDS)}. Repeatable."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; none: print it.")] = None,
    data: options.Data = None,
    file: options.ConfigFile = None,
) -> None:
    """Write who shared what and when as CSV, for CooRTweet and other tools of analysts."""
    for wrong in {*(kind or ())} - {*_KINDS}:
        raise UsageError(f"nothing is shared as {wrong!r}", hint=f"one of {', '.join(_KINDS)}")
    settings = options.settings(data, file)
    with ExitStack() as stack:
        log = stack.enter_context(LogReader.open(settings.data))
        table = ShareTable(log, {*(kind or _KINDS)}, settings.coordination_of)
        try:
            lines = sys.stdout if out is None else stack.enter_context(_opened(out))
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(table)
        except OSError as error:
            where = "what is printed" if out is None else repr(str(out))
            raise UsageError(f"cannot write {where}: {error.strerror}") from error
    if table.left_out:
        told = f"left out, as their terms forbid it: {', '.join(sorted(table.left_out))}"
        Console(stderr=True).print(Text(told))


def _opened(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="")
