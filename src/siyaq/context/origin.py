"""Whom a post took its text from, which is often not who said it first."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import takewhile
from operator import eq
from typing import Final, NamedTuple

from siyaq.context.cluster import Cluster, Copy
from siyaq.core.card import CopiedHow
from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.text.fingerprint import DISTINCTIVE

_CREDIT: Final = re.compile(r"[@＠](\w+(?:[.\-]\w+)*)")
_QUOTES: Final = "\\s\"'“”«»:"
_FRONT: Final = re.compile(
    rf"\A(?:[{_QUOTES}.]*(?:[@＠]\w+(?:[.\-]\w+)*:?|\b(?:RT|MT)\b))*[{_QUOTES}]*"
)
_CARRIED: Final = re.compile(r"\s*(?:(?:RT|MT)\b|[\"'“”«][@＠]\w)", re.IGNORECASE)
_CUT: Final = re.compile(r"\s*(?:…|\.\.\.)\s*\Z")
_LINK: Final = re.compile(r"https?://[^\s/]+/\S+")


class Origin(NamedTuple):
    """The post that a text was taken from, and what shows it."""

    post_id: PostId
    how: CopiedHow


def copied_from(cluster: Cluster, at: datetime, post: Post | None) -> Origin | None:
    """Return what the cluster's text, posted at `at` as `post`, was taken from, if that shows.

    Evidence is, in this order: the platform says that it reposts, quotes or answers a post; its
    text names, by an @, the author of an earlier one ("RT @x", "via @x", "نقلا عن @x"); it takes
    over the wording of an earlier one to the letter, links and punctuation included, for longer
    than chance explains. Of several posts with the same claim the longest stretch taken over
    decides, then the one that itself passes nothing on, then the latest: people copy what is in
    front of them. Nobody copies themselves here.
    """
    own = next((one.seq for one in cluster.copies if post and one.post.id == post.id), Seq(0))
    earlier = [
        copy
        for copy in cluster.copies
        if (copy.post.placed_at, copy.seq) < (at, own) and not _is_own(copy.post, post)
    ]
    if post is not None:
        if post.repost_of is not None:
            return Origin(post.repost_of, "repost")
        named: tuple[tuple[PostId | None, CopiedHow], ...] = (
            (post.quote_of, "quote"),
            (post.reply_to, "reply"),
        )
        for name, how in named:
            if any(copy.post.id == name for copy in earlier):
                return Origin(PostId(str(name)), how)
    names = {name.lower() for name in _CREDIT.findall(cluster.text)}
    credited = _closest(cluster, [copy for copy in earlier if _calls(names, copy.post)])
    if credited is not None:
        return Origin(credited.post.id, "credit")
    source = _closest(cluster, earlier)
    if source is None or not _is_evidence(cluster, source):
        return None
    return Origin(source.post.id, "wording")


def verbatim(copy: str, source: str) -> int:
    """Return how many characters `copy` takes over from the beginning of `source`.

    An ellipsis at its end stands for nothing; nor do credits and quotation marks in front of
    either, where more is taken over without them.
    """
    body = _CUT.sub("", copy)
    bare = _shared(_FRONT.sub("", body, count=1), _FRONT.sub("", source, count=1))
    return max(_shared(body, source), bare)


def _is_own(other: Post, post: Post | None) -> bool:
    return post is not None and other.author.id == post.author.id


def _calls(names: set[str], post: Post) -> bool:
    handle = post.author.handle.lower()
    called = {handle, handle.partition(".")[0]} if handle else set[str]()
    return not names.isdisjoint(called | {post.author.id.lower()})


def _carries(copy: Copy) -> bool:
    """Say whether a post shows by its first words that it passes on what another wrote."""
    return _CARRIED.match(copy.post.text) is not None


def _closest(cluster: Cluster, copies: list[Copy]) -> Copy | None:
    return max(
        copies,
        key=lambda copy: (
            verbatim(cluster.text, copy.post.text),
            not _carries(copy),
            _shared(cluster.text, copy.post.text),
            copy.post.placed_at,
            copy.seq,
        ),
        default=None,
    )


def _is_evidence(cluster: Cluster, source: Copy) -> bool:
    """Say whether wording alone shows it: much to the letter, or a link, or a long disguise."""
    taken = verbatim(cluster.text, source.post.text)
    if taken >= DISTINCTIVE or (cluster.distinctive and source.sameness == "normalized"):
        return True
    return _LINK.search(source.post.text[:taken]) is not None


def _shared(a: str, b: str) -> int:
    """Return how many characters two texts begin with in common."""
    return sum(1 for _ in takewhile(bool, map(eq, a, b)))
