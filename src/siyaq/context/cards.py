"""Builds the context card of a post from the index and the log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from siyaq.context.claims import Claims
from siyaq.context.cluster import Cluster, Copy, find_cluster
from siyaq.context.demand import find_demand
from siyaq.context.examined import Bearing, Examined
from siyaq.context.first_seen import NEARBY, first_seen, gap_before
from siyaq.context.histogram import histogram
from siyaq.context.origin import copied_from
from siyaq.context.pictures import PictureShelf, picture_cards
from siyaq.context.points import Points, find_points, lead
from siyaq.context.thread import NOBODY_ANSWERED, Conversation, find_conversation
from siyaq.context.timeline import Turn, find_timeline, posts_of_authors
from siyaq.context.together import Found, find_together
from siyaq.context.unknown import Unknown
from siyaq.core.answer import Reason, Stance, Usage
from siyaq.core.card import (
    CardStatus,
    Change,
    Claim,
    ContextCard,
    Copies,
    FirstSeen,
    Member,
    Moment,
    PictureCard,
    Retold,
)
from siyaq.core.clock import PlacedBy
from siyaq.core.errors import NotFound, QueryError
from siyaq.core.ids import AuthorId, PostId
from siyaq.core.ports import Clock, Searcher
from siyaq.core.post import Author, Post
from siyaq.log import LogReader
from siyaq.text.fingerprint import changes

CARD_VERSION: Final = 9
"""Which rules made a card. Cards of another version must not be compared with it."""
MEMBERS_AT_MOST: Final = 100
TEXT_AT_MOST: Final = 10_000
_NOWHERE: Final = "unposted"
_CHANGES_AT_MOST: Final = 20
_RETOLD_AT_MOST: Final = 10


class Cards:
    """Makes cards. Every text on one was live in the log when the card was made.

    Safe to call from any thread. Sees the index as of the searcher's last refresh.
    """

    def __init__(
        self,
        searcher: Searcher,
        log: LogReader,
        clock: Clock,
        claims: Claims | None = None,
        *,
        coordination_of: frozenset[str] = frozenset(),
        pictures: PictureShelf | None = None,
    ) -> None:
        """`coordination_of` names sources to look at although their terms speak against it.

        Without `claims` no claim is looked at.
        """
        self._searcher = searcher
        self._log = log
        self._clock = clock
        self._coordination_of = coordination_of
        self._claims = claims
        self._pictures = pictures

    def card(self, post_id: PostId) -> ContextCard:
        """Return the card of a live post.

        Raises NotFound for one that is unknown, deleted or hidden.
        """
        started = time.perf_counter()
        entry = self._log.find((post_id,)).get(post_id)
        if entry is None or entry.post is None:
            raise NotFound(f"post {post_id!r} is {self._log.state(post_id)} here")
        post = entry.post
        return self._build(
            post=post,
            cluster=find_cluster(post.text, self._searcher, self._log, own=entry),
            conversation=find_conversation(post, self._searcher, self._log),
            posted=True,
            started=started,
        )

    def card_of_text(self, text: str, as_of: datetime | None = None) -> ContextCard:
        """Return the card of a text that somebody met elsewhere, as it was at `as_of`.

        Raises QueryError for a text that is empty or longer than TEXT_AT_MOST characters.
        """
        started = time.perf_counter()
        if not text.strip():
            raise QueryError("the text is empty", hint="paste the post that you want context for")
        if len(text) > TEXT_AT_MOST:
            raise QueryError(f"the text is longer than {TEXT_AT_MOST} characters")
        at = as_of or self._clock.now()
        return self._build(
            post=_unposted(text, at),
            cluster=find_cluster(text, self._searcher, self._log, until=at),
            conversation=NOBODY_ANSWERED,
            posted=False,
            started=started,
        )

    def _build(
        self,
        *,
        post: Post,
        cluster: Cluster,
        conversation: Conversation,
        posted: bool,
        started: float,
    ) -> ContextCard:
        first = first_seen(cluster, self._log)
        origin = copied_from(cluster, post.placed_at, post if posted else None)
        together = find_together(cluster, self._searcher, self._log, self._coordination_of)
        points = find_points(post, cluster, conversation)
        examined = self._claims.examine(post, cluster, conversation) if self._claims else []
        claims = tuple(_claim(one, post, points) for one in examined)
        retold = _retold(examined)
        if first is not None and retold and retold[0].at < first.at:
            first = replace(first, earlier_retold=retold[0].post_id)
        media = picture_cards(post, self._pictures, self._log) if self._pictures else ()
        own = posts_of_authors(post, cluster, self._searcher, self._log)
        turns = find_timeline(post, cluster, conversation, examined, own)
        timeline = tuple(_moment(turn, points) for turn in turns)
        thread = conversation.thread(post)
        reused = any(one.earlier for one in media)
        said = len(cluster.copies) > posted or thread is not None or bool(points.references)
        said = said or bool(retold)  # be it by the same account in its other language
        alone = not (said or reused)
        shown: tuple[CardStatus, Reason | None] = ("shown", None)
        status, reason = _silence(claims, posted=posted) if alone else shown
        unknown = _unknown(post, cluster, conversation, first, together, media)
        if self._claims and status == "not_needed":  # it claims nothing that could be true
            unknown = (code for code in unknown if code is not Unknown.NOT_CHECKED_CLAIMS)
        return ContextCard(
            post_id=post.id if posted else None,
            status=status,
            reason=reason,
            points=tuple(points.sentences),
            first_seen=first,
            copied_from=origin.post_id if origin else None,
            copied_how=origin.how if origin else None,
            copies=replace(_copies(post, cluster), retold=retold),
            coordination=together.together,
            claims=claims,
            thread=thread,
            timeline=timeline,
            media=media,
            demand=find_demand(post, conversation.answers),
            unknown=tuple(unknown),
            references=tuple(points.references),
            version=CARD_VERSION,
            as_of=self._clock.now(),
            usage=Usage(seconds=time.perf_counter() - started),
        )


def _silence(claims: tuple[Claim, ...], *, posted: bool) -> tuple[CardStatus, Reason]:
    """Say why a card has nothing to show: nothing is claimed, or nothing is known of it."""
    if not posted:
        return "abstained", Reason.NO_EVIDENCE
    if claims:
        return "abstained", Reason.INSUFFICIENT_EVIDENCE
    return "not_needed", Reason.NOT_NEEDED


def _moment(turn: Turn, points: Points) -> Moment:
    return Moment(
        at=turn.post.placed_at,
        post_id=turn.post.id,
        evidence_id=points.refer(turn.post, turn.span, turn.stance).id,
        turning=turn.turning,
        official=turn.official,
    )


def _claim(examined: Examined, post: Post, points: Points) -> Claim:
    """Return a claim as the card has it, its evidence among the references of the card."""
    ids: dict[Stance, list[str]] = {stance: [] for stance in Stance}
    for bearing in examined.bearings:
        ids[bearing.stance].append(points.refer(bearing.post, bearing.span, bearing.stance).id)
    reviews = [
        points.refer(one.post, lead(one.post.text), one.stance, one.check).id
        for one in examined.reviews
    ]
    return Claim(
        text=examined.claim.of(post.text),
        supports=tuple(ids[Stance.SUPPORTS]),
        refutes=tuple(ids[Stance.REFUTES]),
        mentions=tuple(ids[Stance.MENTIONS]),
        fact_checks=tuple(reviews),
        asked=examined.asked,
    )


def _retold(examined: Iterable[Examined]) -> tuple[Retold, ...]:
    """Return every post that says what some claim says in other words, the earliest first."""
    found = {one.post.id: one for each in examined for one in each.retold}

    def by_time(one: Bearing) -> tuple[datetime, PostId]:
        return one.post.placed_at, one.post.id

    told = sorted(found.values(), key=by_time)
    told.sort(key=lambda one: one.retells != "translated")  # what refutes those refutes the claim
    told = sorted(told[:_RETOLD_AT_MOST], key=by_time)
    return tuple(
        Retold(
            post_id=one.post.id,
            author_id=one.post.author.id,
            handle=one.post.author.handle,
            at=one.post.placed_at,
            how=one.retells,
            url=one.post.url,
        )
        for one in told
        if one.retells is not None
    )


def _unposted(text: str, at: datetime) -> Post:
    """Return a text as if it were posted now by nobody: what compares posts needs no second way."""
    return Post(
        source=_NOWHERE,
        native_id="text",
        author=Author(id=AuthorId("")),
        text=text,
        witnessed_at=at,
        placed_at=at,
        placed_by=PlacedBy.WITNESSED,
    )


def _copies(post: Post, cluster: Cluster) -> Copies:
    near = [copy for copy in cluster.copies if copy.sameness in ("near", "opening")]
    near.sort(
        key=lambda copy: copy.says != "other"
    )  # what says something else first: it is the story
    here = [copy for copy in cluster.copies if not copy.elsewhere]
    return Copies(
        count=len(here),
        accounts=len({(copy.post.source, copy.post.author.id) for copy in here}),
        histogram=histogram([copy.post.placed_at for copy in here]),
        members=tuple(_member(copy) for copy in here[:MEMBERS_AT_MOST]),
        changed=tuple(_change(post, copy.post) for copy in near[:_CHANGES_AT_MOST]),
    )


def _change(post: Post, copy: Post) -> Change:
    removed, added = changes(post.text, copy.text)
    return Change(
        post_id=copy.id,
        author_id=copy.author.id,
        handle=copy.author.handle,
        removed=removed,
        added=added,
    )


def _member(copy: Copy) -> Member:
    return Member(
        post_id=copy.post.id,
        author_id=copy.post.author.id,
        handle=copy.post.author.handle,
        at=copy.post.placed_at,
        sameness=copy.sameness,
        url=copy.post.url,
    )


def _unknown(
    post: Post,
    cluster: Cluster,
    conversation: Conversation,
    first: FirstSeen | None,
    together: Found,
    media: tuple[PictureCard, ...],
) -> Iterator[Unknown]:
    if first is None or first.confidence != "high":
        yield Unknown.NO_EARLIER_RECORD
    if first is not None and gap_before(first.at, first.window.gaps, NEARBY):
        yield Unknown.FEED_GAP
    if not cluster.distinctive and len(cluster.copies) > 1:
        yield Unknown.SHORT_TEXT
    if cluster.truncated:
        yield Unknown.MORE_COPIES
    if conversation.missing or conversation.cut:
        yield Unknown.THREAD_INCOMPLETE
    yield Unknown.NOT_CHECKED_CLAIMS
    looked_at = sum(one.checked for one in media)
    if looked_at < len(post.media):
        yield Unknown.NOT_CHECKED_MEDIA
    if together.skipped:
        yield Unknown.NOT_CHECKED_COORDINATION
