"""Finds every post that says what one post says: copies, disguised copies, changed copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from siyaq.core.card import Sameness
from siyaq.core.ids import Seq
from siyaq.core.ports import Searcher
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.log import LogReader
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fingerprint import Wording, distinctive, fingerprint

COUNTED_AT_MOST: Final = 1_000
"""Exact and disguised copies fetched for one card; the earliest are among them."""
CANDIDATES: Final = 200
_TERMS: Final = 20  # the rarest of a text; more would only slow the search for near copies
_WORDS_AT_LEAST: Final = 4  # of a text that can be nearly the same as another
_LONG: Final = 4_000  # characters; comparing two such texts takes milliseconds
_LONG_CANDIDATES: Final = 20
_EVERYWHERE: Final = Filters()


@dataclass(frozen=True, slots=True)
class Copy:
    """One member of a cluster: the post itself is an "exact" one.

    A near copy may say something else: `repeats` is False where a number or a negation differs,
    or more than a word or two.
    """

    seq: Seq
    post: Post
    sameness: Sameness
    repeats: bool = True


@dataclass(frozen=True, slots=True)
class Cluster:
    """A post and every post found that says the same, in placed order.

    `related` are posts that share rare words with it and say something else, likeliest first.
    `truncated`: there are more copies than COUNTED_AT_MOST. `distinctive`: the text is long
    enough that nobody writes it twice by chance.
    """

    copies: tuple[Copy, ...]
    related: tuple[Post, ...]
    truncated: bool
    distinctive: bool

    @property
    def first(self) -> Copy:
        """The earliest that says the same; a near copy that says something else is not it."""
        return next(copy for copy in self.copies if copy.repeats)


def find_cluster(seq: Seq, post: Post, searcher: Searcher, log: LogReader) -> Cluster:
    """Gather the cluster of the live `post` at `seq`: three calls of the index, one of the log.

    Exact and disguised copies share a fingerprint, which the index holds as
    `siyaq.text.fingerprint.fingerprint(post.text)`. Near copies are looked for among the
    CANDIDATES posts that share most of its rarest words, and compared word by word.
    """
    mark = fingerprint(post.text)
    same: list[Seq] = []
    if mark:
        wanted = COUNTED_AT_MOST + 1
        same = [
            *searcher.linked("fingerprint", mark, where=_EVERYWHERE, k=wanted, newest_first=False)
        ]
    alike = _alike(post, searcher, beyond=len(same))
    posts = log.posts({seq, *same[:COUNTED_AT_MOST], *alike})
    posts[seq] = post
    wording = Wording(post.text)
    copies = {seq: Copy(seq, post, "exact")}
    for other in same[:COUNTED_AT_MOST]:
        if other in posts and other != seq:
            exact = posts[other].text == post.text
            copies[other] = Copy(other, posts[other], "exact" if exact else "normalized")
    related: list[Post] = []
    for other in alike:
        if other in copies or other not in posts:
            continue
        copy = _compare(wording, other, posts[other])
        if copy is None:
            related.append(posts[other])
        else:
            copies[other] = copy
    ordered = sorted(copies.values(), key=lambda copy: (copy.post.placed_at, copy.seq))
    return Cluster(
        copies=tuple(ordered),
        related=tuple(related),
        truncated=len(same) > COUNTED_AT_MOST,
        distinctive=distinctive(post.text),
    )


def _alike(post: Post, searcher: Searcher, *, beyond: int) -> list[Seq]:
    """Return posts that share the rarest words of `post`, the most alike first.

    `beyond` as many more as there are equal copies, which come first and would crowd out others.
    """
    words = [term for term in dict.fromkeys(terms(post.text[:_LONG])) if not is_stop_word(term)]
    if len(words) < _WORDS_AT_LEAST:
        return []
    frequency = searcher.document_frequency(words)
    shared = sorted((word for word in words if frequency[word] > 1), key=frequency.__getitem__)
    if not shared:
        return []
    k = CANDIDATES if len(post.text) <= _LONG else _LONG_CANDIDATES
    found = searcher.lexical(dict.fromkeys(shared[:_TERMS], 1.0), _EVERYWHERE, k + beyond)
    return [line.seq for line in found]


def _compare(wording: Wording, seq: Seq, other: Post) -> Copy | None:
    shorter, longer = sorted((len(wording.text), len(other.text)))
    if longer > _LONG and longer > 2 * shorter:
        return None
    compared = Wording(other.text)
    sameness = wording.sameness(compared)
    return Copy(seq, other, sameness, wording.repeats(compared)) if sameness else None
