"""Asks with a model: a newsroom, a stub server, and everything that came of one question."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from siyaq.core.answer import Answer, AnswerEvent, Finished, Question, SentenceChecked
from siyaq.core.ports import Model
from siyaq.grounding import WrittenAnswers
from siyaq.models.server import ServerModel
from siyaq.testing.model_server import Behavior, ModelServer
from tests.retrieval.newsroom import Newsroom


class OneModel:
    """Finds one model, whatever it is called."""

    def __init__(self, model: Model | None) -> None:
        self.model = model

    def named(self, name: str) -> Model | None:
        """Return it."""
        return None if name == "extractive" else self.model


@dataclass
class Written:
    """What one question to a model brought back."""

    answer: Answer
    streamed: list[str]
    outcomes: Counter[str]
    requests: list[dict[str, object]] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The sentences of the answer."""
        return [sentence.text for sentence in self.answer.sentences]


def ask_model(
    room: Newsroom,
    model: Model | None,
    question: Question,
    *,
    seconds: float = 60.0,
    stall_seconds: float = 60.0,
    after: Callable[[AnswerEvent], None] = lambda _: None,
) -> Written:
    """Ask a question of a model."""
    outcomes: Counter[str] = Counter()
    answers = WrittenAnswers(
        room.answerer,
        room.log,
        OneModel(model),
        seconds=seconds,
        stall_seconds=stall_seconds,
        outcome=lambda what: outcomes.update([what]),
    )

    async def gather() -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        async for event in answers.stream(question):
            events.append(event)
            after(event)
        return events

    events = asyncio.run(gather())
    last = events[-1]
    assert isinstance(last, Finished)
    streamed = [event.sentence.text for event in events if isinstance(event, SentenceChecked)]
    return Written(last.answer, streamed, outcomes)


def ask_stub(
    room: Newsroom,
    behavior: Behavior,
    question: str | Question,
    *,
    seconds: float = 60.0,
    stall_seconds: float = 10.0,
    after: Callable[[AnswerEvent], None] = lambda _: None,
) -> Written:
    """Ask a question of a stub behind a real server, through the real client."""
    asked = Question(text=question) if isinstance(question, str) else question
    with ModelServer(behavior) as server:
        model = ServerModel(
            "server:stub", server.url, "stub", stall_seconds=stall_seconds, retries=0
        )
        written = ask_model(room, model, asked, seconds=seconds, after=after)
        written.requests += [dict(request) for request in server.requests]
        return written


@contextmanager
def answers_of_stub(room: Newsroom, behavior: Behavior) -> Iterator[WrittenAnswers]:
    """Lend answers that a stub behind a real server phrases."""
    with ModelServer(behavior) as server:
        model = ServerModel("server:stub", server.url, "stub", stall_seconds=10.0, retries=0)
        yield WrittenAnswers(room.answerer, room.log, OneModel(model))
