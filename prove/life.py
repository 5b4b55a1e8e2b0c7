"""A fixed life of a data directory, and what must be true of it wherever it was cut short.

Step k writes three posts, edits one and deletes one of earlier steps, takes an account down now
and then, and saves k as its cursor, all in one append. So the cursor alone says what must be
visible, and whether data and cursor were ever apart. `visible` is written from these words.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siyaq.app.recording import decided_by
from siyaq.core.clock import PlacedBy
from siyaq.core.event import AccountEvent, AccountStatus, Cursor, Event, Op, PostEvent
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.observation import Observation, Property, Thing
from siyaq.core.ports import Batch
from siyaq.core.post import Author, Post
from siyaq.core.query import Filters
from siyaq.index import Indexer, IndexReader, IndexSettings, check
from siyaq.log import LogReader, verify
from siyaq.telemetry import TelemetryStore
from siyaq.testing.embedder import HastyEmbedder

SOURCE = "life"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEADLINE_SECONDS = 60.0
DIMENSIONS = 64
SMALL = IndexSettings(
    partition_seqs=64,
    segment_rows=48,
    commit_seconds=0.0,
    catch_up_seconds=0.0,
    poll_seconds=0.02,
    entries_at_once=20,
    embed_texts=16,
    approximate_beyond=0,
    refined_at_once=4,
    memory_bytes=15_000_000,
)
"""Settings with which a short life fills several partitions and segments.

Every vector is near at first, and made exact a few at a time.
"""


def post(native_id: str, text: str, author: str, minutes: float = 0) -> Post:
    """Return a post of this life."""
    moment = NOON + timedelta(minutes=minutes)
    return Post(
        source=SOURCE,
        native_id=native_id,
        author=Author(id=AuthorId(author), handle=f"{author}.example"),
        text=text,
        witnessed_at=moment,
        placed_at=moment,
        placed_by=PlacedBy.WITNESSED,
    )


def put(post: Post, rev: str = "") -> PostEvent:
    """Return the event that brings a post, or a new version of it."""
    return PostEvent(
        op=Op.CREATE, post_id=post.id, post=post, witnessed_at=post.witnessed_at, rev=rev
    )


def delete(native_id: str, rev: str = "", minutes: float = 0) -> PostEvent:
    """Return the event that deletes a post."""
    moment = NOON + timedelta(minutes=minutes)
    name = PostId(f"{SOURCE}:{native_id}")
    return PostEvent(op=Op.DELETE, post_id=name, post=None, witnessed_at=moment, rev=rev)


def account(author: str, status: AccountStatus, minutes: float) -> AccountEvent:
    """Return what the platform says of an account at a moment."""
    moment = NOON + timedelta(minutes=minutes)
    return AccountEvent(
        source=SOURCE, author_id=AuthorId(author), status=status, witnessed_at=moment
    )


def cursor(position: int) -> Cursor:
    """Return the place that a life has come to."""
    return Cursor(source=SOURCE, partition="", position=str(position))


def batch(step: int) -> Batch:
    """Return all that one step appends."""
    events: list[Event] = [
        put(post(f"{step}-{n}", f"text {step}-{n} " + "x" * 300 * n, f"did:{step}"))
        for n in range(3)
    ]
    if step > 1:
        before = step - 1
        events.append(put(post(f"{before}-1", f"edited in {step}", f"did:{before}")))
        events.append(delete(f"{before}-2"))
    if step % 5 == 0:
        events.append(account(f"did:{step - 3}", AccountStatus.DELETED, step))
    return Batch(events=tuple(events), cursor=cursor(step))


def reading(step: int) -> Observation:
    """Return what a step reads of a thing. It has no time of its own: it is of when it came."""
    now = datetime.now(UTC)
    return Observation(
        source=SOURCE,
        thing=Thing(kind="sensor", id="life"),
        property=Property(name="steps"),
        result=float(step),
        phenomenon_time=now,
        witnessed_at=now,
    )


def judge_readings(directory: Path, steps: int) -> dict[str, int]:
    """Judge the readings of a log that holds so many steps: each of them once, in every count."""
    if not steps:
        return {}
    with LogReader.open(directory) as log, closing(TelemetryStore(directory)) as store:
        store.settle(decided_by(log))
        series = next(iter(store.series()), None)
        if series is None:
            return {"missing": steps}
        now = datetime.now(UTC)
        found = store.readings(series, now - timedelta(days=1), now, steps + 1000)
    with closing(sqlite3.connect(directory / "telemetry.sqlite")) as database:
        counted = database.execute(
            "SELECT (SELECT sum(total) FROM minutes), (SELECT sum(total) FROM hours)"
        ).fetchone()
    times = Counter(float(value) for _, value in found)
    total = sum(times)
    return {
        "missing": sum(float(step) not in times for step in range(1, steps + 1)),
        "duplicated": len(found) - len(times),
        "unsound": int(len(times) > steps) + int(counted != (total, total)),
    }


def visible(steps: int) -> dict[str, str]:
    """Return what a reader must see when exactly `steps` steps were written: id to text."""
    left = {step - 3 for step in range(5, steps + 1, 5)}  # authors whose account was deleted
    seen: dict[str, str] = {}
    for step in range(1, steps + 1):
        if step in left:
            continue
        seen[f"{step}-0"] = f"text {step}-0 "
        seen[f"{step}-1"] = (
            f"edited in {step + 1}" if step < steps else f"text {step}-1 " + "x" * 300
        )
        if step == steps:  # the step after it deletes it
            seen[f"{step}-2"] = f"text {step}-2 " + "x" * 600
    return seen


def next_step(directory: Path) -> int:
    """Return the step after the last one in the log."""
    with LogReader.open(directory) as reader:
        return steps_of(reader) + 1


def steps_of(reader: LogReader) -> int:
    """Return how many steps a log says that it holds."""
    return int(reader.resume(SOURCE).get("", "0"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a data directory."""

    steps: int
    missing: int = 0  # of what was acknowledged, or visible by the cursor
    duplicated: int = 0
    unsound: int = 0  # texts that are not theirs, posts that must not be there, broken rules
    problem: str = ""

    @property
    def wrong(self) -> dict[str, int]:
        """What must be 0."""
        return {"missing": self.missing, "duplicated": self.duplicated, "unsound": self.unsound}


