"""The nouns: a watch, an alert, a delivery."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from siyaq.core.answer import Question
from siyaq.core.query import Filters

Change = Literal["status", "short_answer", "withdrawn", "new_evidence"]
"""What became different: how far the answer goes, its short form, posts that were deleted or
edited, or posts it quotes that this watch has not quoted before."""

Scope = Literal["anything", "verdict"]
"""Which changes raise an alert: any, or all but `new_evidence`."""

Way = Literal["webhook", "email"]
State = Literal["waiting", "sent", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A watch as somebody asks for it."""

    question: str
    filters: Filters = field(default_factory=Filters)
    every_minutes: int = 5
    scope: Scope = "anything"
    language: str = "en"  # of messages: "en" or "ar"
    webhook: str = ""  # where alerts are posted to
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A saved question. `owner` is the id of the key that saved it, "" on a machine without."""

    id: str
    owner: str
    draft: Draft
    created_at: datetime
    due_at: datetime  # when it is asked next
    paused: bool = False
    answer_id: str = ""  # its newest answer; "" before the first
    asked_at: datetime | None = None
    problem: str = ""  # why it could not be asked the last time

    def asked(self, previous: str) -> Question:
        """Return what is asked, going on from an earlier answer of its own.

        No model phrases the answer: its words would differ each time, and be no news.
        """
        return Question(text=self.draft.question, filters=self.draft.filters, previous=previous)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An answer that changed. `answer_id` is the new one, for as long as it is kept."""

    id: str
    watch_id: str
    owner: str
    question: str
    language: str
    at: datetime
    changes: tuple[Change, ...]
    answer_id: str
    added: int = 0  # posts quoted for the first time
    withdrawn: int = 0  # posts that were deleted or edited
    seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An alert on its way to one place."""

    id: str
    alert: Alert
    way: Way
    target: str
    due_at: datetime
    attempts: int = 0
    state: State = "waiting"
    problem: str = ""  # of the last attempt
