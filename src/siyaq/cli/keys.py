"""Commands about keys: create, list, revoke, audit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from siyaq.access import Key, Limits, Role
from siyaq.app import keys
from siyaq.cli import options
from siyaq.cli.asking import print_json

Requests = Annotated[
    int | None,
    typer.Option(min=0, help="Answers, cards and searches within quotas.minutes; 0: no limit."),
]
Tokens = Annotated[int | None, typer.Option(min=0, help="The same in tokens of models.")]
Seconds = Annotated[int | None, typer.Option(min=0, help="The same in seconds of work.")]
Weight = Annotated[
    int, typer.Option(min=1, help="Share of a model's time where several wait for it.")
]
Seen = Annotated[
    str,
    typer.Option(
        help="Whose posts are seen, separated by commas: names of [collections], 'public' for"
        " sources of none, 'all'."
    ),
]

app = typer.Typer(
    help="Keys to this siyaq: who may ask it, and who may change it.", no_args_is_help=True
)


@app.command()
def create(
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.READER,
    name: Annotated[str, typer.Option(help="Whose it is, for the list.")] = "",
    origin: Annotated[
        list[str] | None,
        typer.Option(help="Origin of pages that may use a card-only key. Repeatable."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    requests: Requests = None,
    tokens: Tokens = None,
    seconds: Seconds = None,
    weight: Weight = 1,
    collections: Seen = "public",
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Make a key and show it, this once."""
    settings = options.settings(data, file)
    limits = Limits(requests=requests, tokens=tokens, seconds=seconds, weight=weight)
    kept, key = keys.create(
        settings,
        role,
        name=name,
        origins=origin or (),
        days=days,
        limits=limits,
        collections=collections.split(","),
    )
    if as_json:
        held = {"role": kept.role, "origins": kept.origins, "collections": kept.collections}
        print_json({"id": kept.id, **held, "key": key})
        return
    Console(soft_wrap=True, highlight=False).print(key)
    told = "it may stand in pages" if kept.role is Role.CARD_ONLY else "keep it: it is not stored"
    Console(stderr=True).print(f"key {kept.id}, {kept.role}; {told}")


@app.command("list")
def list_keys(
    data: options.Data = None, file: options.ConfigFile = None, as_json: options.AsJson = False
) -> None:
    """List every key, without its secret."""
    found = keys.listed(options.settings(data, file))
    if as_json:
        print_json([_plain(key) for key in found])
        return
    if not found:
        Console().print("no keys: on loopback every route is open")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("id", "role", "state", "sees", "made", "name", "origins"):
        table.add_column(heading)
    for key in found:
        made = f"{key.created_at:%Y-%m-%d}"
        sees, origins = ", ".join(key.collections), "\n".join(key.origins)
        table.add_row(key.id, key.role, _state(key), sees, made, Text(key.name), origins)
    Console().print(table)


@app.command()
def limit(
    key_id: Annotated[str, typer.Argument(help="Id of a key, as listed.")],
    requests: Requests = None,
    tokens: Tokens = None,
    seconds: Seconds = None,
    weight: Weight = 1,
    data: options.Data = None,
    file: options.ConfigFile = None,
) -> None:
    """Give a key limits in place of those it has; what is not given is left to the settings."""
    limits = Limits(requests=requests, tokens=tokens, seconds=seconds, weight=weight)
    keys.limit(options.settings(data, file), key_id, limits)
    Console().print(f"key {key_id} has its limits")


@app.command()
def spent(
    data: options.Data = None, file: options.ConfigFile = None, as_json: options.AsJson = False
) -> None:
    """Show what each key has used of what it may use."""
    found = keys.spent(options.settings(data, file))
    if as_json:
        print_json(
            [
                {"id": key.id, "used": used, "limits": limits, "weight": key.limits.weight}
                for key, used, limits in found
            ]
        )
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("id", "name", "requests", "tokens", "seconds", "weight"):
        table.add_column(heading)
    for key, used, limits in found:
        table.add_row(
            key.id,
            Text(key.name),
            _of(used.requests, limits.requests),
            _of(used.tokens, limits.tokens),
            _of(round(used.seconds), limits.seconds),
            str(key.limits.weight),
        )
    Console().print(table)


def _of(used: int, most: int | None) -> str:
    return f"{used:,} of {most:,}" if most else f"{used:,}"


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of a key, as listed.")],
    data: options.Data = None,
    file: options.ConfigFile = None,
) -> None:
    """Revoke a key. A server that runs refuses it within a second."""
    keys.revoke(options.settings(data, file), key_id)
    Console().print(f"key {key_id} is revoked")


@app.command()
def audit(
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """List what was changed with keys, the newest first."""
    found = keys.audit(options.settings(data, file), limit)
    if as_json:
        print_json(found)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("at", "key", "what", "status"):
        table.add_column(heading)
    for entry in found:
        status = "unknown" if entry.status is None else str(entry.status)
        table.add_row(f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.key_id, Text(entry.action), status)
    Console().print(table)


def _state(key: Key) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "stands" if key.stands(datetime.now(UTC)) else "expired"


def _plain(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "role": key.role,
        "name": key.name,
        "state": _state(key),
        "origins": key.origins,
        "collections": key.collections,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
