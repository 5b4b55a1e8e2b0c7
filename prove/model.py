"""What a log of posts must hold, told as a person would tell the rules. Shares no code with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from siyaq.core.event import AccountEvent, AccountStatus, Event, IdentityEvent, PostEvent
from siyaq.core.post import Post


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
            version.post = None  # and its revision stays: only a newer version may come back
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
