"""The whole command line, put together."""

from __future__ import annotations

import typer

from siyaq.cli import (
    accounts,
    agents,
    asking,
    assistant,
    bundles,
    exporting,
    keeping,
    keys,
    models,
    planning,
    scoring,
    serving,
    watching,
    writing,
)

app = typer.Typer(
    name="siyaq",
    help="Answers from live streams, every sentence cited and checked; context for any post.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (
    serving.app,
    writing.app,
    asking.app,
    agents.app,
    bundles.app,
    assistant.app,
    scoring.app,
    planning.app,
    exporting.app,
    keeping.app,
):
    app.add_typer(group)
app.add_typer(models.app, name="models")
app.add_typer(keys.app, name="keys")
app.add_typer(accounts.app, name="accounts")
app.add_typer(watching.app, name="watch")
app.add_typer(keeping.config, name="config")
