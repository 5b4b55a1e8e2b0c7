"""Every parser of what strangers send, with good documents to begin from.

To add one: a function that takes any bytes and returns what was made of them, raising only what
its callers expect, and a row in `PARSERS`.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import pydantic
import zstandard

from siyaq.core.clock import Trust
from siyaq.core.errors import QueryError, Unreadable
from siyaq.core.event import Event, PostEvent, Rejected
from siyaq.core.query import Filters
from siyaq.log.codec import decode, encode
from siyaq.retrieval.understand import understand
from siyaq.serve.asking import AskBody, ContextBody, SearchParameters
from siyaq.sources.admit import admit_line
from siyaq.sources.articles.date import leading_date, machine_date, written_date
from siyaq.sources.articles.markdown import read_markdown
from siyaq.sources.jetstream.event import read_event
from siyaq.sources.jetstream.frame import read_frame
from siyaq.sources.lines import Lines
from siyaq.sources.markup import html_to_text
from siyaq.sources.refusal import Refusal
from siyaq.sources.unpack import unpacked

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Parser:
    """`read` returns whether anything was taken of a document; False where it was refused.

    It raises for nothing that a document may hold. `in_child` names a task of the sandbox, for
    parsers that may do anything and are run in a process of their own.
    """

    seeds: Sequence[bytes]
    read: Callable[[bytes], bool] | None = None
    in_child: str = ""


def _posts(document: bytes) -> bool:
    taken = admit_line(document, source="fuzz", trust=Trust.ARCHIVE, now=NOW)
    return _storable(taken)


def _jetstream(document: bytes) -> bool:
    try:
        return _storable(read_event(read_frame(document), source="fuzz", now=NOW))
    except Refusal as refusal:
        return _storable(refusal.rejected(None))


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


_POSTS = (
    b'{"id":"7","text":"Rain in Riyadh","author":{"id":"a","handle":"a.example","followers":3},'
    b'"created_at":"2026-11-21T10:00:00Z","witnessed_at":"2026-11-21T10:00:01Z","lang":"en"}',
    '{"op":"update","id":9,"source":"x","text":"مطر في الرياض","links":["https://a.example/b"],'
    '"media":[{"type":"image","url":"https://a.example/c.png","alt":"سحاب"}],"reply_to":"7"}'.encode(),
    b'{"op":"delete","id":"7","source":"fuzz"}',
)

_JETSTREAM = (
    b'{"did":"did:plc:abc","time_us":1763719200000000,"kind":"commit","commit":{"rev":"3k",'
    b'"operation":"create","collection":"app.bsky.feed.post","rkey":"3k","record":{"$type":'
    b'"app.bsky.feed.post","text":"see a.example","createdAt":"2026-11-21T10:00:00Z","langs":'
    b'["en"],"facets":[{"index":{"byteStart":4,"byteEnd":13},"features":[{"$type":'
    b'"app.bsky.richtext.facet#link","uri":"https://a.example"}]}]}}}',
    b'{"$type":"message","payload":{"$type":"x#commit","seq":7,"did":"did:plc:abc","time":'
    b'"2026-11-21T10:00:00Z","rev":"3k","operation":"delete","collection":"app.bsky.feed.post",'
    b'"rkey":"3k"}}',
    b'{"did":"did:plc:abc","time_us":1763719200000000,"kind":"account","account":{"active":false,'
    b'"status":"takendown"}}',
    b'{"did":"did:plc:abc","time_us":1763719200000000,"kind":"identity","identity":{"handle":'
    b'"a.example"}}',
)

_FEEDS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><ttl>30</ttl><item><guid>'
    b"1</guid><title>Rain</title><link>https://a.example/1</link><description>Rain &amp; wind"
    b"</description><pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>",
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>أخبار</title><entry><id>urn:1</id><title>مطر'
    '</title><content type="html">&lt;p&gt;مطر&lt;/p&gt;</content><updated>2026-11-21T10:00:00Z'
    "</updated></entry></feed>".encode(),
    b'{"@context":"https://schema.org","@type":"DataFeed","dataFeedElement":[{"@type":"ClaimReview"'
    b',"url":"https://a.example/r","claimReviewed":"Rain","reviewRating":{"ratingValue":1}}]}',
)

_PAGES = (
    b'<html lang="en"><head><title>Rain</title><meta property="og:title" content="Rain"><meta '
    b'property="article:published_time" content="2026-11-21T10:00:00Z"><script type='
    b'"application/ld+json">{"@type":"NewsArticle","datePublished":"2026-11-21"}</script></head>'
    b"<body><article><h1>Rain</h1><p>It rained in Riyadh for three days and the roads were closed."
    b"</p><p>Schools will open on Sunday.</p></article></body></html>",
)

PARSERS = {
    "posts": Parser(_POSTS, _posts),
    "jetstream": Parser(_JETSTREAM, _jetstream),
    "files": Parser(
        (
            gzip.compress(b"a\nb\n", mtime=0),
            zstandard.compress(b"a\nb\n"),
            b"a\nb\r\n\nc",
            *_POSTS,
        ),
        _packed,
    ),
    "questions": Parser(
        (b"what happened in Riyadh yesterday? from:a since:2026-11-20", "ماذا حدث أمس".encode()),
        _question,
    ),
    "requests": Parser(
        (
            b'{"question":"what happened?","as_of":"2026-11-21T10:00:00Z","filters":{"lang":["ar"],'
            b'"since":"2026-11-20"},"history":[{"role":"user","content":"hello"}],"limit":5}',
            b'{"q":"rain","k":5,"lang":["ar"]}',
            b'{"text":"rain","as_of":"2026-11-21T10:00:00Z"}',
        ),
        _body,
    ),
    "articles": Parser(
        (b"# Rain\n\n21 November 2026\n\n*It* rained [here](https://a.example).", *_PAGES),
        _written,
    ),
    "feeds": Parser(_FEEDS, in_child="feed"),
    "pages": Parser(_PAGES, in_child="page"),
}
