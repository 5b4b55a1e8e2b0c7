"""Any order of changes, repetitions and restarts: the log is always what a simple model says.

The model is written from the rules in words and shares no code with the log.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from siyaq.core.event import AccountEvent, AccountStatus, Event, IdentityEvent, PostEvent
from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import Batch
from siyaq.core.post import Post
from siyaq.log import Counts, LogReader, LogWriter, verify
from tests.log.events import SOURCE, account, cursor, delete, identity, outcome, post, put

IDS = ["1", "2", "3"]
AUTHORS = ["did:a", "did:b"]
minutes = st.integers(0, 5)
revs = st.sampled_from(["", "", "1", "2", "3"])

changes: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        lambda native_id, text, author, when, rev: put(
            post(native_id, text, author=author, minutes=when), rev
        ),
        st.sampled_from(IDS),
        st.sampled_from(["rain", "snow"]),
        st.sampled_from(AUTHORS),
        minutes,
        revs,
    ),
    st.builds(lambda name, rev: delete(name, rev), st.sampled_from(IDS), revs),
    st.builds(
        lambda author, status, when: account(author, status, minutes=when),
        st.sampled_from(AUTHORS),
        st.sampled_from(AccountStatus),
        minutes,
    ),
    st.builds(lambda author: identity(author, "new"), st.sampled_from(AUTHORS)),
)


@dataclass
class Version:
    """What the model holds of one id. No post: a tombstone."""

    rev: str
    post: Post | None


@dataclass
class Person:
    """What the model holds of one account."""

    status: AccountStatus = AccountStatus.ACTIVE
    said_at: object = None
    left_at: object = None


GRAVITY = [AccountStatus.ACTIVE, AccountStatus.HIDDEN, AccountStatus.DELETED]


@dataclass
class Model:
    """The rules, as a person would tell them."""

    held: dict[str, Version] = field(default_factory=dict[str, Version])
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    entries: int = 0

    def apply(self, event: Event) -> list[str]:
        """Change the model, and say what happened, once for each entry or refusal."""
        if isinstance(event, IdentityEvent):
            return []
        if isinstance(event, AccountEvent):
            happened = self._announce(event)
        elif event.post is None:
            happened = [self._delete(event)]
        else:
            happened = [self._put(event, event.post)]
        self.entries += sum(word in ("created", "updated", "deleted") for word in happened)
        return happened

    def _person(self, author_id: str) -> Person:
        return self.people.setdefault(author_id, Person())

    def _announce(self, event: AccountEvent) -> list[str]:
        person = self._person(event.author_id)
        if person.said_at is not None:
            if event.witnessed_at < person.said_at:  # type: ignore[operator]  # a datetime
                return []
            newer = event.witnessed_at != person.said_at
            if not newer and GRAVITY.index(event.status) <= GRAVITY.index(person.status):
                return []
        person.said_at = event.witnessed_at
        if event.status is AccountStatus.HIDDEN and person.status is AccountStatus.DELETED:
            return []
        person.status = event.status
        if event.status is not AccountStatus.DELETED:
            return []
        person.left_at = event.witnessed_at
        theirs = [
            version
            for version in self.held.values()
            if version.post and version.post.author.id == event.author_id
        ]
        for version in theirs:
            version.rev, version.post = "", None
        return ["deleted"] * len(theirs)

    def _delete(self, event: PostEvent) -> str:
        name = event.post_id.split(":")[1]
        version = self.held.get(name)
        if version is None:
            self.held[name] = Version(event.rev, None)
            return "deleted"
        compared = event.rev and version.rev
        if version.post is None:
            if not compared or event.rev <= version.rev:
                return "unchanged"
        elif compared and event.rev < version.rev:
            return "stale"
        version.rev, version.post = event.rev, None
        return "deleted"

    def _put(self, event: PostEvent, new: Post) -> str:
        person = self._person(new.author.id)
        if person.status is AccountStatus.DELETED:
            return "stale"
        if person.left_at is not None and new.witnessed_at <= person.left_at:  # type: ignore[operator]
            return "stale"
        version = self.held.get(new.native_id)
        if version is None:
            self.held[new.native_id] = Version(event.rev, new)
            return "created"
        compared = event.rev and version.rev
        if version.post is None:
            if not compared or event.rev <= version.rev:
                return "stale"
            version.rev, version.post = event.rev, new
            return "created"
        if compared:
            if event.rev <= version.rev:
                return "unchanged" if event.rev == version.rev else "stale"
        elif (new.text, new.author.id) == (version.post.text, version.post.author.id):
            return "unchanged"
        version.rev, version.post = event.rev or version.rev, new
        return "updated"

    def hidden(self, author_id: str) -> bool:
        return self._person(author_id).status is AccountStatus.HIDDEN

    def visible(self) -> dict[str, str]:
        return {
            name: version.post.text
            for name, version in self.held.items()
            if version.post and not self.hidden(version.post.author.id)
        }

    def state(self, name: str) -> str:
        version = self.held.get(name)
        if version is None:
            return "unknown"
        if version.post is None:
            return "deleted"
        return "hidden" if self.hidden(version.post.author.id) else "live"


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
            assert outcome(report) == {word: happened.count(word) for word in set(happened)}
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


LogMachine.TestCase.settings = settings(deadline=None, max_examples=50, stateful_step_count=15)
TestTheLogIsItsModel = LogMachine.TestCase
