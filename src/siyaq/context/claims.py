"""What other posts say to each claim of a post: for, against, or merely about it.

A wrong "refutes" is worse than a "mentions", so refuting needs a plain sign: a denial, a rival
number for the same thing, another thing that was seen, or a sentence turned around; the fitted
score alone refutes nothing.
Where the claim says where it happened, the other post must speak of that place. Copies that say
what the post says, its author's other posts, and second posts of one wording bear nothing out:
what is counted is independent accounts in words of their own. Posts in the other language are
weighed by `across`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from siyaq.context.across import OtherLanguage, differs, is_arabic, pairs, stance_across
from siyaq.context.checkable import examinable
from siyaq.context.cluster import Cluster
from siyaq.context.examined import Bearing, Examined, Reviewed
from siyaq.context.fact_checks import matching_review, publishing, stance_of
from siyaq.context.sighted import AT_THAT_TIME, seen_otherwise
from siyaq.context.subject import ABOUT, Subject, about, own_life
from siyaq.context.thread import Conversation
from siyaq.core.answer import Stance
from siyaq.core.card import Retelling
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.core.query import Query
from siyaq.grounding.support import Clash, Read, SupportChecker, clashes, reading
from siyaq.retrieval import Retriever
from siyaq.text.fingerprint import NEAR, Wording
from siyaq.text.questions import asks
from siyaq.text.sentences import sentences

PER_STANCE: Final = 5
CANDIDATES: Final = 16
_FOUND: Final = 12  # by the retriever for each claim
_FOUND_REVIEWS: Final = 30  # of which published reviews are looked at too
_REVIEWS: Final = 3
_SENTENCES_READ: Final = 6  # of one candidate
_RELATED: Final = 0.3  # share below which it is about something else
_SURE: Final = 0.6  # support from which another post says the same
_IF: Final = frozenset(("if", "whether", "اذا", "لو"))
_REWORDED: Final = 0.8  # cosine from which support in other words is the same thing told anew
_TURNED: Final = 0.7  # share from which a negation or an opposite turns the claim itself around


@dataclass(frozen=True, slots=True)
class _Heard:
    """Which posts answer the post, which may be read in the other language, which are its pairs.

    Sentences in the other language count only in answers and in posts found by what they mean.
    `at` is when the claim was made.
    """

    at: datetime
    answers: set[PostId] = field(default_factory=set[PostId])
    foreign: set[PostId] = field(default_factory=set[PostId])
    paired: set[PostId] = field(default_factory=set[PostId])


class Claims:
    """Examines the claims of posts. Safe to call from any thread."""

    def __init__(
        self,
        retriever: Retriever,
        checker: SupportChecker,
        other_language: OtherLanguage | None = None,
    ) -> None:
        """Without `other_language` only posts in the language of the claim are found."""
        self._retriever = retriever
        self._checker = checker
        self._other_language = other_language

    def examine(self, post: Post, cluster: Cluster, conversation: Conversation) -> list[Examined]:
        """Return what `post` claims, or else asks, each with what bears on it."""
        copies = {copy.post.id for copy in cluster.copies if copy.says != "other"} | {post.id}
        near = [copy.post for copy in cluster.copies if copy.says == "other"]
        answers = {one.id for one in conversation.answers}
        examined: list[Examined] = []
        for part in examinable(post.text):
            text = part.span.of(post.text)
            found = self._found(text)
            abroad = self._other_language.found(text) if self._other_language else []
            looked = _once([*conversation.answers, *found[:_FOUND], *near, *cluster.related])
            looked = [one for one in looked if one.id not in copies]
            others = [one for one in looked if one.author.id != post.author.id][:CANDIDATES]
            claim = Read(text)
            subject = Subject(claim, reading(post.text))
            reviews = self._reviews(claim, _once([*found, *cluster.related]))
            reviewing = {one.post.id for one in reviews}
            heard = _Heard(
                at=post.placed_at,
                answers=answers,
                foreign=answers | {one.id for one in abroad},
                paired={one.id for one in abroad if pairs(post, one)},
            )
            bearings = [
                bearing
                for one in _once([*others, *abroad])
                if one.id not in reviewing | copies
                and (bearing := self._bearing(subject, one, heard)) is not None
            ]
            bearings = self._with_denials_abroad(bearings, post, reviewing | copies)
            theirs = (one for one in bearings if one.post.author.id != post.author.id)
            examined.append(
                Examined(
                    part.span,
                    bearings=_independent(theirs),
                    retold=[one for one in bearings if one.retells and not part.asked],
                    found=found,
                    reviews=reviews,
                    asked=part.asked,
                )
            )
        return examined

    def _with_denials_abroad(
        self, bearings: list[Bearing], post: Post, besides: set[PostId]
    ) -> list[Bearing]:
        """Return the bearings, and with them what refutes the first translation of the claim.

        A denial lies far in meaning from what it denies, so across languages few are found; in
        the words of a translation they are.
        """
        told = [one for one in bearings if one.retells == "translated"]
        if not told:
            return bearings
        first = min(told, key=lambda one: (one.post.placed_at, one.post.id))
        text = first.span.of(first.post.text)
        subject = Subject(Read(text), reading(first.post.text))
        known = {one.post.id: one for one in bearings}
        by = {post.author.id, first.post.author.id}
        heard = _Heard(at=first.post.placed_at)
        for one in self._found(text)[:_FOUND]:
            if one.id in besides or one.author.id in by:
                continue
            bearing = self._bearing(subject, one, heard)
            if bearing is not None and bearing.stance is Stance.REFUTES:
                known[one.id] = bearing
        return [*known.values()]

    def _found(self, claim: str) -> list[Post]:
        ranking = self._retriever.rank(Query(text=claim, k=_FOUND_REVIEWS))
        posts = [hit.post for hit in ranking.hits]
        return posts[:_FOUND] + publishing(posts[_FOUND:])

    def _reviews(self, claim: Read, posts: Iterable[Post]) -> list[Reviewed]:
        """Return the posts that publish a review of this claim, the likeliest first."""
        found = [
            (matched, one)
            for one in publishing(posts)
            if (matched := matching_review(claim, one, self._checker.alike)) is not None
        ]
        found.sort(key=lambda pair: (-pair[0][0], pair[1].placed_at, pair[1].id))
        return [
            Reviewed(one, check, stance_of(score, check))
            for (score, check), one in found[:_REVIEWS]
        ]

    def _bearing(self, subject: Subject, post: Post, heard: _Heard) -> Bearing | None:
        """Return what the sentence of `post` that is most about the claim says to it."""
        claim, whole = subject.claim, reading(post.text)
        best: Bearing | None = None
        for span in sentences(post.text)[:_SENTENCES_READ]:
            sentence = reading(span.of(post.text))
            abroad = is_arabic(claim.text) != is_arabic(sentence.text)
            answers = post.id in heard.answers
            if not abroad:
                found = self._at_home(subject, sentence, whole, answers=answers)
            elif post.id in heard.foreign:
                paired = post.id in heard.paired
                found = self._abroad(subject.claim, sentence, whole, answers=answers, paired=paired)
            else:
                continue
            if found is not None and (best is None or _RANK[found[0]] > _RANK[best.stance]):
                best = Bearing(post, span, *found)
        if best is None or best.stance is not Stance.REFUTES:
            return _put_right(subject, post, heard) or best
        return best

    def _abroad(
        self, claim: Read, sentence: Read, whole: Read, *, answers: bool, paired: bool
    ) -> tuple[Stance, Retelling | None] | None:
        found = stance_across(
            claim,
            sentence,
            whole,
            self._checker.alike,
            answers=answers,
            asks=_asks(sentence),
            paired=paired,
        )
        if found is None:
            return None
        return found.stance, "translated" if found.translates else None

    def _at_home(
        self, subject: Subject, sentence: Read, whole: Read, *, answers: bool
    ) -> tuple[Stance, Retelling | None] | None:
        claim = subject.claim
        stance = self._stance(subject, sentence, whole, answers=answers)
        if stance is None:
            return None
        if stance is not Stance.SUPPORTS:
            return stance, None
        same = self._checker.alike(claim.text, sentence.text) >= _REWORDED
        return stance, "paraphrased" if same and not differs(claim, sentence) else None

    def _stance(
        self, subject: Subject, sentence: Read, whole: Read, *, answers: bool
    ) -> Stance | None:
        claim = subject.claim
        near = about(claim, sentence)
        mention = Stance.MENTIONS if near >= ABOUT else None
        if _asks(sentence):
            return mention
        denied = sentence.denies and not claim.denies
        if denied and answers:
            return Stance.REFUTES
        there = subject.counting.places <= whole.terms
        met = there and subject.met_by(whole) and subject.matters_to(whole)
        if near < _RELATED or not met:
            return mention
        if denied and max(near, about(claim, whole)) >= ABOUT:
            return Stance.REFUTES
        counted = mention or denied or subject.counted_in(sentence)
        if counted and subject.recounted_by(sentence, whole):
            return Stance.REFUTES
        reasons = clashes(claim.text, [sentence.text])
        turned = near >= _TURNED and set(reasons) & {Clash.NEGATION, Clash.ANTONYM}
        if turned and not (own_life(claim) and own_life(sentence)):
            return Stance.REFUTES
        if reasons or not subject.meets(whole) or not subject.borne_out_by(sentence):
            return mention
        support = self._checker.check(claim.text, [sentence.text]).supports
        return Stance.SUPPORTS if support >= _SURE else mention


_RANK: Final = {Stance.MENTIONS: 0, Stance.SUPPORTS: 1, Stance.REFUTES: 2}


def _asks(sentence: Read) -> bool:
    return asks(sentence.text) or any(piece.folded in _IF for piece in sentence.pieces)


def _put_right(subject: Subject, post: Post, heard: _Heard) -> Bearing | None:
    """Return the sentence of a post that says what was seen there then was another thing."""
    if abs(post.placed_at - heard.at) > AT_THAT_TIME:
        return None
    span = seen_otherwise(subject, post.text)
    if span is None or _asks(reading(span.of(post.text))):
        return None
    return Bearing(post, span, Stance.REFUTES)


def _once(posts: Iterable[Post]) -> list[Post]:
    return [*{one.id: one for one in posts}.values()]


def _independent(bearings: Iterable[Bearing]) -> list[Bearing]:
    """Keep the earliest of each account and of each wording, at most PER_STANCE of a stance."""
    kept: list[Bearing] = []
    wordings: list[Wording] = []
    accounts: set[tuple[str, str]] = set()
    for one in sorted(bearings, key=lambda one: (one.post.placed_at, one.post.id)):
        account = (one.post.source, one.post.author.id)
        wording = Wording(one.post.text)
        full = sum(other.stance is one.stance for other in kept) >= PER_STANCE
        if full or account in accounts or _repeats(wording, wordings):
            continue
        kept.append(one)
        wordings.append(wording)
        accounts.add(account)
    return kept


def _repeats(wording: Wording, known: Sequence[Wording]) -> bool:
    return any(wording.similarity(other) >= NEAR for other in known)
