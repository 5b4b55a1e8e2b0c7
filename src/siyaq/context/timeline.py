"""The story that a post is part of: its posts in the order of time, and where it turned.

A post belongs to the story when it says what the post says, bears on one of its claims, denies it
in an answer, or speaks of the same thing in most of the claim's words. Each turning point is the
earliest post of its kind in our record, and no more than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from siyaq.context.across import is_arabic
from siyaq.context.cluster import Cluster
from siyaq.context.examined import Examined
from siyaq.context.official import official_by
from siyaq.context.subject import Subject
from siyaq.context.thread import Conversation
from siyaq.core.answer import Stance
from siyaq.core.card import OfficialBy, Turning
from siyaq.core.ids import PostId
from siyaq.core.ports import Searcher
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.core.span import Span
from siyaq.grounding.support import reading
from siyaq.log import LogReader
from siyaq.text.fold import fold
from siyaq.text.questions import asks
from siyaq.text.sentences import sentences

MOMENTS_AT_MOST: Final = 12
OWN_POSTS: Final = 40  # of an account that posted it, the newest, read for a retraction
_ABOUT: Final = 0.5  # share of a claim's words from which a post is about the same thing
_RELATED: Final = 0.25  # the same for one that its author corrects: they need not repeat it
_RELATED_READ: Final = 40  # of the posts that share rare words, the likeliest
_WORDS_AT_LEAST: Final = 3  # of a text that can be the topic of a story

_CORRECTS: Final = re.compile(
    r"\b(?:correction|corrected|correcting|clarification|clarif(?:y|ies|ied)|to set the record"
    r"|earlier (?:reports?|version|post|figure)|we (?:wrongly|incorrectly|mistakenly)"
    r"|previously reported)\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:تصحيح|توضيح|تصويب|يصحح|تصحح|صححت|توضح|يوضح|اوضح|اوضحت|استدراك"
    r"|ذكرنا خطا|ورد خطا|نشرنا خطا))(?=\W|$)"
)
_RETRACTS: Final = re.compile(
    r"\b(?:i (?:was|got it|got this) wrong|we (?:were|got it|got this) wrong|retract\w*"
    r"|take (?:it|this|that) back|my mistake|my (?:bad|error)|i apologi[sz]e|we apologi[sz]e"
    r"|(?:i|we)(?: have|'ve)? (?:deleted|removed|withdrawn|withdrew|taken down)|please (?:ignore"
    r"|disregard) my|i (?:should not|shouldn't) have (?:posted|shared)|sorry for (?:sharing"
    r"|spreading|posting))\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:اعتذر|نعتذر|اعتذار|كنت مخطيا|كنا مخطيين|اخطات|اخطانا|حذفت|حذفنا|اسحب"
    r"|نسحب|سحبت|سحبنا|تراجعت|اتراجع|نتراجع|خطا مني|خطا منا|تجاهلوا منشوري))(?=\W|$)"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One post of the story, the words of it to quote, and what it is to the story."""

    post: Post
    span: Span
    turning: Turning | None
    official: OfficialBy | None
    stance: Stance


def posts_of_authors(
    post: Post, cluster: Cluster, searcher: Searcher, log: LogReader
) -> list[Post]:
    """Return what the account of the post, and the one that said it first, posted last."""
    first = cluster.first
    authors = {(one.source, one.author.id) for one in (post, first.post if first else post)}
    found: list[Post] = []
    for source, author in sorted(authors):
        if not author:
            continue
        where = Filters(sources=(source,))
        seqs = searcher.linked("author", author, where=where, k=OWN_POSTS, newest_first=True)
        found += [one for one in log.posts(seqs).values() if one.author.id == author]
    return found


def find_timeline(
    post: Post,
    cluster: Cluster,
    conversation: Conversation,
    examined: Sequence[Examined],
    own: Iterable[Post],
) -> list[Turn]:
    """Return the posts of the story in order of time, turning points first to be kept.

    Empty where the only moment is the post itself.
    """
    story = _Story(post, cluster, conversation, examined, own)
    turns = story.turning_points()
    taken = {turn.post.id for turn in turns}
    turns += [turn for turn in story.others() if turn.post.id not in taken]
    kept = sorted(turns[:MOMENTS_AT_MOST], key=lambda turn: (turn.post.placed_at, turn.post.id))
    return [] if all(turn.post.id == post.id for turn in kept) else kept


