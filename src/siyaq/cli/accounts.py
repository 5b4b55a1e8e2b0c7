"""Commands about people who sign in to the page: create, list, password, role, close."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from siyaq.access import HERE, Limits, Role
from siyaq.app import accounts
from siyaq.cli import options
from siyaq.cli.asking import print_json
from siyaq.cli.keys import Requests, Seconds, Seen, Tokens, Weight
from siyaq.core.errors import UsageError

Name = Annotated[str, typer.Argument(help="Name of an account, or its id as listed.")]

app = typer.Typer(
    help="People who sign in to the page: accounts of this machine, and people of a provider.",
    no_args_is_help=True,
)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What they sign in as.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.READER,
    requests: Requests = None,
    tokens: Tokens = None,
    seconds: Seconds = None,
    weight: Weight = 1,
    collections: Seen = "public",
    data: options.Data = None,
    file: options.ConfigFile = None,
    as_json: options.AsJson = False,
) -> None:
    """Make an account; its password is asked for, or read from the first line of stdin."""
    settings = options.settings(data, file)
    limits = Limits(requests=requests, tokens=tokens, seconds=seconds, weight=weight)
    person = accounts.create(settings, name, _password(), role, limits, collections.split(","))
    if as_json:
        print_json({"id": person.key.id, "name": person.key.name, "role": person.key.role})
    else:
        Console().print(f"{role} {person.key.id} may sign in as", Text(person.key.name))


@app.command("list")
def list_accounts(
    data: options.Data = None, file: options.ConfigFile = None, as_json: options.AsJson = False
) -> None:
    """List everybody who was ever let in."""
    found = accounts.listed(options.settings(data, file))
    if as_json:
        print_json([_plain(one) for one in found])
        return
    if not found:
        Console().print("no accounts: 'siyaq accounts create NAME' makes one")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("id", "name", "role", "state", "signed in", "known to"):
        table.add_column(heading)
    for one in found:
        key, issuer = one.person.key, one.person.issuer
        state = "stands" if one.stands else "closed"
        known_to = "this machine" if issuer == HERE else issuer
        table.add_row(key.id, Text(key.name), key.role, state, str(one.sessions), Text(known_to))
    Console().print(table)


@app.command()
def password(name: Name, data: options.Data = None, file: options.ConfigFile = None) -> None:
    """Give an account another password, and sign it out everywhere."""
    accounts.set_password(options.settings(data, file), name, _password())
    Console().print("it has its new password, and is signed out everywhere")


@app.command()
def role(
    name: Name,
    role: Annotated[Role, typer.Argument(help="What they may do from now on.")],
    data: options.Data = None,
    file: options.ConfigFile = None,
) -> None:
    """Give an account of this machine another role."""
    person = accounts.set_role(options.settings(data, file), name, role)
    Console().print(f"{person.key.id} is {role}")


@app.command("sign-out")
def sign_out(name: Name, data: options.Data = None, file: options.ConfigFile = None) -> None:
    """Sign somebody out everywhere. A server that runs refuses them within a second."""
    ended = accounts.sign_out(options.settings(data, file), name)
    Console().print(f"{ended} sessions have ended")


@app.command()
def close(
    name: Name,
    readmit: Annotated[
        bool, typer.Option("--readmit", help="Let their provider bring them again, as new.")
    ] = False,
    data: options.Data = None,
    file: options.ConfigFile = None,
) -> None:
    """Close an account for good: signed out everywhere, and what they began ends."""
    person = accounts.close(options.settings(data, file), name, readmit=readmit)
    Console().print(f"account {person.key.id} is closed")


def _password() -> str:
    """Return a password from the terminal, asked for twice, or else from stdin's first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != first:
        raise UsageError("these are two different passwords")
    return first


def _plain(one: accounts.Account) -> dict[str, object]:
    key = one.person.key
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "state": "stands" if one.stands else "closed",
        "sessions": one.sessions,
        "issuer": one.person.issuer or None,
        "created_at": key.created_at,
    }
