"""siyaq itself, through its own doors: admission, the log, the indexer's two threads, a reader.

Vectors come ready-made, as they do for its peers; `bench/pipeline.py` measures it with its own.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from siyaq import __version__
from siyaq.core.clock import Trust, from_microseconds
from siyaq.core.event import Op, PostEvent
from siyaq.core.ports import Batch
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.index import Indexer, IndexReader
from siyaq.log import LogReader, LogWriter
from siyaq.models import BuiltinEmbedder
from siyaq.sources.admit import admit_line
from siyaq.text.language import identify


class ReadyMade:
    """An embedder that is told the vectors of texts beforehand.

    Where no two texts are equal each is asked for once, and can be forgotten then.
    """

    name = BuiltinEmbedder().name
    dimensions = 512

    def __init__(self, *, distinct: bool = True) -> None:
        self.known: dict[str, np.ndarray] = {}
        self._take = self.known.pop if distinct else self.known.get
        self._unknown = np.full(512, 512**-0.5, np.float32)  # part of a post cut in passages

    def embed(self, texts):
        return np.stack([self._take(text, self._unknown) for text in texts])


class Reader:
    """What a process that only asks opens."""

    def __init__(self, folder: Path) -> None:
        self.reader = IndexReader.open(folder)
        self._edited: dict[int, int] = {}  # places in the log of posts that were edited, to ids

    def words(self, text, terms, k, where):
        self.reader.refresh()
        weights = dict.fromkeys(terms, 1.0)
        return self._ids(self.reader.lexical(weights, _filters(where), k))

    def nearest(self, vector, k, where):
        self.reader.refresh()
        return self._ids(self.reader.semantic(vector, _filters(where), k))

    def _ids(self, hits):
        return [self._edited.get(hit.seq, hit.seq) for hit in hits]


class Siyaq(Reader):
    version = f"siyaq {__version__}"
    stream_batch = 50  # of 1,000 posts a second: its log commits what came in 50 ms
    beside = True

    def __init__(self, folder: Path, *, distinct: bool = True) -> None:
        identify("warm")  # the language identifier loads its tables at its first use
        self._writer = LogWriter.open(folder)
        self.log = LogReader.open(folder)
        self._embedder = ReadyMade(distinct=distinct)
        self._indexer = Indexer(self.log, folder, self._embedder)
        self._indexer.start()
        super().__init__(folder)

    def add(self, posts, vectors):
        self._take([post["line"] for post in posts], posts, vectors)

    def edit(self, posts, vectors):
        self._edited.update(enumerate((post["id"] for post in posts), self.log.head() + 1))
        lines = [json.dumps(_update(post), ensure_ascii=False).encode() for post in posts]
        self._take(lines, posts, vectors)
        self.settle()

    def _take(self, lines, posts, vectors):
        if vectors is not None:
            texts = (" ".join(str(post["text"]).split()) for post in posts)
            self._embedder.known.update(zip(texts, vectors, strict=True))
        now = datetime.now(UTC)
        events = [admit_line(line, source="bench", trust=Trust.ARCHIVE, now=now) for line in lines]
        self._writer.append([Batch(events=tuple(e for e in events if isinstance(e, PostEvent)))])
        self._indexer.wake()

    def searchable(self):
        return self._indexer.embedded

    def settle(self):
        self._indexer.wait_embedded(self.log.head(), 3600)

    def delete(self, ids):
        now = datetime.now(UTC)
        gone = (
            PostEvent(op=Op.DELETE, post_id=f"bench:{each}", post=None, witnessed_at=now)
            for each in ids
        )
        self._writer.append([Batch(events=tuple(gone))])
        self._indexer.wake()
        self.settle()

    def close(self):
        self._indexer.stop()
        self.reader.close()
        self.log.close()
        self._writer.close()


def _update(post):
    """Return an edit of a post as it comes: its time as text, nothing made ready for peers."""
    author = post["author"]
    return {
        "op": "update",
        "id": str(post["id"]),
        "text": post["text"],
        "lang": post["lang"],
        "author": {"id": author, "handle": author},
        "created_at": from_microseconds(post["placed_us"]).isoformat(),
    }


def _filters(where) -> Filters:
    return Filters(
        placed=TimeRange(since=from_microseconds(where.since_us) if where.since_us else None),
        langs=(where.lang,) if where.lang else (),
        authors=(where.author,) if where.author else (),
    )


open_in = Siyaq
