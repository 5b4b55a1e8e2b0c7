"""Commands that read: search, ask, context, status. They work beside a running writer."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.cli import options, present
from siyaq.core.answer import Answer, Finished, Question, SentenceChecked
from siyaq.core.query import Query
from siyaq.serve import shape

app = typer.Typer()


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Words to look for, in any language.")],
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=100, help="How many hits.")] = 10,
    since: options.Since = None,
    until: options.Until = None,
    lang: options.Lang = None,
    source: options.Source = None,
    author: options.AuthorIs = None,
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Find posts by word and by meaning."""
    query = Query(text=text, k=k, filters=options.filters(since, until, lang, source, author))

    async def run() -> None:
        async with open_siyaq(options.settings(data), write=False) as siyaq:
            ranking = await siyaq.search(query)
        if as_json:
            print_json(shape.ranking_json(ranking))
        else:
            present.show_ranking(Console(), ranking)

    asyncio.run(run())


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in any language.")],
    since: options.Since = None,
    until: options.Until = None,
    lang: options.Lang = None,
    source: options.Source = None,
    author: options.AuthorIs = None,
    as_of: options.AsOf = None,
    limit: Annotated[int, typer.Option(min=1, max=20, help="Sentences at most.")] = 5,
    model: Annotated[str, typer.Option(help="Model that phrases the answer; none: quotes.")] = "",
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Answer a question with quoted, cited sentences, or say that the posts do not say."""
    asked = Question(
        text=question,
        as_of=options.moment(as_of, "--as-of"),
        filters=options.filters(since, until, lang, source, author),
        limit=limit,
        model=model,
    )

    async def run() -> None:
        async with open_siyaq(options.settings(data), write=False) as siyaq:
            answer = await _stream(siyaq, asked, None if as_json else Console())
        if as_json:
            print_json(shape.answer_json(answer))

    asyncio.run(run())


async def _stream(siyaq: Siyaq, question: Question, console: Console | None) -> Answer:
    """Print sentences as they are checked, and return the whole answer."""
    async for event in siyaq.ask(question):
        if isinstance(event, SentenceChecked) and console is not None:
            present.show_sentence(console, event.sentence)
        if isinstance(event, Finished):
            if console is not None:
                present.show_closing(console, event.answer)
            return event.answer
    raise AssertionError("an answer always finishes")


@app.command()
def context(
    post_id: Annotated[str, typer.Argument(help="The post, as source:native-id.")],
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Show what is behind a post: first seen, copies, thread, what is unknown."""
    named = options.post_id(post_id)

    async def run() -> None:
        async with open_siyaq(options.settings(data), write=False) as siyaq:
            card = await siyaq.context(named)
            post = await siyaq.post(named)
        if as_json:
            print_json(shape.card_json(card))
        else:
            present.show_card(Console(), post, card)

    asyncio.run(run())


@app.command()
def status(data: options.Data = None, as_json: options.AsJson = False) -> None:
    """Say how many posts are held, from when, and what is searchable."""

    async def run() -> None:
        async with open_siyaq(options.settings(data), write=False) as siyaq:
            found = await siyaq.status()
        if as_json:
            print_json(shape.status_json(found))
        else:
            present.show_status(Console(), found)

    asyncio.run(run())


def print_json(value: object) -> None:
    """Print one JSON document to standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
