"""Commands about saved questions: watch add, list, alerts, pause, resume, remove."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from siyaq.access import Principal, Role
from siyaq.access.collections import SEES_ALL
from siyaq.app.alerts import open_desk
from siyaq.cli import options
from siyaq.cli.asking import print_json
from siyaq.serve.alerts.shapes import alert_json, watch_json
from siyaq.serve.alerts.told import headline
from siyaq.watches import Draft, Watch, WatchDesk

_US = Principal("", Role.ADMIN, collections=SEES_ALL)

app = typer.Typer(
    help="Saved questions that keep watching; a running 'siyaq serve' asks them.",
    no_args_is_help=True,
)

WatchId = Annotated[str, typer.Argument(help="Id of a saved question, as listed.")]


@app.command()
def add(
    question: Annotated[str, typer.Argument(help="The question, in any language.")],
    every: Annotated[int, typer.Option(min=1, help="Minutes from one look to the next.")] = 5,
    scope: Annotated[
        Literal["anything", "verdict"],
        typer.Option(help="anything: newly quoted posts raise an alert too."),
    ] = "anything",
    webhook: Annotated[str, typer.Option(help="Address that alerts are posted to.")] = "",
    email: Annotated[str, typer.Option(help="Address that alerts are mailed to.")] = "",
    language: Annotated[Literal["en", "ar"], typer.Option(help="Language of alerts.")] = "en",
    lang: options.Lang = None,
    source: options.Source = None,
    author: options.AuthorIs = None,
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Save a question that keeps watching, and raise an alert when its answer changes."""
    draft = Draft(
        question=question,
        filters=options.filters(None, None, lang, source, author),
        every_minutes=every,
        scope=scope,
        language=language,
        webhook=webhook,
        email=email,
    )
    with _desk(data, file) as desk:
        watch = asyncio.run(desk.add(_US.key_id, draft))
        if as_json:
            print_json(watch_json(desk, watch))
            return
        told = watch_json(desk, watch)
    out = Console(soft_wrap=True, highlight=False)
    out.print(watch.id)
    out.print(Text(f"feed of its alerts: {told['feed']}"))
    if told["webhook_secret"]:
        out.print(Text(f"deliveries are signed with {told['webhook_secret']}"))


@app.command("list")
def list_watches(
    data: options.Data = None, file: options.ConfigFile = None, as_json: options.AsJson = False
) -> None:
    """List saved questions."""
    with _desk(data, file) as desk:
        found = desk.listed(_US)
        told = [watch_json(desk, one) for one in found]
    if as_json:
        print_json(told)
        return
    if not found:
        Console().print("no questions are saved")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("id", "every", "state", "asked", "question"):
        table.add_column(heading)
    for one in found:
        asked = f"{one.asked_at:%Y-%m-%d %H:%M}" if one.asked_at else "not yet"
        every = f"{one.draft.every_minutes} min"
        table.add_row(one.id, every, Text(_state(one)), asked, Text(one.draft.question))
    Console().print(table)


@app.command("alerts")
def list_alerts(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """List answers that changed, the newest first."""
    with _desk(data, file) as desk:
        found = desk.alerts(_US, limit)
        sent = desk.deliveries(found)
    if as_json:
        print_json([alert_json(one, sent) for one in found])
        return
    if not found:
        Console().print("no answer has changed")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("at", "question", "what changed", "answer"):
        table.add_column(heading)
    for one in found:
        at = f"{one.at:%Y-%m-%d %H:%M}"
        table.add_row(at, Text(one.question), Text(headline(one)), one.answer_id)
    Console().print(table)


@app.command()
def pause(watch_id: WatchId, data: options.Data = None, file: options.ConfigFile = None) -> None:
    """Let a saved question rest."""
    with _desk(data, file) as desk:
        desk.pause(_US, watch_id, paused=True)
    Console().print(f"{watch_id} rests")


@app.command()
def resume(watch_id: WatchId, data: options.Data = None, file: options.ConfigFile = None) -> None:
    """Go on with a saved question that rests."""
    with _desk(data, file) as desk:
        desk.pause(_US, watch_id, paused=False)
    Console().print(f"{watch_id} is watched again")


@app.command()
def remove(watch_id: WatchId, data: options.Data = None, file: options.ConfigFile = None) -> None:
    """Erase a saved question and its alerts."""
    with _desk(data, file) as desk:
        desk.remove(_US, watch_id)
    Console().print(f"{watch_id} is erased")


def _state(watch: Watch) -> str:
    return "rests" if watch.paused else watch.problem or "watched"


@contextmanager
def _desk(data: Path | None, file: Path | None) -> Iterator[WatchDesk]:
    with open_desk(options.settings(data, file)) as (_, desk):
        yield desk
