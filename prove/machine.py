"""Any order of changes, repetitions and restarts: the log is always what the model says.

Hypothesis looks for the order that breaks it, and makes what it found as short as it can be.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from prove.life import NOON, SOURCE, account, cursor, delete, post, put
from prove.model import Model
from siyaq.core.event import AccountStatus, Event, IdentityEvent
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.ports import Batch
from siyaq.log import Appended, Counts, LogReader, LogWriter, verify


def _renamed(author: str) -> IdentityEvent:
    moment = NOON + timedelta(minutes=1)
    return IdentityEvent(
        source=SOURCE, author_id=AuthorId(author), handle="new", witnessed_at=moment
    )


def _outcome(appended: Appended) -> dict[str, int]:
    """Return what is not zero of an append, by name."""
    names = ("created", "updated", "deleted", "unchanged", "stale")
    return {name: count for name in names if (count := getattr(appended, name))}


IDS = ["1", "2", "3"]
AUTHORS = ["did:a", "did:b"]
minutes = st.integers(0, 5)
revs = st.sampled_from(["", "", "1", "2", "3"])

changes: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        lambda native_id, text, author, when, rev: put(post(native_id, text, author, when), rev),
        st.sampled_from(IDS),
        st.sampled_from(["rain", "snow"]),
        st.sampled_from(AUTHORS),
        minutes,
        revs,
    ),
    st.builds(lambda name, rev: delete(name, rev), st.sampled_from(IDS), revs),
    st.builds(
        lambda author, status, when: account(author, status, when),
        st.sampled_from(AUTHORS),
        st.sampled_from(AccountStatus),
        minutes,
    ),
    st.builds(_renamed, st.sampled_from(AUTHORS)),
)


class LogMachine(RuleBasedStateMachine):
    """Runs the log and the model side by side."""

    @initialize()
    def begin(self) -> None:
        memory = Path("/dev/shm")
        self.place = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.model = Model()
        self.steps = 0
        self.open()

    def open(self) -> None:
        self.writer = LogWriter.open(self.place / "data")
        self.reader = LogReader.open(self.place / "data")

    @rule(batches=st.lists(st.lists(changes, max_size=6), min_size=1, max_size=2))
    def append(self, batches: list[list[Event]]) -> None:
        self.steps += 1
        appended = self.writer.append(
            [Batch(events=tuple(events), cursor=cursor(self.steps)) for events in batches]
        )
        for events, report in zip(batches, appended, strict=True):
            happened = [word for event in events for word in self.model.apply(event)]
            assert _outcome(report) == {word: happened.count(word) for word in set(happened)}
            assert report.last_seq == self.model.entries

    @rule()
    def reopen(self) -> None:
        self.close()
        self.open()

    @rule()
    def purge(self) -> None:
        self.writer.purge()

    @invariant()
    def what_is_seen_is_what_the_model_holds(self) -> None:
        names = [PostId(f"{SOURCE}:{name}") for name in IDS]
        found = self.reader.find(names)
        texts = {entry.post.native_id: entry.post.text for entry in found.values() if entry.post}
        assert texts == self.model.visible()
        assert [self.reader.state(name) for name in names] == [*map(self.model.state, IDS)]

    @invariant()
    def the_entries_fold_to_what_the_model_holds(self) -> None:
        folded: dict[str, str | None] = {}
        places: dict[str, Seq] = {}
        entries = self.reader.entries(Seq(0), 10_000)
        assert [entry.seq for entry in entries] == [*range(1, self.model.entries + 1)]
        for entry in entries:
            name = entry.post_id.split(":")[1]
            assert entry.replaces == places.get(name)
            places[name] = entry.seq
            folded[name] = entry.post.text if entry.post else None
        assert folded == {
            name: version.post.text if version.post else None
            for name, version in self.model.held.items()
        }

    @invariant()
    def counts_and_cursor_agree(self) -> None:
        held = [version.post is not None for version in self.model.held.values()]
        assert self.reader.counts() == Counts(sum(held), len(held) - sum(held))
        assert self.reader.resume(SOURCE) == ({"": str(self.steps)} if self.steps else {})

    def close(self) -> None:
        self.reader.close()
        self.writer.close()

    def teardown(self) -> None:
        if not hasattr(self, "writer"):
            return
        try:
            self.close()
            assert verify(self.place / "data").problems == ()
        finally:
            shutil.rmtree(self.place)
