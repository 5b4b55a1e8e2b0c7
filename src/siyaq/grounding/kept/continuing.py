"""Questions that go on from an earlier answer, and answers that say what changed since.

A question may name the answer it goes on from, in place of its history. When it asks the same
again, or only "what changed?", the earlier question is asked anew, within the same limits, and the
answer says which of its evidence is new and what became of the old.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from hashlib import blake2b
from typing import Protocol, cast

from siyaq.core.answer import Answer, AnswerEvent, AnswerStatus, Changes, Finished, Gone, Question
from siyaq.core.answer import Turn as Said
from siyaq.core.errors import NotFound, StorageError
from siyaq.core.ids import PostId
from siyaq.core.query import Filters
from siyaq.grounding.kept.record import Kept, record
from siyaq.grounding.kept.reopen import Standing, reopened, standing
from siyaq.grounding.kept.shelf import AnswerShelf
from siyaq.grounding.question import REMEMBERED, asks_what_changed
from siyaq.log import LogReader
from siyaq.text.analyze import terms

logger = logging.getLogger("siyaq.grounding")


class Answers(Protocol):
    """Whatever answers a question."""

    def stream(self, question: Question) -> AsyncIterator[AnswerEvent]:
        """Stream the answer."""
        ...


class KeptAnswers:
    """Answers that can be opened again and gone on from. Safe to use from several tasks.

    `unkept` is called when an answer could not be put on the shelf: it was given all the same.
    """

    def __init__(
        self,
        answers: Answers,
        shelf: AnswerShelf,
        log: LogReader,
        *,
        unkept: Callable[[], None] = lambda: None,
        within: tuple[str, ...] | None = None,
    ) -> None:
        """`within` are the collections that `log` is the part of; None: it is the whole of it.

        An answer that was made from others, or that rests on a post which `log` does not show, is
        not kept, as far as anybody can tell from here.
        """
        self._answers = answers
        self._shelf = shelf
        self._log = log
        self._unkept = unkept
        self._within = within

    async def stream(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Stream the answer, as the answers within do; its end says what changed.

        Raises NotFound for a `previous` that is not kept, QueryError as they do.
        """
        asked, before = await asyncio.to_thread(self._continued, question)
        stream = cast("AsyncGenerator[AnswerEvent, None]", self._answers.stream(asked))
        async with aclosing(stream) as events:
            async for event in events:
                if isinstance(event, Finished):
                    answer = replace(
                        event.answer,
                        id=question.answer_id or self._named(event.answer.id),
                        previous=question.previous,
                    )
                    if before is not None:
                        changed = await asyncio.to_thread(self._changes, before, answer)
                        answer = replace(answer, changed=changed)
                    await asyncio.to_thread(self._keep, asked, answer)
                    yield Finished(answer)
                else:
                    yield event

    def _named(self, answer_id: str) -> str:
        """Return the id of an answer: of a part it is never that of the whole, nor of another."""
        if self._within is None:
            return answer_id
        digest = blake2b("\x1f".join((answer_id, *self._within)).encode(), digest_size=12)
        return f"answer-{digest.hexdigest()}"

    def open(self, answer_id: str) -> Answer:
        """Return a kept answer as it stands now. Raises NotFound."""
        return reopened(self._find(answer_id), self._log)

    def asked(self, answer_id: str) -> str:
        """Return the question of a kept answer. Raises NotFound."""
        return self._find(answer_id).question

    def citing(self, post_id: PostId) -> list[str]:
        """Return the ids of the kept answers that rest on a post, the newest first."""
        found = self._shelf.citing(post_id)
        return found if self._within is None else [one for one in found if self._opens(one)]

    def forget(self, answer_id: str) -> None:
        """Erase a kept answer. Raises NotFound."""
        self._find(answer_id)
        if not self._shelf.forget(answer_id):
            raise _unknown(answer_id)

    def _find(self, answer_id: str) -> Kept:
        kept = self._shelf.find(answer_id)
        if kept is None or not self._shows(kept):
            raise _unknown(answer_id)
        return kept

    def _opens(self, answer_id: str) -> bool:
        kept = self._shelf.find(answer_id)
        return kept is not None and self._shows(kept)

    def _shows(self, kept: Kept) -> bool:
        if self._within is None:
            return True
        made_here = kept.within is not None and set(kept.within) <= set(self._within)
        return made_here and all(map(self._log.shows_post, kept.posts))

    def _continued(self, question: Question) -> tuple[Question, Kept | None]:
        """Return the question with what was asked before it, and the answer it asks anew.

        A history that the caller gives is taken as it is.
        """
        if not question.previous:
            return question, None
        before = self._find(question.previous)
        earlier = tuple(map(_said, before.earlier))
        if asks_what_changed(question.text):
            unlimited = replace(question.filters, only=None) == Filters()
            filters = before.filters.filters() if unlimited else question.filters
            asked = replace(question, text=before.question, history=earlier, filters=filters)
            return asked, before
        again = terms(question.text) == terms(before.question)
        led = earlier if again else (*earlier, _said(before.question))[-REMEMBERED:]
        asked = replace(question, history=question.history or led)
        return asked, before if again else None

    def _changes(self, before: Kept, answer: Answer) -> Changes:
        return compare(standing(before, self._log), answer)

    def _keep(self, question: Question, answer: Answer) -> None:
        names = {one.post_id for one in answer.references}
        try:
            self._shelf.put(
                record(question, answer, self._log.find(names) if names else {}, self._within)
            )
        except StorageError as error:
            self._unkept()
            logger.warning("answer not kept", extra={"code": error.code, "why": str(error)})


def compare(before: Standing, answer: Answer) -> Changes:
    """Say what an answer has that an earlier one to the same question had not, and the reverse."""
    now = {one.post_id for one in answer.references}
    then = before.kept.posts
    lost = {one.post_id for one in before.gone}
    replaced = [
        Gone(post_id=PostId(place.post_id), why="replaced")
        for place in dict.fromkeys(before.kept.evidence)
        if place.post_id not in now | lost
    ]
    return Changes(
        answer_id=before.kept.id,
        since=before.kept.as_of,
        added=tuple(
            one.id
            for one in answer.references
            if one.post_id not in then or one.post_id in lost  # an edited post says something new
        ),
        gone=(*before.gone, *dict.fromkeys(replaced)),
        status_before=AnswerStatus(before.kept.status),
        short_answer_before=before.words(before.kept.short),
        short_answer_post=before.short_post,
    )


def _said(text: str) -> Said:
    return Said(role="user", content=text)


def _unknown(answer_id: str) -> NotFound:
    return NotFound(
        f"no answer {answer_id[:100]!r} is kept",
        hint="only the newest answers are kept; ask the question again",
    )
