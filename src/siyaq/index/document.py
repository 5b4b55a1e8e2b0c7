"""What tantivy is told about a post, and how filters are put to it.

Words come analyzed (`siyaq.text`), so tantivy only splits at spaces: the same terms work in any
engine. Nothing is stored but the log seq, as a column; text is fetched from the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
from tantivy import FieldType, Occur, Query, Schema, SchemaBuilder

from siyaq.core.clock import to_microseconds
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.log import EventRow, post_of
from siyaq.text.address import address_key
from siyaq.text.analyze import terms
from siyaq.text.fingerprint import fingerprint

_EXACT = (
    "post_id",
    "lang",
    "source",
    "author",
    "reply_to",
    "root",
    "quote_of",
    "repost_of",
    "fingerprint",
    "url",
)
_encode: Final = msgspec.json.Encoder().encode


@lru_cache(maxsize=1)
def schema() -> Schema:
    """Return the fields of a partition."""
    builder = SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("seq", indexed=True, fast=True)
    builder.add_integer_field("placed_us", fast=True)
    for name in _EXACT:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    return builder.build()


class Told(NamedTuple):
    """What tantivy is told of a post: its place, its time, and the document as JSON."""

    seq: int
    placed_us: int  # microseconds since 1970
    document: str


def told(seq: int, post_id: str, post: Post) -> Told:
    """Return what tantivy is told of the live post at `seq`.

    The words of a title are words of the post: they count once more than the body's. So are those
    of its pictures' descriptions, and of the claims that it reviews.
    """
    words = terms(post.text)
    if post.title:
        words = [*terms(post.title), *words]
    for caption in post.captions if post.media or post.extra else ():
        words += terms(caption)
    placed_us = to_microseconds(post.placed_at)
    fields: dict[str, Any] = {
        "words": " ".join(words),
        "seq": seq,
        "placed_us": placed_us,
        "post_id": post_id,
        "source": post.source,
        "author": author_keys(post),
    }
    links = (
        ("lang", post.lang.lower()),
        ("reply_to", post.reply_to),
        ("root", post.root),
        ("quote_of", post.quote_of),
        ("repost_of", post.repost_of),
        ("fingerprint", fingerprint(post.text)),
        ("url", post.url and address_key(post.url)),
    )
    fields |= {name: value for name, value in links if value}
    return Told(seq, placed_us, _encode(fields).decode())


def told_of(rows: Iterable[EventRow]) -> Iterator[Told]:
    """Yield what tantivy is told of each row that holds a post, in order.

    Raises CorruptionError for damaged rows.
    """
    for row in rows:
        post = post_of(row)
        if post is not None:
            yield told(row[0], row[4], post)


def author_keys(post: Post) -> list[str]:
    """Return what an author can be found by: id and handle, in lower case."""
    keys = [post.author.id.lower(), post.author.handle.lower()]
    return [key for key in dict.fromkeys(keys) if key]


def bounds_us(placed: TimeRange) -> tuple[int | None, int | None]:
    """Return [since, until) in microseconds since 1970."""
    since = None if placed.since is None else to_microseconds(placed.since)
    until = None if placed.until is None else to_microseconds(placed.until)
    return since, until


def one_of(field: str, values: tuple[str, ...]) -> Query:
    """Match posts whose `field` is one of `values`, without touching their score."""
    if len(values) == 1:  # a set of terms is gathered first, however many posts have one of them
        one = Query.term_query(schema(), field, values[0], "basic")
    else:
        one = Query.term_set_query(schema(), field, list(values))
    return Query.const_score_query(one, 0.0)


def exact(where: Filters) -> list[tuple[str, tuple[str, ...]]]:
    """Return which fields must have one of which values, as the index spells them."""
    demands = (
        ("lang", tuple(lang.lower() for lang in where.langs)),
        ("source", where.sources),
        ("author", tuple(author.lower() for author in where.authors)),
    )
    return [(field, values) for field, values in demands if values]


def filter_clauses(where: Filters, *, with_time: bool) -> list[tuple[Occur, Query]]:
    """Return what `where` demands, as clauses that leave scores as they are.

    `with_time` is False where the whole partition is known to lie inside the time range.
    """
    clauses = []
    if with_time and (where.placed.since is not None or where.placed.until is not None):
        clauses.append(_placed_in(where.placed))
    clauses += [one_of(field, values) for field, values in exact(where)]
    if where.only is not None:
        clauses.append(one_of("post_id", tuple(where.only)))
    return [(Occur.Must, clause) for clause in clauses]


def _placed_in(placed: TimeRange) -> Query:
    since, until = bounds_us(placed)
    moments = Query.range_query(
        schema(),
        "placed_us",
        FieldType.Integer,
        lower_bound=since,
        upper_bound=until,
        include_upper=until is None,
    )
    return Query.const_score_query(moments, 0.0)
