"""The file of watches: `watches/watches.sqlite` in the data directory; its rows as objects."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from siyaq.core.query import Filters
from siyaq.sqlite import File, Layout
from siyaq.watches.model import Alert, Change, Delivery, Draft, Scope, State, Watch, Way

FOLDER = "watches"
NAME = "watches.sqlite"

_TABLES = """
    CREATE TABLE IF NOT EXISTS watches (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
        draft BLOB NOT NULL, created_at REAL NOT NULL, due_at REAL NOT NULL,
        paused INTEGER NOT NULL, answer_id TEXT NOT NULL, asked_at REAL, problem TEXT NOT NULL,
        known BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS alerts (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        watch_id TEXT NOT NULL REFERENCES watches (id) ON DELETE CASCADE, at REAL NOT NULL,
        changes TEXT NOT NULL, answer_id TEXT NOT NULL, added INTEGER NOT NULL,
        withdrawn INTEGER NOT NULL, seen INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS alerts_watch ON alerts (watch_id);
    CREATE TABLE IF NOT EXISTS outbox (
        id TEXT PRIMARY KEY,
        alert_id TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE, way TEXT NOT NULL,
        target TEXT NOT NULL, due_at REAL NOT NULL, attempts INTEGER NOT NULL,
        state TEXT NOT NULL, problem TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS outbox_due ON outbox (state, due_at);
    CREATE INDEX IF NOT EXISTS outbox_alert ON outbox (alert_id);
"""

WATCH = "id, owner, draft, created_at, due_at, paused, answer_id, asked_at, problem"
ALERT = """alerts.id, watch_id, owner, draft, at, changes, alerts.answer_id, added, withdrawn, seen
    FROM alerts JOIN watches ON watches.id = watch_id"""

WatchRow = tuple[str, str, bytes, float, float, int, str, float | None, str]
AlertRow = tuple[str, str, str, bytes, float, str, str, int, int, int]


class Saved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A draft as it is kept."""

    question: str
    langs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    every_minutes: int = 5
    scope: Scope = "anything"
    language: str = "en"
    webhook: str = ""
    email: str = ""

    @classmethod
    def of(cls, draft: Draft) -> Saved:
        """Keep a draft."""
        return cls(
            draft.question,
            draft.filters.langs,
            draft.filters.sources,
            draft.filters.authors,
            draft.every_minutes,
            draft.scope,
            draft.language,
            draft.webhook,
            draft.email,
        )

    def draft(self) -> Draft:
        """Return it as it was asked for."""
        filters = Filters(langs=self.langs, sources=self.sources, authors=self.authors)
        return Draft(
            question=self.question,
            filters=filters,
            every_minutes=self.every_minutes,
            scope=self.scope,
            language=self.language,
            webhook=self.webhook,
            email=self.email,
        )


def file_of(directory: Path) -> File:
    """Return the file of a data directory."""
    return File(directory / FOLDER / NAME, Layout((_TABLES,)), "the watches")


def watch_of(row: WatchRow) -> Watch:
    """Read a watch."""
    name, owner, draft, created, due, paused, answer, asked, problem = row
    return Watch(
        id=name,
        owner=owner,
        draft=msgspec.json.decode(draft, type=Saved).draft(),
        created_at=_moment(created),
        due_at=_moment(due),
        paused=bool(paused),
        answer_id=answer,
        asked_at=None if asked is None else _moment(asked),
        problem=problem,
    )


def alert_of(row: AlertRow) -> Alert:
    """Read an alert."""
    name, watch, owner, draft, at, changes, answer, added, withdrawn, seen = row
    asked = msgspec.json.decode(draft, type=Saved)
    return Alert(
        id=name,
        watch_id=watch,
        owner=owner,
        question=asked.question,
        language=asked.language,
        at=_moment(at),
        changes=tuple(msgspec.json.decode(changes, type=tuple[Change, ...])),
        answer_id=answer,
        added=added,
        withdrawn=withdrawn,
        seen=bool(seen),
    )


def delivery_of(row: tuple[str, Way, str, float, int, State, str], alert: Alert) -> Delivery:
    """Read a delivery of an alert."""
    name, way, target, due, attempts, state, problem = row
    return Delivery(
        id=name,
        alert=alert,
        way=way,
        target=target,
        due_at=_moment(due),
        attempts=attempts,
        state=state,
        problem=problem,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
