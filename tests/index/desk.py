"""A data directory under test: its log, its index, and what is asked of it."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from siyaq.core.event import Op, PostEvent
from siyaq.core.ids import Seq
from siyaq.core.ports import Batch, Searcher
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.index import Indexer, IndexReader, IndexSettings
from siyaq.log import LogReader, LogWriter
from siyaq.testing.embedder import HastyEmbedder
from siyaq.testing.searcher_contract import NOON, post, weights

WORDS = ("rain", "fire", "port", "city", "school", "minister", "مطر", "حريق", "wind", "flood")
SMALL = IndexSettings(
    partition_seqs=64,
    segment_rows=48,
    commit_seconds=0.0,
    catch_up_seconds=0.0,
    poll_seconds=0.02,
    entries_at_once=20,
    embed_texts=16,
    approximate_beyond=10,
    refined_at_once=8,
    memory_bytes=15_000_000,
)
DEADLINE_SECONDS = 60.0


class Desk:
    """Writes a log, indexes it, reads it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.index = directory / "index"
        self.embedder = HastyEmbedder(dimensions=64)
        self.writer = LogWriter.open(directory)
        self.log = LogReader.open(directory)

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.log.close()
        self.writer.close()

    def add(self, *posts: Post) -> Seq:
        """Append posts, new ones or new versions, and return the head of the log."""
        return self._append(
            *(
                PostEvent(op=Op.CREATE, post_id=each.id, post=each, witnessed_at=each.witnessed_at)
                for each in posts
            )
        )

    def delete(self, *posts: Post) -> Seq:
        """Delete posts, and return the head of the log."""
        later = NOON + timedelta(days=1)
        return self._append(
            *(
                PostEvent(op=Op.DELETE, post_id=each.id, post=None, witnessed_at=later)
                for each in posts
            )
        )

    def _append(self, *events: PostEvent) -> Seq:
        self.writer.append([Batch(events=events)])
        return self.log.head()

    def fill(self, count: int, seed: int = 0) -> Seq:
        """Append `count` random posts with updates and deletes among them."""
        dice = random.Random(seed)
        posts: list[Post] = []
        for number in range(count):
            each = post(f"n{seed}-{number}", sentence(dice), number, handle=dice.choice("abc"))
            posts.append(each)
            self.add(each)
            if number % 7 == 3:
                self.add(post(dice.choice(posts).native_id, sentence(dice), number))
            if number % 11 == 5:
                self.delete(dice.choice(posts))
        return self.log.head()

    def indexer(self, settings: IndexSettings = SMALL) -> Indexer:
        """Return the index's writer, not yet started."""
        return Indexer(self.log, self.directory, self.embedder, settings)

    def bring_up_to_date(self, settings: IndexSettings = SMALL) -> None:
        """Index the whole log."""
        indexer = self.indexer(settings)
        indexer.start()
        try:
            assert indexer.wait_exact(self.log.head(), DEADLINE_SECONDS), indexer.failure
        finally:
            indexer.stop()

    def reader(self) -> IndexReader:
        """Return a reader of the index as it is now."""
        return IndexReader.open(self.directory, self.embedder)

    def answers(self, searcher: Searcher) -> dict[str, object]:
        """Return what the searcher says to a fixed set of questions.

        Without BM25 scores: deleted posts weigh on them until tantivy merges its segments.
        """
        late = Filters(placed=TimeRange(since=NOON + timedelta(minutes=40)))
        everything = 10_000
        said: dict[str, object] = {"count": searcher.document_count}
        for where in (Filters(), late):
            said[f"newest {where}"] = list(searcher.newest(where, everything))
            for word in WORDS:
                lexical = searcher.lexical(weights(word), where, everything)
                said[f"lexical {word} {where}"] = sorted(hit.seq for hit in lexical)
                vector = self.embedder.embed([word])[0]
                said[f"semantic {word} {where}"] = list(searcher.semantic(vector, where, 50))
        passages = searcher.passages(Seq(seq) for seq in range(1, 2000))
        said["passages"] = {
            seq: [(each.start, each.end, tuple(each.vector)) for each in held]
            for seq, held in passages.items()
        }
        return said


def sentence(dice: random.Random) -> str:
    """Return a few words, now and then a text long enough for several passages."""
    words = " ".join(dice.choices(WORDS, k=dice.randint(2, 8))) + "."
    return " ".join([words] * 30) if dice.random() < 0.05 else words
