"""The task `first-seen`: who said it first, and whom a copy took it from.

The folder's posts are ingested as an archive whose dates are believed. Each query is a text that
was posted at a moment; it gets the card that `siyaq context --text` gives, as of that moment.
`earliest@1`: the card names the known earliest post as first seen, or none where none is known.
`copied_from@1`: it names the post that was reposted, over queries of which one is known.
"""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.core.errors import QueryError, Unreadable
from siyaq.core.ids import PostId, split_post_id
from siyaq.core.product import Product
from siyaq.evals import folder
from siyaq.evals.figures import Scores, Share, summarize
from siyaq.evals.predictions import write_lines
from siyaq.evals.work import Work

METRICS = ("earliest@1", "copied_from@1")
_TOLD_EVERY = 50


@dataclass(frozen=True, slots=True)
class Told:
    """What the card of one text says, in native ids."""

    earliest: str | None = None
    copied_from: str | None = None


async def score(work: Work) -> Scores:
    """Ask for the context of every query's text."""
    queries = folder.read_all(work.directory, "queries.jsonl", folder.Taken)
    if any(query.created_at.tzinfo is None for query in queries):
        raise Unreadable(f"a query in {str(work.directory)!r} has a time without a zone")
    posts = folder.require_file(work.directory, "posts.jsonl")
    told: list[Told] = []
    async with work.posts(posts) as (product, counts):
        for done, query in enumerate(queries, 1):
            told.append(await _context(product, query))
            if done % _TOLD_EVERY == 0 or done == len(queries):
                work.on_progress(done, len(queries), "asking")
    if work.predictions is not None:
        write_lines(
            work.predictions,
            (
                {"_id": query.id, "earliest": one.earliest, "copied_from": one.copied_from}
                for query, one in zip(queries, told, strict=True)
            ),
        )
    counts.update(
        queries=len(queries),
        earliest_named=sum(one.earliest is not None for one in told),
        copied_from_named=sum(one.copied_from is not None for one in told),
    )
    rows = [figures(query, one) for query, one in zip(queries, told, strict=True)]
    return summarize(rows, [""] * len(rows), METRICS, counts)


def figures(query: folder.Taken, told: Told) -> dict[str, Share]:
    """Return the figures of one query."""
    row = {"earliest@1": Share(told.earliest == query.earliest)}
    if query.copied_from is not None:
        row["copied_from@1"] = Share(told.copied_from == query.copied_from)
    return row


async def _context(product: Product, query: folder.Taken) -> Told:
    try:
        card = await product.context_of_text(query.text, query.created_at)
    except QueryError:  # a text without a word has no context
        return Told()
    first = card.first_seen
    return Told(
        earliest=_native(first.post_id) if first else None,
        copied_from=_native(card.copied_from),
    )


def _native(post_id: PostId | None) -> str | None:
    return None if post_id is None else split_post_id(post_id)[1]
