"""A part of the log, as if it were all of it.

What is read for somebody who may see some sources only is read through here: by every room, since
they are handed this in place of the log. Posts of other sources are unknown, not hidden: there is
no telling one that is not shown from one that was never there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NoReturn

from siyaq.core.answer import Coverage
from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId, Seq, split_post_id
from siyaq.core.post import Post
from siyaq.core.query import Shows
from siyaq.log.reader import LogReader
from siyaq.log.records import Counts, PostState, SourceRecord
from siyaq.log.row import EventRow


class LogWithin(LogReader):
    """The posts of a log whose sources are shown. Closing it leaves the log open.

    Every method that reads is written anew; those by which an index follows the log refuse, since
    places in the log have holes here.
    """

    def __init__(self, log: LogReader, shows: Shows) -> None:
        self._whole = log
        self._shows = shows

    def shows_post(self, post_id: PostId) -> bool:
        """Say whether a post of this name, whether or not there is one, is of a source shown."""
        try:
            return self._shows(split_post_id(post_id)[0])
        except ValueError:
            return False

    def head(self) -> Seq:
        """Return the place of the newest entry of the whole log, to know what is new by."""
        return self._whole.head()

    def posts(self, seqs: Iterable[Seq]) -> dict[Seq, Post]:
        """Return those of the posts at `seqs` that are shown, as `LogReader.posts`."""
        found = self._whole.posts(seqs)
        return {seq: post for seq, post in found.items() if self._shows(post.source)}

    def count_live(self, seqs: Iterable[Seq]) -> int:
        """Return how many of `seqs` hold a post that is live and shown."""
        return len(self.posts(seqs))

    def find(self, post_ids: Iterable[PostId]) -> dict[PostId, LogEntry]:
        """Return the current entry of each post that is live and shown."""
        return self._whole.find(filter(self.shows_post, post_ids))

    def state(self, post_id: PostId) -> PostState:
        """Say how a post stands; one that is not shown is unknown."""
        return self._whole.state(post_id) if self.shows_post(post_id) else "unknown"

    def is_hidden(self, source: str, author_id: str) -> bool:
        """Say whether an account's posts are hidden for now."""
        return self._shows(source) and self._whole.is_hidden(source, author_id)

    def written_by(self, source: str, author_id: str) -> list[PostId]:
        """Return the names of the live posts of an author, in log order, hidden or not."""
        return self._whole.written_by(source, author_id) if self._shows(source) else []

    def live_entries(self, source: str, after: Seq, limit: int) -> list[LogEntry]:
        """Return up to `limit` live entries of a source that follow `after`, in log order."""
        return self._whole.live_entries(source, after, limit) if self._shows(source) else []

    def held(self, source: str, limit: int) -> list[PostId]:
        """Return the names of the newest live posts of a source."""
        return self._whole.held(source, limit) if self._shows(source) else []

    def resume(self, source: str) -> dict[str, str]:
        """Return where to resume a source."""
        return self._whole.resume(source) if self._shows(source) else {}

    def names(self) -> list[str]:
        """Return the names of the sources that are shown."""
        return list(filter(self._shows, self._whole.names()))

    def coverage(self, sources: Iterable[str] = ()) -> Coverage:
        """Return the window that the posts of shown sources span, and their gaps."""
        asked = [name for name in sources if self._shows(name)] if sources else self.names()
        return self._whole.coverage(asked) if asked else Coverage(since=None, until=None)

    def counts(self, sources: Collection[str] | None = None) -> Counts:
        """Return how many posts of shown sources are held, and how many are deleted."""
        names = self.names()
        return self._whole.counts([one for one in names if sources is None or one in sources])

    def count_after(self, seq: Seq, sources: Collection[str]) -> int:
        """Return how many entries of some sources, which are shown, follow a place."""
        return self._whole.count_after(seq, list(filter(self._shows, sources)))

    def sources(self) -> list[SourceRecord]:
        """Return what is known of each source that is shown, by name."""
        return [record for record in self._whole.sources() if self._shows(record.source)]

    def entries(self, after: Seq, limit: int) -> NoReturn:
        """Refuse: whoever follows the log follows all of it."""
        raise AssertionError("a part of the log is not followed from end to end")

    def rows(self, after: Seq, limit: int) -> list[EventRow]:
        """Refuse: whoever follows the log follows all of it."""
        self.entries(after, limit)

    def close(self) -> None:
        """Do nothing: the log is another's."""
