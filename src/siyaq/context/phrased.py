"""The points of a card in a model's words, under the same checks as answers.

The card is made first and without it. The model is shown what the points quote, then what speaks
against the claims and for them, and nothing else; what it says is parsed, checked and cited by
code, and wherever it fails, or leaves out any of that, the quotation stands.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from siyaq.context.across import is_arabic
from siyaq.context.points import POINTS_AT_MOST, shortened
from siyaq.core.answer import (
    Answer,
    AnswerStatus,
    Citation,
    Conflict,
    ConflictSide,
    Coverage,
    Evidence,
    Question,
    Sentence,
)
from siyaq.core.card import ContextCard
from siyaq.core.span import Span

QUOTED: Final = "extractive"
"""Who phrased the points where no model did: they are quotations."""
ROOM: Final = 500
"""Cards whose phrased points are remembered; those asked for least recently go."""
_QUESTIONS: Final = {"en": "What do these posts say?", "ar": "ماذا تقول هذه المنشورات؟"}

_Key = tuple[object, ...]


class Phrasing(Protocol):
    """Lets a model say what an answer quotes."""

    async def phrase(self, question: Question, quoted: Answer) -> Answer:
        """Return the answer as the model that the question names may say it."""
        ...


class PhrasedPoints:
    """Phrases cards. One event loop. What was phrased is used again while the card quotes the same.

    A deletion or an edit takes a quotation off the card, and so what was made of it.
    """

    def __init__(self, phrasing: Phrasing) -> None:
        self._phrasing = phrasing
        self._known: OrderedDict[_Key, tuple[str, tuple[Sentence, ...]]] = OrderedDict()

    async def card(self, card: ContextCard, model: str) -> ContextCard:
        """Return a card with its points phrased by `model`, "" being the default one.

        Raises QueryError for a model that is not known.
        """
        if not card.can_be_phrased:
            return card
        quotations = _quotations(card)
        key: _Key = (model, quotations, tuple((one.post_id, one.text) for one in card.references))
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return replace(card, model=known[0], points=known[1])
        question = Question(text=_question(quotations), model=model, limit=POINTS_AT_MOST)
        said = await self._phrasing.phrase(question, _quoted(card, quotations))
        points = said.sentences[:POINTS_AT_MOST]
        if said.model != QUOTED:
            self._known[key] = said.model, points
            while len(self._known) > ROOM:
                self._known.popitem(last=False)
        else:  # the card as it was, without what is gone
            points = tuple(one for one in card.points if one in points)
        return replace(card, model=said.model, points=points, usage=said.usage)


def _quotations(card: ContextCard) -> tuple[Sentence, ...]:
    """Return the points, then of what is not among them the first against each claim and for it."""
    said = list(card.points)
    cited = {one.evidence_id for sentence in said for one in sentence.citations}
    known = {one.id: one for one in card.references}
    for claim in card.claims:
        for one in (*claim.refutes[:1], *claim.fact_checks[:1], *claim.supports[:1]):
            if one not in cited and one in known and len(said) < POINTS_AT_MOST:
                cited.add(one)
                said.append(_sentence(known[one]))
    return tuple(said)


def _sentence(evidence: Evidence) -> Sentence:
    text = shortened(evidence.text, Span(0, len(evidence.text))).of(evidence.text)
    cited = Citation(marker=evidence.marker, evidence_id=evidence.id, quote=text, support=1.0)
    return Sentence(text=text, citations=(cited,))


def _question(quotations: Sequence[Sentence]) -> str:
    """Return what to ask, in the language of most of them; no word of a post is in it."""
    arabic = sum(is_arabic(one.text) for one in quotations)
    return _QUESTIONS["ar" if 2 * arabic > len(quotations) else "en"]


def _quoted(card: ContextCard, quotations: tuple[Sentence, ...]) -> Answer:
    """Return quotations as an answer of which a model may leave out nothing."""
    sides = tuple(
        ConflictSide(value=one.text, evidence_ids=(cited.evidence_id,), created_at=None)
        for one in quotations
        for cited in one.citations
    )
    return Answer(
        id=f"card-{card.post_id}",
        status=AnswerStatus.ANSWERED,
        reason=None,
        sentences=quotations,
        references=card.references,
        short_answer=None,
        conflicts=(Conflict(about="", sides=sides),),
        as_of=card.as_of,
        covered=Coverage(),
        usage=card.usage,
        model=QUOTED,
    )
