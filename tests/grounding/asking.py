"""Puts a question and gathers what is streamed back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from siyaq.core.answer import (
    Answer,
    AnswerEvent,
    Evidence,
    EvidenceFound,
    Finished,
    Question,
    Sentence,
    SentenceChecked,
    Turn,
)
from tests.retrieval.newsroom import Newsroom


@dataclass
class Streamed:
    """Everything one question brought back."""

    events: list[AnswerEvent] = field(default_factory=list)

    @property
    def answer(self) -> Answer:
        """The answer, which comes last."""
        last = self.events[-1]
        assert isinstance(last, Finished)
        return last.answer

    @property
    def sentences(self) -> list[Sentence]:
        """The sentences, as they were streamed."""
        return [event.sentence for event in self.events if isinstance(event, SentenceChecked)]

    @property
    def references(self) -> tuple[Evidence, ...]:
        """The references, as they were announced."""
        (found,) = [event.references for event in self.events if isinstance(event, EvidenceFound)]
        return found


def stream(
    room: Newsroom, question: Question, after: Callable[[AnswerEvent], None] = lambda _: None
) -> Streamed:
    """Ask, calling `after` with each event before the next one is awaited."""

    async def gather() -> Streamed:
        streamed = Streamed()
        async for event in room.answerer.stream(question):
            streamed.events.append(event)
            after(event)
        return streamed

    return asyncio.run(gather())


def ask(room: Newsroom, text: str, *earlier: str, limit: int = 5) -> Answer:
    """Ask after some earlier questions of the same person."""
    history = tuple(Turn(role="user", content=said) for said in earlier)
    return stream(room, Question(text=text, history=history, limit=limit)).answer


def shown(answer: Answer) -> str:
    """Return all that an answer shows."""
    return "\n".join(sentence.text for sentence in answer.sentences)
