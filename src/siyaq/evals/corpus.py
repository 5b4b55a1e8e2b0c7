"""A corpus inside a siyaq of its own: ingested, searchable, and named as its folder names it."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from siyaq.core.errors import ModelUnavailable, Unreadable
from siyaq.core.ids import PostId, post_id
from siyaq.core.product import Product
from siyaq.evals.folder import Document, read_pieces
from siyaq.log.directory import WriteLock, require_log

SOURCE = "corpus"
STALL_SECONDS = 300.0
"""How long embedding may stand still before it is given up."""

_POLL_SECONDS = 0.05
_LINES_PER_PIECE = 256

OnProgress = Callable[[int, int, str], None]
"""Told (done, total, what) now and then."""


class Names:
    """The names of a corpus's documents, in its folder and in siyaq.

    A post that is not of the corpus (buried with it) has its PostId for a name, which no
    judgment knows.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {post_id(SOURCE, document.id): document.id for document in documents}

    def document(self, post: PostId) -> str:
        """Return what a post is called in the folder."""
        return self._documents.get(post, post)

    def posts(self, documents: Sequence[str]) -> frozenset[PostId]:
        """Return what documents of the folder are called in siyaq."""
        return frozenset(post_id(SOURCE, document) for document in documents)


def post_line(document: Document) -> bytes:
    """Return a document as a line of siyaq's post format. A title alone is the text."""
    facts = document.metadata
    titled = bool(document.text.strip())
    post: dict[str, object] = {
        "id": document.id,
        "source": SOURCE,
        "text": document.text if titled else document.title,
    }
    optional = {
        "title": document.title if titled else "",
        "lang": facts.lang,
        "created_at": facts.created_at,
        "url": facts.url,
        "author": facts.author and {"id": facts.author, "handle": facts.author},
    }
    post.update((key, value) for key, value in optional.items() if value)
    return msgspec.json.encode(post) + b"\n"


def begin_with(held: Path, directory: Path) -> None:
    """Copy a data directory into an empty one. Nobody may write it meanwhile.

    Many posts are taken in once, and any number of corpora laid among them. Raises NotFound where
    no posts are held, AlreadyWriting, Unreadable.
    """
    require_log(held)
    lock = WriteLock(held)
    try:
        shutil.copytree(held, directory, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise Unreadable(f"cannot copy {str(held)!r}: {error}") from error
    finally:
        lock.release()


async def load(
    product: Product, documents: Sequence[Document], bury: Path | None, on_progress: OnProgress
) -> dict[str, int]:
    """Ingest a corpus, and the posts it is to be buried in, until all can be found by meaning.

    Returns counts. Buried posts come first, so that nobody's post can take a document's place.
    Raises Unreadable for a file that cannot be read.
    """
    counts = {"documents": len(documents)}
    if bury is not None:
        buried = await product.ingest(_pieces_of(bury, on_progress), imported=True)
        counts["buried"] = buried.posts
    report = await product.ingest(_pieces(documents), imported=True)
    counts["refused"] = sum(report.refused.values())
    await wait_until_searchable(product, on_progress)
    return counts


async def load_posts(product: Product, path: Path, on_progress: OnProgress) -> dict[str, int]:
    """Ingest a file of posts until each can be found by its words, and return counts.

    Raises Unreadable for a file that cannot be read.
    """
    report = await product.ingest(_pieces_of(path, on_progress), imported=True)
    await wait_until_searchable(product, on_progress, by_meaning=False)
    return {"posts": report.posts, "refused": sum(report.refused.values())}


async def _pieces(documents: Sequence[Document]) -> AsyncIterator[bytes]:
    rest: Iterator[Document] = iter(documents)
    while lines := [post_line(document) for document in islice(rest, _LINES_PER_PIECE)]:
        yield b"".join(lines)


async def _pieces_of(path: Path, on_progress: OnProgress) -> AsyncIterator[bytes]:
    pieces = read_pieces(path)
    done = 0
    while piece := await asyncio.to_thread(next, pieces, None):
        yield piece
        done += len(piece)
        on_progress(done, done, "reading bytes of posts")  # how many there are is not known


async def wait_until_searchable(
    product: Product, on_progress: OnProgress, *, by_meaning: bool = True
) -> None:
    """Return once everything ingested can be found by word, and by meaning too if so told.

    Raises ModelUnavailable where that stands still for STALL_SECONDS.
    """
    reached, moved_at = -1, time.monotonic()
    what = "embedding" if by_meaning else "indexing"
    while True:
        status = await product.status()
        done = status.indexed_seq
        if by_meaning:
            done = min(status.embedded_seq - status.approximate, done)
        on_progress(done, status.log_seq, what)
        if done >= status.log_seq:
            return
        if done > reached:
            reached, moved_at = done, time.monotonic()
        elif time.monotonic() - moved_at > STALL_SECONDS:
            raise ModelUnavailable(
                f"{what} stands still at {done} of {status.log_seq} since {STALL_SECONDS:.0f} s"
            )
        await asyncio.sleep(_POLL_SECONDS)
