"""What could change a card: the posts, words and accounts that it rests on.

A new post can change a card only through one of these: it is, answers or quotes a post on the
card; it says what one of the cluster's texts says; it shares enough words with a claim; or it
comes from an account whose posts the card counts. Everything else leaves the card as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from siyaq.context.checkable import SENTENCES_READ, examinable
from siyaq.core.card import ContextCard
from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.grounding.support import Read
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fingerprint import fingerprint
from siyaq.text.sentences import sentences

SHARED: Final = 0.25
"""Share of a topic's words from which a post may bear on it. Claims need 0.3 of theirs."""
_CHARS_READ: Final = 4_000

K = TypeVar("K")
V = TypeVar("V")

Account = tuple[str, str]
Topic = tuple[PostId, int]
"""One of the topics of one card: its post, and which."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What one card rests on."""

    post_id: PostId
    posts: frozenset[PostId]
    marks: frozenset[str]  # fingerprints of its texts
    topics: tuple[frozenset[str], ...]
    accounts: frozenset[Account]
    claims: tuple[str, ...] = ()


def grounds_of(card: ContextCard, post: Post, translations: Iterable[Post] = ()) -> Grounds:
    """Return what the card of `post` rests on.

    `translations` say the same in the other language: what refutes them does refute the post.
    """
    posts: set[PostId] = {post.id, *(one.post_id for one in card.references)}
    posts.update(one.post_id for one in card.copies.members)
    posts.update(one.post_id for one in card.copies.changed)
    posts.update(one.post_id for one in card.copies.retold)
    posts.update(one.post_id for one in card.timeline)
    if card.thread is not None:
        posts.update(one.post_id for one in card.thread.posts)
        posts.update(card.thread.missing)
    posts.update(one.post_id for picture in card.media for one in picture.earlier)
    for one in card.coordination:
        posts.update(one.evidence)
    named = (post.reply_to, post.root, post.quote_of, post.repost_of, card.copied_from)
    posts.update(one for one in named if one is not None)
    if card.first_seen is not None:
        posts.add(card.first_seen.post_id)
        posts.update(one.post_id for one in card.first_seen.earlier_claims)
    accounts: set[Account] = {(post.source, post.author.id)}
    accounts.update(
        (post.source, sharer.author_id) for x in card.coordination for sharer in x.accounts
    )
    texts = {post.text, *(one.text for one in card.references)}
    claims = tuple(one.span.of(post.text) for one in examinable(post.text))
    topics = [Read(claim).topic for claim in claims]
    topics.append(frozenset(_words(post.text)))
    for told in translations:
        topics += (Read(span.of(told.text)).topic for span in sentences(told.text)[:SENTENCES_READ])
    return Grounds(
        post_id=post.id,
        posts=frozenset(posts),
        marks=frozenset(mark for mark in map(fingerprint, texts) if mark),
        topics=tuple(topic for topic in topics if topic),
        accounts=frozenset(account for account in accounts if account[1]),
        claims=claims,
    )


class Watched:
    """The grounds of many cards, and which of them an entry of the log touches.

    Not safe for threads.
    """

    def __init__(self) -> None:
        self._grounds: dict[PostId, Grounds] = {}
        self._by_post: dict[PostId, set[PostId]] = {}
        self._by_mark: dict[str, set[PostId]] = {}
        self._by_account: dict[Account, set[PostId]] = {}
        self._by_term: dict[str, set[Topic]] = {}

    def __len__(self) -> int:
        return len(self._grounds)

    def add(self, grounds: Grounds) -> None:
        """Watch for what could change a card."""
        self.remove(grounds.post_id)
        name = grounds.post_id
        self._grounds[name] = grounds
        for post in grounds.posts:
            self._by_post.setdefault(post, set()).add(name)
        for mark in grounds.marks:
            self._by_mark.setdefault(mark, set()).add(name)
        for account in grounds.accounts:
            self._by_account.setdefault(account, set()).add(name)
        for place, topic in enumerate(grounds.topics):
            for term in topic:
                self._by_term.setdefault(term, set()).add((name, place))

    def remove(self, post_id: PostId) -> None:
        """Watch no more."""
        grounds = self._grounds.pop(post_id, None)
        if grounds is None:
            return
        for post in grounds.posts:
            _discard(self._by_post, post, post_id)
        for mark in grounds.marks:
            _discard(self._by_mark, mark, post_id)
        for account in grounds.accounts:
            _discard(self._by_account, account, post_id)
        for place, topic in enumerate(grounds.topics):
            for term in topic:
                _discard(self._by_term, term, (post_id, place))

    def clear(self) -> None:
        """Watch nothing."""
        for table in (self._grounds, self._by_post, self._by_mark, self._by_account, self._by_term):
            table.clear()

    def touched(self, entry: LogEntry) -> set[PostId]:
        """Return the cards that an entry may change."""
        found = {*self._by_post.get(entry.post_id, ())}
        post = entry.post
        if post is None or not self._grounds:
            return found
        for name in (post.reply_to, post.root, post.quote_of, post.repost_of):
            if name is not None:
                found |= self._by_post.get(name, set())
        found |= self._by_account.get((post.source, post.author.id), set())
        found |= self._by_mark.get(fingerprint(post.text), set())
        return found | self._by_words(post)

    def _by_words(self, post: Post) -> set[PostId]:
        shared: Counter[Topic] = Counter()
        for term in _words("\n".join((post.title, post.text, *post.captions))):
            shared.update(self._by_term.get(term, ()))
        return {
            name
            for (name, place), count in shared.items()
            if count >= SHARED * len(self._grounds[name].topics[place])
        }


def _words(text: str) -> set[str]:
    return {term for term in terms(text[:_CHARS_READ]) if not is_stop_word(term)}


def _discard(table: dict[K, set[V]], key: K, value: V) -> None:
    kept = table.get(key)
    if kept is not None:
        kept.discard(value)
        if not kept:
            del table[key]
