"""Commands that read: search, ask, context, status. They work beside a running writer."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console

from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.cli import answered, options, present
from siyaq.cli.card import show_card
from siyaq.core.answer import Answer, Finished, Question, SentenceChecked
from siyaq.core.errors import QueryError
from siyaq.core.query import Query
from siyaq.serve.shape.answer import answer_json
from siyaq.serve.shape.card import card_json
from siyaq.serve.shape.search import ranking_json
from siyaq.serve.shape.status import status_json

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
            print_json(ranking_json(ranking))
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
    previous: Annotated[
        str, typer.Option(help="Id of the answer that this goes on from, or asks anew.")
    ] = "",
    model: Annotated[str, typer.Option(help="Model that phrases the answer; none: quotes.")] = "",
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Answer a question with quoted, cited sentences, or say that the posts do not say."""
    asked = Question(
        text=question,
        previous=previous,
        as_of=options.moment(as_of, "--as-of"),
        filters=options.filters(since, until, lang, source, author),
        limit=limit,
        model=model,
    )

    async def run() -> None:
        async with open_siyaq(options.settings(data), write=False) as siyaq:
            answer = await _stream(siyaq, asked, None if as_json else Console())
        if as_json:
            print_json(answer_json(answer))

    asyncio.run(run())


async def _stream(siyaq: Siyaq, question: Question, console: Console | None) -> Answer:
    """Print sentences as they are checked, and return the whole answer."""
    async for event in siyaq.ask(question):
        if isinstance(event, SentenceChecked) and console is not None:
            answered.show_sentence(console, event.sentence)
        if isinstance(event, Finished):
            if console is not None:
                answered.show_closing(console, question, event.answer)
            return event.answer
    raise AssertionError("an answer always finishes")


@app.command()
def context(
    post_id: Annotated[
        str, typer.Argument(help="The post, as source:native-id, or its address.")
    ] = "",
    text: Annotated[str, typer.Option(help="A text met elsewhere, in place of a post.")] = "",
    as_of: options.AsOf = None,
    model: Annotated[str, typer.Option(help="Let this model phrase the points of a post.")] = "",
    lang: Annotated[
        Literal["en", "ar"], typer.Option(help="Language that the card is told in.")
    ] = "en",
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Show what is behind a post or a text: first seen, copies, thread, what is unknown."""
    if bool(post_id) == bool(text):
        raise QueryError("context is of a post or of a --text, one of them")
    address = post_id if post_id.startswith(("https://", "http://", "at://")) else ""
    given = options.post_id(post_id) if post_id and not address else None
    moment = options.moment(as_of, "--as-of")

    async def run() -> None:
        async with open_siyaq(options.settings(data), write=False) as siyaq:
            named = await siyaq.post_at(address) if address else given
            if named is None:
                card = await siyaq.context_of_text(text, moment)
            elif model:
                card = await siyaq.context_phrased(named, model)
            else:
                card = await siyaq.context(named)
            post = None if named is None else await siyaq.post(named)
        if as_json:
            print_json(card_json(card))
        else:
            show_card(Console(), post, text, card, lang)

    asyncio.run(run())


@app.command()
def status(data: options.Data = None, as_json: options.AsJson = False) -> None:
    """Say how many posts are held, from when, and what is searchable."""

    async def run() -> None:
        async with open_siyaq(options.settings(data), write=False) as siyaq:
            found = await siyaq.status()
        if as_json:
            print_json(status_json(found))
        else:
            present.show_status(Console(), found)

    asyncio.run(run())


def print_json(value: object) -> None:
    """Print one JSON document to standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
