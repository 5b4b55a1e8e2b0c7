"""Options that several commands share, and what they make of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from siyaq import config
from siyaq.core.errors import QueryError
from siyaq.core.ids import PostId, split_post_id
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.retrieval.operators import primary_tag

Data = Annotated[
    Path | None, typer.Option("--data", help="Directory that holds the log and the index.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Since = Annotated[
    str | None, typer.Option(help="Only posts placed at or after this (RFC 3339 or a date).")
]
Until = Annotated[str | None, typer.Option(help="Only posts placed before this.")]
Lang = Annotated[
    list[str] | None, typer.Option(help="Only posts in this language, such as ar. Repeatable.")
]
Source = Annotated[list[str] | None, typer.Option(help="Only this source. Repeatable.")]
AuthorIs = Annotated[
    list[str] | None, typer.Option("--author", help="Only this author, by id or handle.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Answer as if it were this moment (RFC 3339).")
]
SourceName = Annotated[str, typer.Option("--source", help="Source of lines that name none.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Settings file (default: ./siyaq.toml).")
]


def settings(
    data: Path | None, file: Path | None = None, flags: Mapping[str, str | int | None] | None = None
) -> config.Config:
    """Read the settings, with what was given on the command line on top: setting to value."""
    given = {"data": None if data is None else str(data), **(flags or {})}
    return config.load(file, flags=given)


def post_id(name: str) -> PostId:
    """Read the id of a post given on the command line."""
    try:
        split_post_id(PostId(name))
    except ValueError as error:
        raise QueryError(str(error), hint="search prints the ids of posts") from error
    return PostId(name)


def moment(text: str | None, option: str) -> datetime | None:
    """Read a time given on the command line; a bare date or a naive time is UTC."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise QueryError(
            f"{option} {text!r} is not a time", hint="write it like 2026-11-21T14:00:00Z"
        ) from error


def filters(
    since: str | None,
    until: str | None,
    lang: list[str] | None,
    source: list[str] | None,
    author: list[str] | None,
) -> Filters:
    """Make filters of the options."""
    return Filters(
        placed=TimeRange(moment(since, "--since"), moment(until, "--until")),
        langs=tuple(map(_language, lang or ())),
        sources=tuple(source or ()),
        authors=tuple(name.removeprefix("@").lower() for name in author or ()),
    )


def _language(text: str) -> str:
    tag = primary_tag(text)
    if tag is None:
        raise QueryError(
            f"--lang {text!r} is not the code of a language", hint="write it like ar or en"
        )
    return tag
