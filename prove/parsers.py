"""Every parser of what strangers send, with good documents to begin from.

To add one: a function that takes any bytes and returns what was made of them, raising only what
its callers expect, and a row in `PARSERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import msgspec
import pydantic

from prove import documents
from siyaq.core.clock import Trust
from siyaq.core.errors import QueryError, Unreadable
from siyaq.core.event import Event, Op, PostEvent, Rejected
from siyaq.core.query import Filters
from siyaq.log.codec import decode, encode
from siyaq.retrieval.understand import understand
from siyaq.serve.asking import AskBody, ContextBody, SearchParameters
from siyaq.sources.admit import admit_line
from siyaq.sources.articles.date import leading_date, machine_date, written_date
from siyaq.sources.articles.markdown import read_markdown
from siyaq.sources.decode import decode_object
from siyaq.sources.jetstream.event import read_event
from siyaq.sources.jetstream.frame import read_frame
from siyaq.sources.lines import Lines
from siyaq.sources.markup import html_to_text
from siyaq.sources.mastodon.status import Reader
from siyaq.sources.refusal import Refusal
from siyaq.sources.robots import read_robots
from siyaq.sources.rss.entry import read_entry
from siyaq.sources.rss.links import as_feed
from siyaq.sources.rss.pages import merged
from siyaq.sources.rss.values import ParsedEntry, ParsedFeed
from siyaq.sources.unpack import unpacked
from siyaq.sources.x.post import read_posts

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_ADDRESS = "https://a.example/2026/11/rain-in-riyadh"


@dataclass(frozen=True, slots=True)
class Parser:
    """`read` returns whether anything was taken of a document; False where it was refused.

    It raises for nothing that a document may hold. `in_child` names a task of the sandbox, for
    parsers that may do anything and are run in a process of their own; `made` reads what comes
    back from there, as `read` does.
    """

    seeds: Sequence[bytes]
    read: Callable[[bytes], bool] | None = None
    in_child: str = ""
    made: Callable[[dict[str, object]], bool] | None = None


def _posts(document: bytes) -> bool:
    taken = admit_line(document, source="fuzz", trust=Trust.ARCHIVE, now=NOW)
    return _storable(taken)


def _jetstream(document: bytes) -> bool:
    try:
        return _storable(read_event(read_frame(document), source="fuzz", now=NOW))
    except Refusal as refusal:
        return _storable(refusal.rejected(None))


def _mastodon(document: bytes) -> bool:
    reader = Reader("fuzz", "a.example", "public")
    return _all_storable(lambda body: reader.read(body, NOW, op=Op.UPDATE), document)


def _x(document: bytes) -> bool:
    return _all_storable(lambda body: read_posts(body, source="fuzz", now=NOW), document)


def _all_storable(read: Callable[[dict[str, object]], Sequence[Event]], document: bytes) -> bool:
    try:
        taken = read(decode_object(document))
    except Refusal as refusal:
        return _storable(refusal.rejected(None))
    return all(map(_storable, taken))


def _robots(document: bytes) -> bool:
    rules = read_robots(document)
    return rules.allows("https://a.example/private/news/1.html?x=%2") or bool(rules.paths)


def _feed(made: dict[str, object]) -> bool:
    """Read what the sandbox made of a feed, a sitemap or a front page, as its reader does."""
    feed = msgspec.convert(made, ParsedFeed)
    front = as_feed(feed, _ADDRESS)
    for entry in feed.entries:
        _entry(entry, feed.lang)
    return bool(feed.entries or feed.children or front.entries)


def _page(made: dict[str, object]) -> bool:
    """Read what the sandbox made of the page of an entry that says only where it is."""
    (entry,) = as_feed(ParsedFeed(links=[_ADDRESS]), _ADDRESS).entries
    return _entry(merged(entry, made), "")


def _entry(entry: ParsedEntry, lang: str) -> bool:
    try:
        event = read_entry(
            entry, source="fuzz", host="a.example", feed_title="", lang=lang, now=NOW
        )
    except Refusal as refusal:
        return _storable(refusal.rejected(None))
    return _storable(event)


def _storable(taken: Event | Rejected | None) -> bool:
    """Say whether a change was made of it; what was made must be what the log gives back."""
    if isinstance(taken, Rejected):
        assert len(taken.detail) <= 200, "a refusal tells too much"
        return False
    if isinstance(taken, PostEvent) and taken.post is not None:
        assert decode(encode(taken.post), 1) == taken.post, "the log would give another post back"
    return taken is not None


def _packed(document: bytes) -> bool:
    lines = Lines()
    count = 0
    try:
        for piece in unpacked(BytesIO(document).read, "fuzz"):
            count += sum(1 for _ in lines.feed(piece))
    except Unreadable:
        return False
    return count + sum(1 for _ in lines.last()) > 0


def _question(document: bytes) -> bool:
    try:
        understand(document.decode(errors="replace")[:2000], filters=Filters(), now=NOW)
    except QueryError:
        return False
    return True


def _body(document: bytes) -> bool:
    valid = [_valid(model, document) for model in (AskBody, ContextBody, SearchParameters)]
    return any(valid)


def _valid(model: type[pydantic.BaseModel], document: bytes) -> bool:
    try:
        read = model.model_validate_json(document)
        if isinstance(read, AskBody):
            read.asked()
        if isinstance(read, SearchParameters):
            read.query()
    except (pydantic.ValidationError, QueryError):
        return False
    return True


def _written(document: bytes) -> bool:
    text = document.decode(errors="replace")
    read_markdown(text)
    html_to_text(text).encode()
    for read in (machine_date, leading_date, written_date):
        read(text)
    return bool(text.strip())


PARSERS = {
    "posts": Parser(documents.POSTS, _posts),
    "jetstream": Parser(documents.JETSTREAM, _jetstream),
    "mastodon": Parser(documents.MASTODON, _mastodon),
    "x": Parser(documents.X, _x),
    "robots": Parser(documents.ROBOTS, _robots),
    "files": Parser(documents.FILES, _packed),
    "questions": Parser(documents.QUESTIONS, _question),
    "requests": Parser(documents.REQUESTS, _body),
    "articles": Parser(documents.ARTICLES, _written),
    "feeds": Parser(documents.FEEDS, in_child="feed", made=_feed),
    "pages": Parser(documents.PAGES, in_child="page", made=_page),
}
