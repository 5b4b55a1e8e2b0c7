"""The points of a card in a model's words, under the same checks as answers.

The card is made first and without it. The model is shown what the points quote and nothing else;
what it says is parsed, checked and cited by code, and wherever it fails, or leaves out a point of
the card, the quotation stands.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Final, Protocol

from siyaq.context.across import is_arabic
from siyaq.context.points import POINTS_AT_MOST
from siyaq.core.answer import (
    Answer,
    AnswerStatus,
    Conflict,
    ConflictSide,
    Coverage,
    Question,
    Sentence,
)
from siyaq.core.card import ContextCard

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
        if not card.points:
            return card
        key: _Key = (model, card.points, tuple((one.post_id, one.text) for one in card.references))
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return replace(card, model=known[0], points=known[1])
        question = Question(text=_question(card), model=model, limit=POINTS_AT_MOST)
        said = await self._phrasing.phrase(question, _quoted(card))
        points = said.sentences[:POINTS_AT_MOST]
        if said.model != QUOTED:
            self._known[key] = said.model, points
            while len(self._known) > ROOM:
                self._known.popitem(last=False)
        return replace(card, model=said.model, points=points, usage=said.usage)


def _question(card: ContextCard) -> str:
    """Return what to ask, in the language of most points; no word of a post is in it."""
    arabic = sum(is_arabic(one.text) for one in card.points)
    return _QUESTIONS["ar" if 2 * arabic > len(card.points) else "en"]


def _quoted(card: ContextCard) -> Answer:
    """Return the points as an answer of which a model may leave out nothing."""
    sides = tuple(
        ConflictSide(value=one.text, evidence_ids=(cited.evidence_id,), created_at=None)
        for one in card.points
        for cited in one.citations
    )
    return Answer(
        id=f"card-{card.post_id}",
        status=AnswerStatus.ANSWERED,
        reason=None,
        sentences=card.points,
        references=card.references,
        short_answer=None,
        conflicts=(Conflict(about="", sides=sides),),
        as_of=card.as_of,
        covered=Coverage(),
        usage=card.usage,
        model=QUOTED,
    )
