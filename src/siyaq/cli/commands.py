"""The whole command line, put together."""

from __future__ import annotations

import typer

from siyaq.cli import asking, keeping, scoring, serving, writing

app = typer.Typer(
    name="siyaq",
    help="Answers from live streams, every sentence cited and checked; context for any post.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (serving.app, writing.app, asking.app, scoring.app, keeping.app):
    app.add_typer(group)
app.add_typer(keeping.models, name="models")
app.add_typer(keeping.config, name="config")
