"""Which accounts of a cluster share the same things at once, again and again.

States what was posted and when, never a verdict on people. Looks only at accounts that posted the
cluster's text within WINDOW of each other, and only at sources whose terms allow it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

from siyaq.context.chance import chance, meetings
from siyaq.context.cluster import Cluster
from siyaq.context.coordination import Share
from siyaq.core.card import SharedKind, Sharer, Together
from siyaq.core.ids import PostId
from siyaq.core.ports import Searcher
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.core.terms import terms_of
from siyaq.log import LogReader
from siyaq.text.fingerprint import DISTINCTIVE, digest, normalize

WINDOW: Final = 10
"""Seconds within which two posts are at once: CooRTweet's default."""
TIMES_AT_LEAST: Final = 4
"""Occasions on which two accounts have met, at once for most of what both shared."""
OCCASION: Final = 3_600
"""Seconds from one meeting to the next within which both are one occasion: what happens live
brings the same people together again and again, but on one evening."""
MOSTLY: Final = 2 / 3
"""Share of what two accounts both shared that they shared at once. People who follow the same
things live share most of it some minutes apart."""
ALWAYS_TIMES: Final = 5
ALWAYS_OCCASIONS: Final = 3
"""With so many meetings, on so many occasions, and nothing that both shared at another time."""
CHANCE_AT_MOST: Final = 0.01
ACCOUNTS: Final = 10
HISTORY: Final = 60  # posts read of each account, the newest
SHOWN_AT_MOST: Final = 10
_EVIDENCE_AT_MOST: Final = 10
_KINDS: Final[tuple[SharedKind, ...]] = ("text", "link", "media", "quote", "repost")

Account = tuple[str, str]
"""Source and author id."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; `skipped` where the terms of a source forbid looking at some copy."""

    together: tuple[Together, ...] = ()
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """An account, and what it shared last, by kind."""

    sharer: Sharer
    shares: Mapping[str, Sequence[Share]]


def find_together(
    cluster: Cluster, searcher: Searcher, log: LogReader, allowed: frozenset[str]
) -> Found:
    """Return the pairs of accounts that met most often, of those in the cluster.

    `allowed` names sources whose operator has switched these labels on against their terms.
    """
    if len(cluster.copies) < 2 or not cluster.distinctive:
        return Found()
    silent = unlabeled({copy.post.source for copy in cluster.copies}, log, allowed)
    names = _at_once(cluster, silent)
    history = {name: _history(name, searcher, log) for name in names}
    entries = [
        entry
        for a, b in combinations(names, 2)
        if (entry := beyond_chance(history[a], history[b])) is not None
    ]
    entries.sort(key=lambda entry: (-entry.times, entry.chance))
    return Found(tuple(entries[:SHOWN_AT_MOST]), skipped=bool(silent))


def unlabeled(sources: Set[str], log: LogReader, allowed: Set[str]) -> set[str]:
    """Return the sources whose terms forbid such labels, without those that are `allowed`."""
    kinds = {one.source: one.kind for one in log.sources()}
    return {
        source
        for source in sources - allowed
        if not terms_of(source, kinds.get(source, "")).coordination
    }


def shares_of(post: Post) -> Iterator[Share]:
    """Yield what a post shares, each as "kind:what", at its placed time."""
    objects = {f"link:{link}" for link in post.links}
    objects.update(f"media:{one.url}" for one in post.media if one.url)
    plain = normalize(post.text)
    if len(plain) >= DISTINCTIVE:
        objects.add(f"text:{digest(plain)}")
    if post.quote_of is not None:
        objects.add(f"quote:{post.quote_of}")
    if post.repost_of is not None:
        objects.add(f"repost:{post.repost_of}")
    for name in sorted(objects):
        yield Share(post.placed_at.timestamp(), name, post.id, post.author.id)


def _at_once(cluster: Cluster, silent: set[str]) -> list[Account]:
    """Return the accounts that posted the text within WINDOW of another, the earliest first.

    Copies are in order of time, so that whoever is near in time to another stands beside one.
    """
    posts = [
        copy.post
        for copy in cluster.copies
        if copy.says == "same" and copy.post.source not in silent
    ]
    names: dict[Account, None] = {}
    for x, y in pairwise(posts):
        a, b = (x.source, x.author.id), (y.source, y.author.id)
        if a != b and (y.placed_at - x.placed_at).total_seconds() <= WINDOW:
            names |= {a: None, b: None}
    return [*names][:ACCOUNTS]


def _history(account: Account, searcher: Searcher, log: LogReader) -> History:
    source, author = account
    where = Filters(sources=(source,))
    seqs = searcher.linked("author", author, where=where, k=HISTORY, newest_first=True)
    posts = [post for post in log.posts(seqs).values() if post.author.id == author]
    return history_of(author, posts)


def history_of(author: str, posts: Sequence[Post]) -> History:
    """Return what an account shared in its newest posts (HISTORY of them at most)."""
    handle = next((post.author.handle for post in posts), "")
    shares: dict[str, list[Share]] = {}
    for post in posts:
        for share in shares_of(post):
            shares.setdefault(share.object_id.partition(":")[0], []).append(share)
    return History(Sharer(author_id=author, handle=handle), shares)


def beyond_chance(a: History, b: History) -> Together | None:
    """Return how often two accounts shared one kind of thing at once, if more than chance has."""
    best: Together | None = None
    for kind in _KINDS:
        of_a, of_b = a.shares.get(kind, ()), b.shares.get(kind, ())
        met = meetings(of_a, of_b, WINDOW)
        if len(met) <= (best.times if best else 0) or not _often(of_a, of_b, met):
            continue
        likely = chance(of_a, of_b, WINDOW)
        if likely <= CHANCE_AT_MOST:
            posts = sorted({one.content_id for one in (*of_a, *of_b) if one.object_id in met})
            best = Together(
                kind=kind,
                accounts=(a.sharer, b.sharer),
                times=len(met),
                seconds=WINDOW,
                chance=likely,
                evidence=tuple(map(PostId, posts[:_EVIDENCE_AT_MOST])),
            )
    return best


def _often(of_a: Sequence[Share], of_b: Sequence[Share], met: frozenset[str]) -> bool:
    """Say whether two accounts met on enough occasions, and seldom missed each other."""
    both = {one.object_id for one in of_a} & {one.object_id for one in of_b}
    occasions = _occasions(of_a, met)
    if len(met) == len(both) >= ALWAYS_TIMES and occasions >= ALWAYS_OCCASIONS:
        return True
    return occasions >= TIMES_AT_LEAST and len(met) >= MOSTLY * len(both)


def _occasions(shares: Sequence[Share], met: frozenset[str]) -> int:
    """Return on how many occasions an account shared what it met another over."""
    times: dict[str, float] = {}
    for share in shares:
        if share.object_id in met:
            times[share.object_id] = min(share.t, times.get(share.object_id, share.t))
    ordered = sorted(times.values())
    return bool(ordered) + sum(y - x > OCCASION for x, y in pairwise(ordered))
