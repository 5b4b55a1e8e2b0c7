"""Gathers the conversation around a post: what it answers, and what answers it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from siyaq.core.card import Thread, ThreadPost
from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import LinkField, Searcher
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.log import LogReader

ANCESTORS_AT_MOST: Final = 50
REPLIES_AT_MOST: Final = 100
QUOTES_AT_MOST: Final = 50
_OF_ROOT_AT_MOST: Final = 500  # posts of a whole thread in which replies to replies are found

Relation = Literal["ancestor", "self", "reply", "quote"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """The posts around a post. `cut`: there are more than the bounds let in."""

    ancestors: tuple[Post, ...]  # from the root down
    replies: tuple[Post, ...]  # by placed time, replies to replies among them
    quotes: tuple[Post, ...]  # by placed time
    missing: tuple[PostId, ...]
    cut: bool

    @property
    def answers(self) -> list[Post]:
        """What was said to the post: replies, then quotes."""
        return [*self.replies, *self.quotes]

    def thread(self, post: Post) -> Thread | None:
        """Return the conversation as a card shows it, None where the post stands alone."""
        around = (*self.ancestors, *self.replies, *self.quotes)
        if not around and not self.missing:
            return None
        posts = [
            *(_shown(one, "ancestor") for one in self.ancestors),
            _shown(post, "self"),
            *(_shown(one, "reply") for one in self.replies),
            *(_shown(one, "quote") for one in self.quotes),
        ]
        return Thread(posts=tuple(posts), missing=self.missing)


NOBODY_ANSWERED: Final = Conversation(ancestors=(), replies=(), quotes=(), missing=(), cut=False)


def find_conversation(post: Post, searcher: Searcher, log: LogReader) -> Conversation:
    """Gather what is live around `post`, within the bounds above. Survives loops.

    A post that the chain names and we do not hold (never seen, deleted or hidden) is `missing`;
    above it the root is still shown, where it is held. What the post quotes counts as something
    it answers.
    """
    ancestors, missing, cut = _ancestors(post, log)
    seen = {post.id, *(one.id for one in ancestors)}
    replies = [one for one in _replies(post, searcher, log) if one.id not in seen]
    seen.update(one.id for one in replies)
    quotes = [
        one
        for one in _linked("quote_of", post.id, QUOTES_AT_MOST + 1, searcher, log)
        if one.id not in seen
    ]
    cut = cut or len(replies) > REPLIES_AT_MOST or len(quotes) > QUOTES_AT_MOST
    return Conversation(
        ancestors=ancestors,
        replies=tuple(replies[:REPLIES_AT_MOST]),
        quotes=tuple(quotes[:QUOTES_AT_MOST]),
        missing=missing,
        cut=cut,
    )


def _ancestors(post: Post, log: LogReader) -> tuple[tuple[Post, ...], tuple[PostId, ...], bool]:
    """Walk up `reply_to`. Return the ancestors from the root down, the missing, whether cut."""
    chain: list[Post] = []
    missing: list[PostId] = []
    seen = {post.id}
    above = post.reply_to
    while above is not None and above not in seen and len(chain) < ANCESTORS_AT_MOST:
        parent = _live(above, log)
        if parent is None:
            missing.append(above)
            break
        seen.add(above)
        chain.append(parent)
        above = parent.reply_to
    cut = len(chain) == ANCESTORS_AT_MOST and above is not None and above not in seen
    for beside in (post.root, post.quote_of):
        if beside is None or beside in seen or beside in missing:
            continue
        named = _live(beside, log)
        if named is None:
            missing.append(beside)
        else:
            seen.add(beside)
            chain.append(named)
    return tuple(reversed(chain)), tuple(missing), cut


def _live(post_id: PostId, log: LogReader) -> Post | None:
    entry = log.find((post_id,)).get(post_id)
    return entry.post if entry else None


def _replies(post: Post, searcher: Searcher, log: LogReader) -> list[Post]:
    """Return the answers to `post` and the answers to those, by placed time."""
    direct = _linked("reply_to", post.id, REPLIES_AT_MOST + 1, searcher, log)
    if not direct:
        return []
    of_root = _linked("root", post.root or post.id, _OF_ROOT_AT_MOST, searcher, log)
    below = {post.id}
    found: dict[PostId, Post] = {}
    waiting = {one.id: one for one in (*direct, *of_root) if one.id != post.id}
    grown = True
    while grown:
        level = [one for one in waiting.values() if one.reply_to in below]
        grown = bool(level)
        for one in level:
            below.add(one.id)
            found[one.id] = waiting.pop(one.id)
    return sorted(found.values(), key=lambda one: (one.placed_at, one.id))


def _linked(
    field: LinkField, value: str, k: int, searcher: Searcher, log: LogReader
) -> Iterable[Post]:
    seqs: list[Seq] = [*searcher.linked(field, value, where=Filters(), k=k, newest_first=False)]
    posts = log.posts(seqs)
    return [posts[seq] for seq in seqs if seq in posts]


def _shown(post: Post, relation: Relation) -> ThreadPost:
    return ThreadPost(
        post_id=post.id,
        handle=post.author.handle or post.author.id,
        at=post.placed_at,
        text=post.text,
        relation=relation,
    )