def judge_log(directory: Path, acknowledged: int) -> Verdict:
    """Judge a log that was cut short: all that was acknowledged, once, and nothing else.

    A log that was never acknowledged may not be there.
    """
    if not acknowledged and not (directory / "FORMAT").exists():
        return Verdict(0)
    problems = verify(directory).problems
    if problems:
        return Verdict(0, unsound=len(problems), problem=problems[0])
    with LogReader.open(directory) as reader:
        steps = steps_of(reader)
        entries = reader.entries(Seq(0), 1_000_000)
        posts = list(reader.posts(entry.seq for entry in entries).values())
        found = reader.find({entry.post_id for entry in entries})
    wanted = visible(steps)
    times = Counter(one.native_id for one in posts)
    unsound = sum(
        wanted.get(one.native_id) != one.text or found[one.id].post != one for one in posts
    )
    if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
        unsound += 1
    return Verdict(
        steps,
        missing=max(0, acknowledged - steps) + len(wanted.keys() - times.keys()),
        duplicated=sum(times.values()) - len(times),
        unsound=unsound,
    )


def judge(directory: Path, acknowledged: int) -> Verdict:
    """Judge log and index: the index is brought up to date, as the next start does."""
    verdict = judge_log(directory, acknowledged)
    if not verdict.steps or any(verdict.wrong.values()):
        return verdict
    embedder = HastyEmbedder(dimensions=DIMENSIONS)
    with LogReader.open(directory) as log:
        bring_up_to_date(log, directory)
        problems = check(log, directory)
        if problems:
            return Verdict(verdict.steps, unsound=len(problems), problem=problems[0])
        searcher = IndexReader.open(directory, embedder)
        hits = searcher.newest(Filters(), 1_000_000)
        (vector,) = embedder.embed(["text"])
        near = [hit.seq for hit in searcher.semantic(vector, Filters(), 1_000_000)]
        searcher.close()
        posts = log.posts(hits)
    wanted = visible(verdict.steps)
    return Verdict(
        verdict.steps,
        missing=len(wanted) - len(posts) + len(set(hits) - set(near)),
        duplicated=len(hits) - len(set(hits)) + len(near) - len(set(near)),
        unsound=sum(wanted.get(one.native_id) != one.text for one in posts.values()),
    )


def bring_up_to_date(log: LogReader, directory: Path, within_seconds: float | None = None) -> None:
    """Index all that the log holds. Raises TimeoutError with what it failed with."""
    indexer = Indexer(log, directory, HastyEmbedder(dimensions=DIMENSIONS), SMALL)
    indexer.start()
    try:
        if not indexer.wait_exact(log.head(), within_seconds or DEADLINE_SECONDS):
            raise TimeoutError(f"the index does not come up to date: {indexer.failure!r}")
    finally:
        indexer.stop()
