"""Saved questions and alerts as JSON."""

from __future__ import annotations

from typing_extensions import TypedDict

from siyaq.core.wire import rfc3339
from siyaq.watches import Alert, Delivery, Watch, WatchDesk
from siyaq.watches.webhook import shown_secret


class WatchJson(TypedDict):
    """A saved question. `feed` is the path of an Atom feed of its alerts, which needs no key.

    `scope` is anything or verdict; `answer_id` its newest answer, null before the first;
    `problem` why it could not be asked the last time. `webhook_secret` is what deliveries are
    signed with, as Standard Webhooks has it; null where none are posted.
    """

    id: str
    question: str
    filters: dict[str, list[str]]
    every_minutes: int
    scope: str
    language: str
    webhook: str
    webhook_secret: str | None
    email: str
    created_at: str
    paused: bool
    answer_id: str | None
    asked_at: str | None
    due_at: str
    problem: str
    feed: str


class WatchesJson(TypedDict):
    """The saved questions that the caller may see, the oldest first."""

    watches: list[WatchJson]


class DeliveryJson(TypedDict):
    """What became of an alert on its way out.

    `way` is webhook or email; `state` waiting, sent or failed; `problem` what the last attempt met.
    """

    way: str
    target: str
    state: str
    attempts: int
    problem: str


class AlertJson(TypedDict):
    """An answer that changed.

    `changes` name what: status, short_answer, withdrawn (posts it quoted were deleted or edited),
    new_evidence (it quotes posts that it never quoted before). `answer_id` opens the new answer
    with /v1/answers for as long as it is kept.
    """

    id: str
    watch_id: str
    question: str
    at: str
    changes: list[str]
    added: int
    withdrawn: int
    answer_id: str
    seen: bool
    deliveries: list[DeliveryJson]


class AlertsJson(TypedDict):
    """Alerts, the newest first, and how many nobody has seen."""

    alerts: list[AlertJson]
    unseen: int


def watch_json(desk: WatchDesk, watch: Watch) -> WatchJson:
    """Shape a saved question."""
    draft = watch.draft
    return {
        "id": watch.id,
        "question": draft.question,
        "filters": {
            "lang": list(draft.filters.langs),
            "source": list(draft.filters.sources),
            "author": list(draft.filters.authors),
        },
        "every_minutes": draft.every_minutes,
        "scope": draft.scope,
        "language": draft.language,
        "webhook": draft.webhook,
        "webhook_secret": (shown_secret(desk.signing_secret(watch.id)) if draft.webhook else None),
        "email": draft.email,
        "created_at": rfc3339(watch.created_at),
        "paused": watch.paused,
        "answer_id": watch.answer_id or None,
        "asked_at": rfc3339(watch.asked_at) if watch.asked_at else None,
        "due_at": rfc3339(watch.due_at),
        "problem": watch.problem,
        "feed": f"/v1/feeds/{desk.feed_token(watch)}",
    }


def alert_json(alert: Alert, deliveries: list[Delivery]) -> AlertJson:
    """Shape an alert; `deliveries` are of any alerts."""
    return {
        "id": alert.id,
        "watch_id": alert.watch_id,
        "question": alert.question,
        "at": rfc3339(alert.at),
        "changes": list(alert.changes),
        "added": alert.added,
        "withdrawn": alert.withdrawn,
        "answer_id": alert.answer_id,
        "seen": alert.seen,
        "deliveries": [_delivery_json(one) for one in deliveries if one.alert.id == alert.id],
    }


def _delivery_json(delivery: Delivery) -> DeliveryJson:
    return {
        "way": delivery.way,
        "target": delivery.target,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "problem": delivery.problem,
    }