class _Story:
    """The posts of one story, each once, by time."""

    def __init__(
        self,
        post: Post,
        cluster: Cluster,
        conversation: Conversation,
        examined: Sequence[Examined],
        own: Iterable[Post],
    ) -> None:
        self._bearing = {bearing.post.id: bearing for one in examined for bearing in one.bearings}
        self._checks = {one.id for each in examined for one in each.fact_checks}
        whole = reading(post.text)
        topics = [reading(one.claim.of(post.text)) for one in examined] or [whole]
        self._subjects = [
            Subject(one, whole) for one in topics if len(one.topic) >= _WORDS_AT_LEAST
        ]
        self._same = {copy.post.id for copy in cluster.copies if copy.says != "other"}
        self._sayers = {
            (copy.post.source, copy.post.author.id)
            for copy in cluster.copies
            if copy.says != "other"
        }
        answers = [one for one in conversation.answers if reading(one.text).denies]
        pool = [
            *(copy.post for copy in cluster.copies),
            *cluster.related[:_RELATED_READ],
            *(one for each in examined for one in (*each.found, *each.fact_checks)),
            *(bearing.post for bearing in self._bearing.values()),
        ]
        denying = {one.id for one in answers}
        self._own = _by_time(one for one in (*own, *pool, *answers) if self._retracts(one))
        self.posts = _by_time(
            one for one in (*pool, *answers) if one.id in denying or self._belongs(one)
        )

    def turning_points(self) -> list[Turn]:
        """Return at most one post of each kind; one that is several is the gravest of them."""
        found: dict[PostId, Turn] = {}
        for turning in _GRAVEST_FIRST:
            chosen = next((one for one in self._of(turning) if one.id not in found), None)
            if chosen is not None and not (turning == "official" and self._has_official(found)):
                found[chosen.id] = self._turn(chosen, turning)
        return list(found.values())

    def others(self) -> Iterator[Turn]:
        """Yield what else bears on the claims, independent accounts in words of their own."""
        for one in self.posts:
            if one.id in self._bearing and not asks(one.text):
                yield self._turn(one, None)

    def _has_official(self, found: dict[PostId, Turn]) -> bool:
        """Say whether the first official word is among the turning points already."""
        first = next((one for one in self.posts if official_by(one.author)), None)
        return first is not None and first.id in found

    def _of(self, turning: Turning) -> Iterator[Post]:
        if turning == "retraction":
            yield from self._own
            return
        for one in self.posts:
            if turning in self._kinds(one):
                yield one

    def _kinds(self, one: Post) -> set[Turning]:
        kinds: set[Turning] = set()
        refutes = self._stance(one) is Stance.REFUTES
        official = official_by(one.author)
        if one.id in self._checks:
            kinds.add("fact_check")
        elif not asks(one.text):
            if refutes:
                kinds.add("dispute")
            if (refutes and official) or _CORRECTS.search(fold(one.text)):
                kinds.add("correction")
            if official:
                kinds.add("official")
            if not refutes and self._reports(one):
                kinds.add("first_report")
        return kinds

    def _retracts(self, one: Post) -> bool:
        """Say whether somebody who said it takes it back."""
        if (one.source, one.author.id) not in self._sayers or one.id in self._same:
            return False
        if not _RETRACTS.search(fold(one.text)):
            return False
        replies = {one.reply_to, one.quote_of, one.root} & self._same
        return bool(replies) or self._about(one) >= _RELATED

    def _belongs(self, one: Post) -> bool:
        """Say whether a post is of this story, and not of one in the same words elsewhere."""
        if one.id in self._same or one.id in self._checks:
            return True
        bearing = self._bearing.get(one.id)
        if bearing is None:
            return self._about(one) >= _ABOUT and self._is_subject_of(one)
        return bearing.stance is not Stance.MENTIONS or self._is_subject_of(one)

    def _reports(self, one: Post) -> bool:
        """Say whether a post may be what was said first: no number may be another one."""
        said = reading(one.text)
        return one.id in self._same or any(each.counted_by(said) for each in self._subjects)

    def _is_subject_of(self, one: Post) -> bool:
        """Say whether a post names what the claims name. Across languages that cannot be told."""
        said = reading(one.text)
        return any(
            is_arabic(each.claim.text) == is_arabic(one.text) and each.met_by(said)
            for each in self._subjects
        )

    def _about(self, one: Post) -> float:
        said = reading(one.text).terms
        shares = (_share(each.claim.topic, said) for each in self._subjects)
        return max(shares, default=0.0)

    def _stance(self, one: Post) -> Stance:
        bearing = self._bearing.get(one.id)
        return Stance.MENTIONS if bearing is None else bearing.stance  # a copy bears on nothing

    def _turn(self, one: Post, turning: Turning | None) -> Turn:
        bearing = self._bearing.get(one.id)
        return Turn(
            post=one,
            span=bearing.span if bearing else _first_sentence(one.text),
            turning=turning,
            official=official_by(one.author),
            stance=self._stance(one),
        )


_GRAVEST_FIRST: Final[tuple[Turning, ...]] = (
    "retraction",
    "fact_check",
    "correction",
    "first_report",
    "official",
    "dispute",
)


def _share(wanted: frozenset[str], said: frozenset[str]) -> float:
    return len(wanted & said) / len(wanted)


def _by_time(posts: Iterable[Post]) -> list[Post]:
    once = {one.id: one for one in posts}
    return sorted(once.values(), key=lambda one: (one.placed_at, one.id))


def _first_sentence(text: str) -> Span:
    found = sentences(text)
    return found[0] if found else Span(0, len(text))
