"""Chooses what a card says in words: exact quotes of other posts, each cited.

Nothing is phrased here. A point is a sentence somebody wrote. One with words of dispute is said to
refute only where it answers or quotes the post; elsewhere it may be about another matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from siyaq.context.cluster import Cluster
from siyaq.context.thread import Conversation
from siyaq.core.answer import Citation, Evidence, FactCheck, Sentence, Stance
from siyaq.core.post import Post
from siyaq.core.span import Span
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fold import fold
from siyaq.text.sentences import sentences

POINTS_AT_MOST: Final = 5
QUOTE_AT_MOST: Final = 300
_EVIDENCE_AT_MOST: Final = 1_000
_DISPUTES_AT_MOST: Final = 2
_RELATED_READ: Final = 30  # of the posts that share rare words, those read for a dispute
_SHARED_AT_LEAST: Final = 3  # words by which a post elsewhere is about the same thing,
_SHARE_AT_LEAST: Final = 0.4  # and as a part of the words of the post it is about

_DISPUTE: Final = re.compile(
    r"\b(?:false|fake|hoax|untrue|debunk\w*|den(?:y|ies|ied)|misleading|fabricated|misinformation"
    r"|disinformation|no evidence|not true|isn't true|never happened|old (?:video|photo|picture)"
    r"|unverified|rumou?rs?|fact[- ]check\w*)\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:كذب|كاذب|كاذبه|اشاعه|اشاعات|شايعه|شايعات|مفبرك|مفبركه|مزيف|مزيفه|زايف|زايفه|مضلل"
    r"|مضلله|ملفق|ملفقه|نفي|نفت|ينفي|تنفي|نافيا|نافيه|غير صحيح|غير صحيحه|غير دقيق|لا صحه|ليس صحيحا"
    r"|لم يحدث|عار عن|فيديو قديم|صوره قديمه))(?=\W|$)"
)


@dataclass(slots=True)
class Points:
    """The sentences of a card and the evidence under them, in the order a reader meets them."""

    sentences: list[Sentence] = field(default_factory=list[Sentence])
    references: list[Evidence] = field(default_factory=list[Evidence])

    def quote(self, post: Post, span: Span, stance: Stance) -> None:
        """Add a sentence of `post`, unless the card is full or already quotes that post."""
        taken = any(reference.post_id == post.id for reference in self.references)
        if taken or len(self.sentences) >= POINTS_AT_MOST:
            return
        evidence = self.refer(post, span, stance)
        text = span.of(post.text)
        citation = Citation(
            marker=evidence.marker, evidence_id=evidence.id, quote=text, support=1.0
        )
        self.sentences.append(Sentence(text=text, citations=(citation,)))

    def refer(
        self, post: Post, span: Span, stance: Stance, check: FactCheck | None = None
    ) -> Evidence:
        """Return the evidence for a sentence of `post`, the one at hand where there is one.

        One piece of evidence has one stance: what it was cited for first, unless that was a mere
        mention.
        """
        for place, known in enumerate(self.references):
            if known.post_id == post.id:
                if known.stance is Stance.MENTIONS:
                    known = replace(known, stance=stance)
                self.references[place] = known = replace(
                    known, fact_check=known.fact_check or check
                )
                return known
        marker = len(self.references) + 1
        evidence = Evidence(
            id=f"e{marker}",
            marker=marker,
            post_id=post.id,
            author=post.author,
            created_at=post.created_at,
            witnessed_at=post.witnessed_at,
            placed_at=post.placed_at,
            url=post.url,
            text=post.text if len(post.text) <= _EVIDENCE_AT_MOST else span.of(post.text),
            stance=stance,
            fact_check=check,
        )
        self.references.append(evidence)
        return evidence


def find_points(post: Post, cluster: Cluster, conversation: Conversation) -> Points:
    """Quote what disputes the post, then what it answers; refer to who said it first."""
    points = Points()
    first = cluster.first
    if first is not None and first.post.id != post.id:
        # it says what the post says: it is named, bears on nothing, and is not quoted
        points.refer(first.post, lead(first.post.text), Stance.MENTIONS)
    for other, span in islice(_disputes(post, cluster, conversation), _DISPUTES_AT_MOST):
        answers = any(other.id == one.id for one in conversation.answers)
        points.quote(other, span, Stance.REFUTES if answers else Stance.MENTIONS)
    if conversation.ancestors:
        answered = conversation.ancestors[-1]
        points.quote(answered, lead(answered.text), Stance.MENTIONS)
    return points


def lead(text: str) -> Span:
    """Return the first sentence of `text`, cut to QUOTE_AT_MOST between words."""
    found = sentences(text)
    return shortened(text, found[0]) if found else Span(0, len(text))


def _disputes(
    post: Post, cluster: Cluster, conversation: Conversation
) -> Iterator[tuple[Post, Span]]:
    """Yield sentences with words of dispute: of answers and quotes, then of related posts.

    A dispute that stands in the post itself ("they deny it") does not dispute the post, so then
    only answers and quotes count. Nobody disputes themselves here.
    """
    others, told = conversation.answers, set[tuple[str, ...]]()
    if not _DISPUTE.search(fold(post.text)):
        others += [one for one in cluster.related[:_RELATED_READ] if _about(post, one)]
    for other in others:
        if other.author.id == post.author.id:
            continue
        for span in sentences(other.text):
            said = span.of(other.text)
            if _DISPUTE.search(fold(said)):
                if _worded(said) not in told:  # who passes a denial on adds nothing to it
                    told.add(_worded(said))
                    yield other, shortened(other.text, span)
                break


def _worded(text: str) -> tuple[str, ...]:
    """Return the words of a text, by which two that say it to the letter are the same."""
    return tuple(terms(text))


def _about(post: Post, other: Post) -> bool:
    """Say whether `other` shares so many words with `post` that it is about the same thing."""
    words = {term for term in terms(post.text) if not is_stop_word(term)}
    shared = len(words.intersection(terms(other.text)))
    return shared >= max(_SHARED_AT_LEAST, _SHARE_AT_LEAST * len(words))


def shortened(text: str, span: Span) -> Span:
    """Return a span cut to QUOTE_AT_MOST between words."""
    if len(span) <= QUOTE_AT_MOST:
        return span
    head = text[span.start : span.start + QUOTE_AT_MOST]
    cut = max(head.rfind(" "), head.rfind("\n"))
    return Span(span.start, span.start + (len(head[:cut].rstrip()) if cut > 0 else len(head)))
