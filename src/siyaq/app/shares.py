"""Who shared what, and when: the table that CooRTweet and its like read, out of the log.

A post shares its links, its pictures, its text, and what it quotes or reposts. Analysts can so look
for coordination with tools of their own, and hold what a card says against them.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from siyaq.context import Share, shares_of, unlabeled
from siyaq.core.ids import Seq
from siyaq.core.post import Post
from siyaq.log import LogReader

COLUMNS: Final = ("object_id", "account_id", "content_id", "timestamp_share")
_AT_ONCE: Final = 1_000

Row = tuple[str, str, str, int]
"""Under COLUMNS: "kind:what", "source:author", the id of the post, Unix seconds (placed)."""


class ShareTable:
    """The rows of one log, in its order. Read it once; then `left_out` is known."""

    def __init__(self, log: LogReader, kinds: Set[str], allowed: Set[str]) -> None:
        """`kinds` of what is shared are wanted, of all sources whose terms let them be labeled.

        `allowed` names sources to take although their terms speak against it.
        """
        self._log = log
        self._kinds = kinds
        self._allowed = allowed
        self.left_out: set[str] = set()

    def __iter__(self) -> Iterator[Row]:
        for post in self._posts():
            if post.source not in self.left_out:
                yield from (_row(post, share) for share in shares_of(post) if self._wants(share))

    def _posts(self) -> Iterator[Post]:
        after, known = Seq(0), set[str]()
        while entries := self._log.entries(after, _AT_ONCE):
            after = entries[-1].seq
            live = self._log.posts(entry.seq for entry in entries if entry.post is not None)
            fresh = {post.source for post in live.values()} - known
            self.left_out |= unlabeled(fresh, self._log, self._allowed)
            known |= fresh
            yield from live.values()

    def _wants(self, share: Share) -> bool:
        return share.object_id.partition(":")[0] in self._kinds


def _row(post: Post, share: Share) -> Row:
    return share.object_id, f"{post.source}:{post.author.id}", share.content_id, int(share.t)
