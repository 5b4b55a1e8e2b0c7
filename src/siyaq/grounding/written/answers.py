"""Answers with a model: the evidence of the answer without one, phrased, or else quoted.

The plan is fixed before any model is asked: what is searched, found and quoted is what the
extractive answer would quote, and the model sees nothing else. What it says is checked sentence
by sentence; where it fails, the quotes take its place.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import replace
from hashlib import blake2b
from typing import Protocol, cast

from siyaq.core.answer import (
    Answer,
    AnswerEvent,
    AnswerStatus,
    Finished,
    Question,
    Reason,
    Sentence,
    SentenceChecked,
    Unphrased,
    Usage,
)
from siyaq.core.ports import Model
from siyaq.grounding.written.check import Accepted, SupportCheck
from siyaq.grounding.written.offer import Offer, offers, within
from siyaq.grounding.written.tree import Refused
from siyaq.grounding.written.writer import Writer, Writing
from siyaq.log import LogReader
from siyaq.text.fold import fold
from siyaq.traces import current, streamed

PROMPT_CHARS = 4_000
"""How much evidence a model is shown in all; the rest is left to the quotes."""


class Models(Protocol):
    """Finds a model by name."""

    def named(self, name: str) -> Model | None:
        """Return a model, "" being the default; None is the answer without one.

        Raises QueryError for an unknown name.
        """
        ...


class Turns(Protocol):
    """Gives those who wait for a model their turn at it."""

    def turn(self, model: Model) -> AbstractAsyncContextManager[Model | None]:
        """Wait for a turn; lend the model for as long as it lasts, None where it did not come."""
        ...


class AtOnce:
    """Nobody waits."""

    @asynccontextmanager
    async def turn(self, model: Model) -> AsyncGenerator[Model | None, None]:
        """Lend the model."""
        yield model


class Plain(Protocol):
    """The answer without a model."""

    def stream(self, question: Question) -> AsyncIterator[AnswerEvent]:
        """Stream it."""
        ...


class WrittenAnswers:
    """Answers questions, with a model where one is named or is the default.

    `outcome` is told, for each sentence that a model proposed, "shown" or why not; and "failed"
    for a model that died, stalled or looped. Safe to use from several tasks.
    """

    def __init__(
        self,
        plain: Plain,
        log: LogReader,
        models: Models,
        *,
        seconds: float = 60.0,
        stall_seconds: float = 20.0,
        support: SupportCheck | None = None,
        outcome: Callable[[str], None] = lambda _: None,
        turns: Turns | None = None,
    ) -> None:
        self._plain = plain
        self._log = log
        self._models = models
        self._seconds = seconds
        self._stall_seconds = stall_seconds
        self._support = support
        self._outcome = outcome
        self._turns = turns or AtOnce()

    async def stream(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Stream Progress, EvidenceFound, a SentenceChecked for each sentence, and Finished.

        Raises QueryError for a question beyond the limits or a model that is not known.
        """
        began = time.perf_counter()
        model = await asyncio.to_thread(self._models.named, question.model)
        plain = cast(
            "AsyncGenerator[AnswerEvent, None]", self._plain.stream(replace(question, model=""))
        )
        quoted: Answer | None = None
        async with aclosing(plain) as events:
            async for event in events:
                if model is not None and isinstance(event, SentenceChecked):
                    continue  # held back: the model's sentence may take its place
                if isinstance(event, Finished):
                    quoted = event.answer
                else:
                    yield event
        assert quoted is not None
        if model is not None and quoted.counts is not None:  # counts are not a model's to phrase
            for sentence in await self._live(quoted.sentences, quoted):
                yield SentenceChecked(sentence)
        if model is None or not quoted.sentences or quoted.counts is not None:
            yield Finished(quoted)
            return
        async with aclosing(self._written(model, question, quoted, began)) as written:
            async for event in written:
                yield event

    async def phrase(self, question: Question, quoted: Answer) -> Answer:
        """Let a model phrase what an answer quotes, where the question names one or has a default.

        The question is shown to the model as ours: no word of a post may stand in it. Raises
        QueryError for a model that is not known.
        """
        model = await asyncio.to_thread(self._models.named, question.model)
        if model is None or not quoted.sentences:
            return quoted
        said = quoted
        writing = self._written(model, question, quoted, time.perf_counter())
        async with aclosing(writing) as events:
            async for event in events:
                if isinstance(event, Finished):
                    said = event.answer
        return said

    def _written(
        self, model: Model, question: Question, quoted: Answer, began: float
    ) -> AsyncGenerator[AnswerEvent, None]:
        writing = current().child("write", {"siyaq.evidence": len(quoted.references)})
        return streamed(writing, self._phrased(model, question, quoted, began))

    async def _phrased(
        self, model: Model, question: Question, quoted: Answer, began: float
    ) -> AsyncGenerator[AnswerEvent, None]:
        offered = within(PROMPT_CHARS, offers(quoted.sentences, quoted.references))
        writing = Writing()
        shown: list[Sentence] = []
        async with (
            self._turns.turn(model) as lent,
            aclosing(self._proposed(lent, question, offered, writing)) as accepted,
        ):
            async for one in accepted:
                if await self._live([one.sentence], quoted):
                    shown.append(one.sentence)
                    yield SentenceChecked(one.sentence)
                else:
                    writing.refused[Refused.GONE] += 1
        written = len(shown)
        for sentence in _still_to_quote(quoted, shown, failed=writing.failed):
            if await self._live([sentence], quoted):
                shown.append(sentence)
                yield SentenceChecked(sentence)
        self._tell(writing, written)
        kept = await self._live(shown, quoted)
        name = model.name if any(one in shown[:written] for one in kept) else quoted.model
        answer = _answer(quoted, kept, name, _usage(writing, began))
        why: Unphrased = "failed" if writing.failed else "refused"
        yield Finished(replace(answer, unphrased=why if name == quoted.model else None))

    async def _proposed(
        self, model: Model | None, question: Question, offered: Sequence[Offer], writing: Writing
    ) -> AsyncGenerator[Accepted, None]:
        """Yield what a model says that may be shown; nothing where its turn did not come."""
        if model is None:
            writing.failed = True
            return
        writer = Writer(
            model,
            seconds=self._seconds,
            stall_seconds=self._stall_seconds,
            support=self._support,
        )
        async with aclosing(writer.write(question, offered, writing)) as accepted:
            async for one in accepted:
                yield one

    async def _live(self, sentences: Sequence[Sentence], quoted: Answer) -> list[Sentence]:
        """Return those whose every cited post is live and still says what was quoted."""
        references = {one.id: one for one in quoted.references}
        found = await asyncio.to_thread(
            self._log.find, {one.post_id for one in references.values()}
        )
        texts = {name: entry.post.text for name, entry in found.items() if entry.post is not None}

        def stands(sentence: Sentence) -> bool:
            cited = [references[one.evidence_id] for one in sentence.citations]
            return all(one.text in texts.get(one.post_id, "") for one in cited)

        return [one for one in sentences if stands(one)]

    def _tell(self, writing: Writing, written: int) -> None:
        current().set(
            {
                "siyaq.sentences.shown": written,
                "siyaq.sentences.refused": writing.refused.total(),
                "siyaq.model.failed": writing.failed,
            }
        )
        for _ in range(written):
            self._outcome("shown")
        for reason, count in writing.refused.items():
            for _ in range(count):
                self._outcome(reason)
        if writing.failed:
            self._outcome("failed")


