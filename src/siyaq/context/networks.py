"""Networks of accounts that did the same within a time of each other, for whole collections.

The six definitions of the Coordination Network Toolkit (QUT Digital Observatory): how many
messages of one account have a message by the other within `window` seconds, in either direction,
that

* `text`: says the same ("co-tweet"), `similar`: says nearly the same;
* `repost`, `reply`, `link`: reposts, answers or links the same thing;
* `post`: is there at all.

Reposts count for `repost`, `link` and `post` only. Directed: the weight of (a, b) counts messages
of a. It states what was posted when, never why.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from siyaq.text.fingerprint import normalize

NetworkKind = Literal["text", "similar", "repost", "reply", "link", "post"]
KINDS: Final[tuple[NetworkKind, ...]] = ("text", "similar", "repost", "reply", "link", "post")
WINDOW: Final = 60.0
SIMILAR: Final = 0.9
"""Jaccard of words from which two messages say nearly the same."""

Edges = dict[tuple[str, str], int]


class Message(NamedTuple):
    """What an account did, at a moment in seconds. Things are named by whoever makes these."""

    t: float
    message_id: str
    account: str
    text: str = ""
    repost_of: str = ""
    reply_to: str = ""
    links: tuple[str, ...] = ()


def network(
    messages: Iterable[Message],
    kind: NetworkKind,
    *,
    window: float = WINDOW,
    least: int = 1,
    similar: float = SIMILAR,
    normal: Callable[[str], str] = normalize,
) -> Edges:
    """Return the edges between different accounts whose weight is at least `least`."""
    matched: dict[tuple[str, str], set[str]] = defaultdict(set)
    close = _similar(similar, normal) if kind == "similar" else None
    for group in _groups(messages, kind, normal).values():
        group.sort()
        times = [one.t for one in group]
        for one in group:
            start, end = bisect_left(times, one.t - window), bisect_right(times, one.t + window)
            for other in group[start:end]:
                if other.account != one.account and (close is None or close(one, other)):
                    matched[one.account, other.account].add(one.message_id)
    return {pair: len(ids) for pair, ids in sorted(matched.items()) if len(ids) >= least}


def _groups(
    messages: Iterable[Message], kind: NetworkKind, normal: Callable[[str], str]
) -> Mapping[str, list[Message]]:
    groups: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        for thing in _things(message, kind, normal):
            groups[thing].append(message)
    return groups


def _things(message: Message, kind: NetworkKind, normal: Callable[[str], str]) -> Sequence[str]:
    """Return what a message shares with others: they are compared within each of these only."""
    if kind == "link":
        return tuple(dict.fromkeys(message.links))
    if kind == "repost":
        return (message.repost_of,) if message.repost_of else ()
    if kind == "post":
        return ("",)
    if message.repost_of:
        return ()
    if kind == "reply":
        return (message.reply_to,) if message.reply_to else ()
    return (normal(message.text),) if kind == "text" else ("",)


def _similar(least: float, normal: Callable[[str], str]) -> Callable[[Message, Message], bool]:
    words: dict[str, frozenset[str]] = {}

    def close(one: Message, other: Message) -> bool:
        a, b = (
            words.setdefault(each.message_id, frozenset(normal(each.text).split()))
            for each in (one, other)
        )
        return bool(a or b) and len(a & b) / len(a | b) >= least

    return close
