"""A kept answer as it stands now: only what its posts still say, and what became of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from siyaq.core.answer import (
    Answer,
    AnswerStatus,
    Changes,
    Citation,
    Conflict,
    ConflictSide,
    Evidence,
    Gone,
    Reason,
    Sentence,
    Usage,
)
from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.grounding.kept.record import Kept, KeptCitation, KeptSide, Place
from siyaq.log import LogReader


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a kept answer."""

    kept: Kept
    posts: dict[Seq, Post]  # live, in the very version that was cited
    gone: tuple[Gone, ...]

    def words(self, place: Place | None) -> str | None:
        """Return the words at a place; None where its post is gone or says something else now."""
        post = None if place is None else self.posts.get(Seq(place.seq))
        return None if post is None or place is None else place.span.of(post.text)

    @property
    def short_post(self) -> PostId | None:
        """The post that the short answer stands in, where it still does."""
        short = self.kept.short
        return PostId(short.post_id) if short and self.words(short) else None


def standing(kept: Kept, log: LogReader) -> Standing:
    """Look up what a kept answer rests on, in the log as it is at this moment."""
    versions = {PostId(place.post_id): Seq(place.seq) for place in kept.evidence}
    posts = log.posts(versions.values())
    live = log.find(versions)
    gone = tuple(
        Gone(post_id=name, why="edited" if name in live else "deleted")
        for name, seq in versions.items()
        if seq not in posts
    )
    return Standing(kept, posts, gone)


def reopened(kept: Kept, log: LogReader) -> Answer:
    """Return a kept answer with the sentences that still stand.

    `changed` names the posts that were deleted or edited since. Where there are any, it is partial,
    or abstained when nothing is left, because of `evidence_withdrawn`. What a model wrote is not
    kept: the quotes under it are shown in its place.
    """
    now = standing(kept, log)
    references = tuple(
        _evidence(number, marker, place, now.posts[Seq(place.seq)])
        for number, (place, marker) in enumerate(zip(kept.evidence, kept.markers, strict=True))
        if Seq(place.seq) in now.posts
    )
    sentences = tuple(_sentences(now))
    status, reason = AnswerStatus(kept.status), Reason(kept.reason) if kept.reason else None
    if now.gone:
        status = AnswerStatus.PARTIAL if sentences else AnswerStatus.ABSTAINED
        reason = Reason.EVIDENCE_WITHDRAWN
    return Answer(
        id=kept.id,
        status=status,
        reason=reason,
        sentences=sentences,
        references=references,
        short_answer=now.words(kept.short),
        conflicts=tuple(_conflicts(now)),
        as_of=kept.as_of,
        covered=log.coverage(kept.filters.sources),
        usage=Usage(),
        model="extractive",
        previous=kept.previous,
        changed=Changes(
            answer_id=kept.id,
            since=kept.as_of,
            gone=now.gone,
            status_before=AnswerStatus(kept.status),
            short_answer_before=now.words(kept.short),
            short_answer_post=now.short_post,
        ),
    )


def _sentences(now: Standing) -> Iterable[Sentence]:
    """Give each quote that stands, once, in the order of the answer."""
    told: set[Place] = set()
    for cited in now.kept.sentences:
        for one in cited:
            words = now.words(one.quote)
            if words and one.quote not in told:
                told.add(one.quote)
                yield Sentence(text=words, citations=(_citation(now.kept, one, words),))


def _citation(kept: Kept, one: KeptCitation, words: str) -> Citation:
    return Citation(
        marker=kept.markers[one.evidence],
        evidence_id=_name(one.evidence),
        quote=words,
        support=one.support,
    )


def _conflicts(now: Standing) -> Iterable[Conflict]:
    for conflict in now.kept.conflicts:
        sides = [side for one in conflict if (side := _side(now, one))]
        if len(sides) > 1:
            yield Conflict(about=now.kept.question, sides=tuple(sides))


def _side(now: Standing, side: KeptSide) -> ConflictSide | None:
    value = now.words(side.value)
    names = tuple(_name(at) for at in side.evidence if now.words(now.kept.evidence[at]))
    if not value:
        return None
    return ConflictSide(value=value, evidence_ids=names, created_at=side.created_at)


def _name(number: int) -> str:
    return f"e{number + 1}"


def _evidence(number: int, marker: int, place: Place, post: Post) -> Evidence:
    return Evidence(
        id=_name(number),
        marker=marker,
        post_id=post.id,
        author=post.author,
        created_at=post.created_at,
        witnessed_at=post.witnessed_at,
        placed_at=post.placed_at,
        url=post.url,
        text=place.span.of(post.text),
    )