def _still_to_quote(quoted: Answer, shown: Sequence[Sentence], *, failed: bool) -> list[Sentence]:
    """Return the quotes that must be shown beside what a model wrote, in their order.

    All of them where it wrote nothing, those of evidence not cited yet where it broke off, and in
    any case the best one and those of every side of a conflict, unless they were told: a model may
    leave out neither the answer nor a side.
    """
    if not shown:
        return list(quoted.sentences)
    best, *rest = quoted.sentences
    return [
        *([] if _told(best, quoted.short_answer, shown) else [best]),
        *_unsaid(quoted, rest, shown, failed=failed),
    ]


def _told(best: Sentence, short_answer: str | None, shown: Sequence[Sentence]) -> bool:
    """Say whether sentences hold the short answer; where there is none, the best evidence."""
    if short_answer:
        return any(fold(short_answer) in fold(one.text) for one in shown)
    cited = {citation.evidence_id for one in shown for citation in one.citations}
    return any(citation.evidence_id in cited for citation in best.citations)


def _unsaid(
    quoted: Answer, rest: Sequence[Sentence], shown: Sequence[Sentence], *, failed: bool
) -> list[Sentence]:
    cited = {citation.evidence_id for one in shown for citation in one.citations}
    disputed = {name for c in quoted.conflicts for side in c.sides for name in side.evidence_ids}
    return [
        one
        for one in rest
        if all(
            citation.evidence_id not in cited and (failed or citation.evidence_id in disputed)
            for citation in one.citations
        )
    ]


def _answer(quoted: Answer, kept: Sequence[Sentence], name: str, usage: Usage) -> Answer:
    """Return the answer as it was shown, with the references that it cites."""
    cited = {citation.evidence_id for one in kept for citation in one.citations}
    if not kept:
        return replace(
            quoted,
            status=AnswerStatus.ABSTAINED,
            reason=Reason.NO_EVIDENCE,
            sentences=(),
            references=(),
            short_answer=None,
            conflicts=(),
            usage=usage,
        )
    said = [text for one in kept for text in (one.text, *(c.quote for c in one.citations))]
    short = quoted.short_answer
    texts = "\x1f".join([quoted.id, name, *(one.text for one in kept)])
    digest = blake2b(texts.encode(errors="surrogatepass"), digest_size=12).hexdigest()
    return replace(
        quoted,
        id=quoted.id if name == quoted.model else f"answer-{digest}",
        sentences=tuple(kept),
        references=tuple(one for one in quoted.references if one.id in cited),
        short_answer=short if short and any(short in text for text in said) else None,
        usage=usage,
        model=name,
    )


def _usage(writing: Writing, began: float) -> Usage:
    return Usage(
        input_tokens=writing.input_tokens,
        output_tokens=writing.output_tokens,
        seconds=time.perf_counter() - began,
    )
