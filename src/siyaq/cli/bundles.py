"""Evidence bundles on the command line: made from a kept answer, checked anywhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from siyaq.app.opening import open_siyaq
from siyaq.cli import options
from siyaq.cli.asking import print_json
from siyaq.core.errors import UsageError
from siyaq.grounding.support import SupportChecker
from siyaq.models import BuiltinEmbedder
from siyaq.serve import bundle as bundles

app = typer.Typer()


@app.command()
def bundle(
    answer_id: Annotated[str, typer.Argument(help="The id of a kept answer.")],
    out: Annotated[Path | None, typer.Option(help="File to write; none: print it.")] = None,
    data: options.Data = None,
) -> None:
    """Put an answer and the posts it rests on into one file, which 'siyaq replay' checks."""

    async def run() -> dict[str, object]:
        async with open_siyaq(options.settings(data), write=False) as siyaq:
            return await bundles.made(siyaq, answer_id)

    text = json.dumps(asyncio.run(run()), indent=1)
    if out is None:
        typer.echo(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {str(out)!r}: {error.strerror}") from error


def check(found: Mapping[str, object], *, lang: bundles.Language, as_json: bool) -> None:
    """Check a bundle and say what of it does not hold; exit with 1 where something does not."""
    with BuiltinEmbedder() as embedder:
        checker = SupportChecker(embedder)

        def supports(text: str, quotes: Sequence[str]) -> bool:
            return checker.check_sentence(text, quotes).passes

        wrong = bundles.problems(found, supports, lang)
    if as_json:
        print_json({"holds": not wrong, "problems": wrong})
    else:
        console = Console(soft_wrap=True)
        for line in bundles.report(found, wrong, lang):
            console.print(Text(line, "bold red" if wrong else ""))
    if wrong:
        raise typer.Exit(1)
