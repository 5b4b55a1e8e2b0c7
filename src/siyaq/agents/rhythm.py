"""When a task is done again: every so often, or when a post matches.

What is due stands in the journal's database. A run that is made at a moment has an id of its own
for that moment, so neither a crash nor two processes make it twice; its plan and its purse are
those of the run that it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from siyaq.agents.journal import Journal, Run, Status
from siyaq.core.errors import QueryError

LEAST_SECONDS: Final = 1.0
MOST_SECONDS: Final = 366 * 86_400.0
_UNITS: Final = {
    **dict.fromkeys(("s", "second", "seconds", "ثانية", "ثواني", "ثوان", "ثوانٍ"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes", "دقيقة", "دقائق", "دقيقتين"), 60),
    **dict.fromkeys(("h", "hour", "hours", "ساعة", "ساعات", "ساعتين"), 3600),
    **dict.fromkeys(("d", "day", "days", "يوم", "أيام", "يومين"), 86_400),
}
_TWOS: Final = ("دقيقتين", "ساعتين", "يومين")
_ANY: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_SAID = re.compile(
    rf"[,،]?\s*\b(?:every|كل)\s+(?:(\d+)\s*({_ANY})|({'|'.join(_TWOS)}))\b"
    r"\s*[,،]?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """`every` so many seconds, or 0; `words` that a new post must hold, or ""; `times` at most."""

    every: float = 0.0
    words: str = ""
    times: int = 0  # 0: without end

    def __post_init__(self) -> None:
        if not self.every and not self.words.strip():
            raise QueryError("nothing says when", hint="every 10m, or when a post holds words")
        if self.every and not LEAST_SECONDS <= self.every <= MOST_SECONDS:
            raise QueryError(f"every {self.every:g} seconds is not between 1 second and a year")
        if self.times < 0:
            raise QueryError(f"{self.times} times is less than once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A rhythm as it stands: how often it was made, and when it is next."""

    run_id: str
    rhythm: Rhythm
    made: int
    next_at: datetime


def read_every(text: str) -> float:
    """Read "10m", "30 s", "2 hours". Raises QueryError."""
    found = re.fullmatch(r"\s*(\d+)\s*(\w+)\s*", text)
    if not found or found[2].lower() not in _UNITS:
        raise QueryError(f"{text!r} is no stretch of time", hint="write 30s, 10m, 2h or 1d")
    return float(found[1]) * _UNITS[found[2].lower()]


def said_in(task: str) -> tuple[float, str]:
    """Return how often a task says that it wants to be done, 0 where it does not, and the rest.

    "brief me every 10 minutes" is (600, "brief me"). Without a number, as in "every day", it may
    be what is asked about, and says nothing.
    """
    found = _SAID.search(task)
    if found is None:
        return 0.0, task
    unit = (found[2] or found[3]).lower()
    count = int(found[1]) if found[1] else 2
    rest = f"{task[: found.start()]} {task[found.end() :]}".strip()
    return float(count * _UNITS[unit]), rest


def schedule(journal: Journal, run_id: str, rhythm: Rhythm, now: datetime) -> None:
    """Have a planned run made again and again, the first time at once where it has a rhythm."""
    row = (run_id, rhythm.every, rhythm.words, rhythm.times, now.isoformat())
    with journal.transaction() as db:
        db.execute("INSERT OR REPLACE INTO rhythms VALUES (?, ?, ?, ?, 0, ?)", row)
        db.execute("UPDATE runs SET status = 'scheduled' WHERE id = ?", (run_id,))


def has(journal: Journal, run_id: str) -> bool:
    """Say whether a run is made again and again."""
    with journal.transaction() as db:
        found = db.execute("SELECT 1 FROM rhythms WHERE run_id = ?", (run_id,)).fetchone()
    return found is not None


def rhythms(journal: Journal) -> Sequence[Due]:
    """Return every rhythm that is not paused and not over."""
    with journal.transaction() as db:
        rows = db.execute(
            """SELECT run_id, every, words, times, made, next_at FROM rhythms
               JOIN runs ON id = run_id WHERE status = 'scheduled' ORDER BY next_at"""
        ).fetchall()
    return [
        Due(
            run_id=run_id,
            rhythm=Rhythm(every=every, words=words, times=times),
            made=made,
            next_at=datetime.fromisoformat(next_at),
        )
        for run_id, every, words, times, made, next_at in rows
    ]


def fire(journal: Journal, due: Due, now: datetime) -> str:
    """Queue the run that is due, and say when the next one is; return its id.

    Moments that passed while nobody looked are made up for once.
    """
    parent = journal.run(due.run_id)
    child = f"{parent.id}-{due.made + 1}"
    journal.begin_child(parent, child, parent.plan)
    next_at = now
    if due.rhythm.every:
        step = timedelta(seconds=due.rhythm.every)
        missed = max(0, (now - due.next_at) // step)
        next_at = due.next_at + step * (missed + 1)
    with journal.transaction() as db:
        db.execute(
            "UPDATE rhythms SET made = ?, next_at = ? WHERE run_id = ?",
            (due.made + 1, next_at.isoformat(), due.run_id),
        )
    return child


def settle(journal: Journal, parent: Run, times: int, made: int) -> None:
    """Bring the result of a rhythm's last run to it; end it after the last one, or at a cap."""
    children = journal.runs(made or 1, parent=parent.id)
    ended = [one for one in children if one.status in ("done", "stopped", "failed")]
    if not ended:
        return
    last = ended[0]
    if last.result != parent.result:
        journal.inherit(parent.id, last.id)
    spent = next((one for one in ended if one.stopped_by.startswith("budget")), None)
    if spent is not None:
        journal.close_run(parent.id, "stopped", spent.stopped_by, last.result)
    elif times and made >= times and len(ended) == len(children):
        status: Status = "done" if any(one.status == "done" for one in ended) else "failed"
        journal.close_run(parent.id, status, last.stopped_by, last.result)
    elif last.result != parent.result:
        journal.close_run(parent.id, "scheduled", "", last.result)
