"""How many stand behind each quote of an answer: posts, accounts, and sources among them.

Names cost nothing, so neither do five accounts that say one thing. An account counts as a source of
its own where something else of it is in the record; all that have posted nothing else count as one
source together. Real people are among these, so the count may be too low, never too high by names
alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from siyaq.core.answer import Voices
from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import Searcher
from siyaq.core.query import Filters, Hit
from siyaq.core.span import TimeRange
from siyaq.grounding.draft import Draft
from siyaq.grounding.voices import Voice, accounts, clusters, voices_of
from siyaq.log import LogReader

NAMES_LOOKED_UP = 3
"""Accounts of a cluster that are asked for other posts: one that is known is enough."""


def count_backing(draft: Draft, searcher: Searcher, log: LogReader, placed: TimeRange) -> Draft:
    """Return the draft with `voices` in the references of its quotes.

    `placed` bounds what is known of an account: what it posted outside of it is not looked at.
    """
    if not draft.backing:
        return draft
    copies = log.find({name for hits in draft.backing for hit in hits for name in hit.copies})
    behind: dict[str, dict[Seq, Hit]] = {}
    for one, hits in zip(draft.quoted, draft.backing, strict=True):
        behind.setdefault(one.reference.id, {}).update({hit.seq: hit for hit in hits})
    counted = {
        name: _count(list(hits.values()), copies, searcher, placed) for name, hits in behind.items()
    }
    quoted = [
        replace(one, reference=replace(one.reference, voices=counted[one.reference.id]))
        for one in draft.quoted
    ]
    pairs = zip(draft.quoted, quoted, strict=True)
    beside = tuple(new for old, new in pairs if old in draft.beside)
    return replace(draft, quoted=tuple(quoted), beside=beside)


def _count(
    hits: Sequence[Hit],
    copies: Mapping[PostId, LogEntry],
    searcher: Searcher,
    placed: TimeRange,
) -> Voices:
    voices = [voice for at, hit in enumerate(hits) for voice in voices_of(hit, at, copies)]
    apart = clusters(voices)
    known = [one for one in apart if len(apart) > 1 and _is_known(one, searcher, placed)]
    others = len(known) < len(apart)
    return Voices(posts=len(voices), accounts=accounts(voices), sources=len(known) + others)


def _is_known(cluster: Sequence[Voice], searcher: Searcher, placed: TimeRange) -> bool:
    """Say whether an account of a cluster has posted anything but what is counted."""
    own = {voice.seq for voice in cluster}
    for author in list(dict.fromkeys(voice.author for voice in cluster))[:NAMES_LOOKED_UP]:
        source, _, name = author.partition(":")
        if not name:
            continue
        where = Filters(authors=(name,), sources=(source,), placed=placed)
        if not own.issuperset(searcher.newest(where, len(own) + 1)):
            return True
    return False
