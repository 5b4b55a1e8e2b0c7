"""One model's attempt at one answer: asked, read as it writes, checked, and asked once more."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

from siyaq.core.answer import Question
from siyaq.core.errors import ModelUnavailable
from siyaq.core.ports import Delta, Model
from siyaq.grounding.written.check import Accepted, SupportCheck, judge
from siyaq.grounding.written.offer import Offer
from siyaq.grounding.written.prompt import messages, schema
from siyaq.grounding.written.reply import Proposed, ReplyReader
from siyaq.grounding.written.tree import Refused
from siyaq.traces import span

TOKENS_A_SENTENCE = 120
TOKENS_AT_MOST = 1_200
REFUSED_AT_MOST = 12
"""Sentences of one attempt after whose refusal it is given up."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Writing:
    """What came of one question so far. `refused` counts sentences by why they are not shown."""

    accepted: list[Accepted] = field(default_factory=list)
    refused: Counter[Refused] = field(default_factory=Counter[Refused])
    input_tokens: int = 0
    output_tokens: int = 0
    pieces: int = 0  # of the reply being read
    failed: bool = False  # died, stalled or ran out of time: what it said may be half of it

    def count(self, delta: Delta) -> None:
        """Add what a delta cost: a token for each with text, put right by the sum at the end.

        A reply that is stopped early has no such sum; its prompt is then not counted.
        """
        self.input_tokens += delta.input_tokens
        if delta.text:
            self.output_tokens += 1
            self.pieces += 1
        if delta.finish_reason is not None:
            self.output_tokens += delta.output_tokens - self.pieces if delta.output_tokens else 0
            self.pieces = 0


class Writer:
    """Lets a model phrase what evidence says. Yields sentences that passed the check, as they do.

    A model that fails, loops, or says nothing that can be shown ends the attempt; it never
    raises for what a model does.
    """

    def __init__(
        self, model: Model, *, seconds: float, stall_seconds: float, support: SupportCheck | None
    ) -> None:
        self._model = model
        self._seconds = seconds
        self._stall_seconds = stall_seconds
        self._support = support

    async def write(
        self, question: Question, offered: Sequence[Offer], writing: Writing
    ) -> AsyncGenerator[Accepted, None]:
        """Ask, and once more if nothing can be shown; `writing` is filled on the way."""
        deadline = time.monotonic() + self._seconds
        for again in (False, True):
            attempt = self._attempt(question, offered, writing, deadline, again=again)
            async with aclosing(attempt) as accepted:
                async for one in accepted:
                    yield one
            if writing.accepted or writing.failed or not writing.refused:
                return

    async def _attempt(
        self,
        question: Question,
        offered: Sequence[Offer],
        writing: Writing,
        deadline: float,
        *,
        again: bool,
    ) -> AsyncGenerator[Accepted, None]:
        reader = ReplyReader()
        refused_before = writing.refused.total()
        stream = self._model.stream(
            messages(question, offered, again=again),
            max_output_tokens=min(TOKENS_AT_MOST, TOKENS_A_SENTENCE * (question.limit + 1)),
            json_schema=schema(offered, question.limit),
        )
        async with aclosing(self._timely(stream, deadline, writing)) as deltas:
            async for delta in deltas:
                writing.count(delta)
                for one in self._checked(reader.feed(delta.text), offered, writing):
                    yield one
                tried = writing.refused.total() - refused_before
                if len(writing.accepted) >= question.limit or tried >= REFUSED_AT_MOST:
                    return
                if reader.full or reader.loops():
                    log.warning("model %r repeats itself and was stopped", self._model.name)
                    writing.failed = True
                    return
        if not writing.failed:
            for one in self._checked(reader.finish(), offered, writing):
                yield one
            if reader.unreadable:
                writing.refused[Refused.EMPTY] += 1

    async def _timely(
        self, stream: AsyncIterator[Delta], deadline: float, writing: Writing
    ) -> AsyncGenerator[Delta, None]:
        """Pass deltas on until the model ends, fails, stays silent or has had its time."""
        async with aclosing(cast("AsyncGenerator[Delta, None]", stream)) as deltas:
            while True:
                left = deadline - time.monotonic()
                try:
                    delta = await asyncio.wait_for(anext(deltas), min(left, self._stall_seconds))
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    told = "took too long" if left <= self._stall_seconds else "stays silent"
                    log.warning("model %r %s; quotes take its place", self._model.name, told)
                    writing.failed = True
                    return
                except ModelUnavailable as error:
                    log.warning("%s; quotes take its place", error)
                    writing.failed = True
                    return
                yield delta

    def _checked(
        self, proposed: Sequence[Proposed], offered: Sequence[Offer], writing: Writing
    ) -> list[Accepted]:
        if not proposed:
            return []
        with span("check", {"siyaq.sentences.proposed": len(proposed)}) as checking:
            passed = self._judged(proposed, offered, writing)
            checking.set({"siyaq.sentences.accepted": len(passed)})
        return passed

    def _judged(
        self, proposed: Sequence[Proposed], offered: Sequence[Offer], writing: Writing
    ) -> list[Accepted]:
        by_id = {offer.id: offer for offer in offered}
        passed: list[Accepted] = []
        for one in proposed:
            said = [accepted.sentence.text for accepted in writing.accepted]
            verdict = judge(one, by_id, said, self._support)
            if isinstance(verdict, Refused):
                writing.refused[verdict] += 1
            else:
                writing.accepted.append(verdict)
                passed.append(verdict)
        return passed
