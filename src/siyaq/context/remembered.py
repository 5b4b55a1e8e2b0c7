"""Cards that were built and still stand, and who is to be told when one does not.

A card is handed out again only while nothing it rests on has changed: entries of the log are
heard as the index takes them in (`Watched` says which cards they touch, and, once their meaning is
searchable, `Meant`), and each time every post on it is looked up once more, so that a deletion
shows at once even where nobody has heard of it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from siyaq.context.across import Floats, OtherLanguage
from siyaq.context.fact_checks import FIELD
from siyaq.context.meant import Meant
from siyaq.context.watched import Grounds, Watched, grounds_of
from siyaq.core.answer import Coverage, Usage
from siyaq.core.card import ContextCard
from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId, Seq, split_post_id
from siyaq.core.ports import Clock
from siyaq.core.post import Post
from siyaq.core.query import Shows
from siyaq.log import LogReader

ROOM: Final = 2_000
"""Cards remembered; those asked for least recently go."""
BEHIND_AT_MOST: Final = 5_000
"""Entries heard one by one. When more wait, as in an import, every card is forgotten instead."""
_AT_ONCE: Final = 500

Told = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Kept:
    card: ContextCard
    seqs: frozenset[Seq]  # the posts on it, in the versions that were live when it was built
    heard: Coverage


class RememberedCards:
    """Safe to use from several threads."""

    def __init__(
        self,
        log: LogReader,
        clock: Clock,
        *,
        room: int = ROOM,
        whole: LogReader | None = None,
        shows: Shows = lambda _: True,
    ) -> None:
        """`log` is where posts are looked up.

        Where that is a part of a log, `whole` is the log that is heard, and `shows` says of what.
        """
        self._log = log
        self._whole = whole or log
        self._shows = shows
        self._clock = clock
        self._room = room
        self._kept: OrderedDict[PostId, _Kept] = OrderedDict()
        self._watched = Watched()
        self._listeners: dict[PostId, set[Told]] = {}
        self._lock = threading.Lock()
        self._hearing = threading.Lock()  # held by the one thread that reads on
        self._heard = self._whole.head()
        self._other: OtherLanguage | None = None
        self._meant: Meant | None = None
        self._seen = self._whole.head()  # by meaning

    def understand(self, other: OtherLanguage) -> None:
        """From now on cards rest on posts in the other language too: `see` has to be called."""
        self._other, self._meant = other, Meant(other)

    def recall(self, post_id: PostId) -> ContextCard | None:
        """Return a card that still stands, as of now; None where it has to be built."""
        with self._lock:
            kept = self._kept.get(post_id)
            if kept is not None:
                self._kept.move_to_end(post_id)
        if kept is None:
            return None
        if self._log.count_live(kept.seqs) != len(kept.seqs):
            self.forget(post_id)
            return None
        covered = self._log.coverage()
        if (covered.since, covered.gaps) != (kept.heard.since, kept.heard.gaps):
            self.forget(post_id)
            return None
        first = kept.card.first_seen
        return replace(
            kept.card,
            first_seen=replace(first, window=covered) if first else None,
            as_of=self._clock.now(),
            usage=Usage(),
        )

    def keep(self, card: ContextCard, post: Post, built_from: Seq, meant_from: Seq) -> None:
        """Remember the card of `post`, built from an index that held the log up to `built_from`.

        By meaning it was searched up to `meant_from`. It is not remembered where something heard
        or seen meanwhile touches it; who waits is told so.
        """
        grounds = grounds_of(card, post, self._translations(card))
        meaning = self._other.vectors(grounds.claims) if self._other and grounds.claims else None
        seqs = frozenset(entry.seq for entry in self._log.find(grounds.posts).values())
        kept = _Kept(card, seqs, self._log.coverage())
        with self._hearing:
            stands = self._untouched_since(grounds, built_from)
            stands = stands and self._unseen_since(post.id, grounds, meaning, meant_from)
            with self._lock:
                if not stands:
                    self._drop({post.id})
                    return
                self._kept[post.id] = kept
                self._watched.add(grounds)
                if self._meant is not None and meaning is not None:
                    self._meant.add(post.id, grounds.claims, meaning)
                while len(self._kept) > self._room:
                    self._drop({next(iter(self._kept))})

    def hear(self, upto: Seq) -> None:
        """Take in the log up to a place: whatever it touches is forgotten, and told of."""
        with self._hearing:
            while self._heard < upto:
                if upto - self._heard > BEHIND_AT_MOST:
                    self._heard = upto
                    self.forget_all()
                    return
                entries = self._whole.entries(self._heard, min(_AT_ONCE, upto - self._heard))
                if not entries:
                    return
                touched = self._touched(self._shown(entries))
                with self._lock:
                    self._heard = entries[-1].seq
                    self._drop(touched)

    def see(self, upto: Seq) -> None:
        """Take in the log up to a place from which on its posts can be found by their meaning."""
        if self._meant is None:
            return
        with self._hearing:
            while self._seen < upto:
                if upto - self._seen > BEHIND_AT_MOST:
                    self._seen = upto
                    self.forget_all()
                    return
                entries = self._whole.entries(self._seen, min(_AT_ONCE, upto - self._seen))
                if not entries:
                    return
                with self._lock:
                    meant = self._meant.copy()  # who asks for a card need not wait for the look
                touched = meant.touched(self._shown(entries))
                with self._lock:
                    self._seen = entries[-1].seq
                    self._drop(touched)

    def forget(self, post_id: PostId) -> None:
        """Forget one card, and tell those who wait for it to change."""
        with self._lock:
            self._drop({post_id})

    def forget_all(self) -> None:
        """Forget every card: something changed that is in no entry of the log."""
        with self._lock:
            self._drop({*self._kept, *self._listeners})

    @contextmanager
    def listening(self, post_id: PostId, told: Told) -> Iterator[None]:
        """Call `told`, from any thread, each time the card of a post may have changed."""
        with self._lock:
            self._listeners.setdefault(post_id, set()).add(told)
        try:
            yield
        finally:
            with self._lock:
                self._listeners[post_id].discard(told)
                if not self._listeners[post_id]:
                    del self._listeners[post_id]

    def _translations(self, card: ContextCard) -> list[Post]:
        told = [one.post_id for one in card.copies.retold if one.how == "translated"]
        return [one.post for one in self._log.find(told).values() if one.post is not None]

    def _touched(self, entries: list[LogEntry]) -> set[PostId]:
        with self._lock:
            found: set[PostId] = set()
            for entry in entries:
                if _may_review(entry):
                    return {*self._kept}  # of any claim, in any language
                found |= self._watched.touched(entry)
            return found

    def _untouched_since(self, grounds: Grounds, built_from: Seq) -> bool:
        """Say whether nothing heard after `built_from` touches a card that is not watched yet."""
        behind = self._heard - built_from
        if behind <= 0:
            return True
        if behind > _AT_ONCE:
            return False
        alone = Watched()
        alone.add(grounds)
        entries = self._shown(self._whole.entries(built_from, behind))
        return not any(_may_review(entry) or alone.touched(entry) for entry in entries)

    def _unseen_since(
        self, name: PostId, grounds: Grounds, meaning: Floats | None, meant_from: Seq
    ) -> bool:
        """Say whether nothing seen after `meant_from` may bear on a card that is not kept yet."""
        behind = self._seen - meant_from
        if behind <= 0 or self._other is None or meaning is None:
            return True
        if behind > _AT_ONCE:
            return False
        alone = Meant(self._other)
        alone.add(name, grounds.claims, meaning)
        return not alone.touched(self._shown(self._whole.entries(meant_from, behind)))

    def _shown(self, entries: list[LogEntry]) -> list[LogEntry]:
        return [one for one in entries if self._shows(split_post_id(one.post_id)[0])]

    def _drop(self, names: set[PostId]) -> None:
        for name in names:
            if self._kept.pop(name, None) is not None:
                self._watched.remove(name)
                if self._meant is not None:
                    self._meant.remove(name)
        self._tell(names)

    def _tell(self, names: set[PostId]) -> None:
        for name in names & self._listeners.keys():
            for told in [*self._listeners[name]]:
                told()


def _may_review(entry: LogEntry) -> bool:
    return entry.post is not None and FIELD in entry.post.extra
