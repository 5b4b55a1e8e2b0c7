"""People who sign in, from the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from siyaq.access import HERE, AuditLog, Limits, People, Person, Role
from siyaq.app import keys
from siyaq.config import Config
from siyaq.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, or could once; `sessions` are those that stand."""

    person: Person
    stands: bool
    sessions: int


def create(
    config: Config,
    name: str,
    password: str,
    role: Role,
    limits: Limits,
    collections: Sequence[str] = (),
) -> Person:
    """Make an account of this machine. Raises UsageError."""
    named = config.collections.checked(collections)
    with _people(config) as people:
        person = people.create(name, password, role, limits, named)
    _note(config, f"create account {person.key.id}", 201)
    return person


def listed(config: Config) -> list[Account]:
    """Return everybody who was ever let in."""
    with _people(config) as people:
        sessions, now = people.sessions.count(), datetime.now(UTC)
        return [
            Account(one, one.key.stands(now), sessions.get(one.key.id, 0))
            for one in people.listed()
        ]


def set_password(config: Config, name: str, password: str) -> Person:
    """Give an account another password and end its sessions. Raises NotFound, UsageError."""
    with _people(config) as people:
        person = people.set_password(name, password)
    _note(config, f"new password of account {person.key.id}")
    return person


def set_role(config: Config, name: str, role: Role) -> Person:
    """Give an account another role. Raises NotFound, UsageError."""
    with keys.opened(config) as ring, closing(People(config.data, ring)) as people:
        person = people.find(name)
        if person.issuer != HERE or role is Role.CARD_ONLY:
            raise UsageError(
                "the role of somebody whom a provider knows comes from there"
                if person.issuer != HERE
                else "nobody signs in as card-only"
            )
        ring.assign(person.key.id, role, person.key.name)
    _note(config, f"role {role} of account {person.key.id}")
    return person


def sign_out(config: Config, name: str) -> int:
    """End every session of somebody, and return how many there were. Raises NotFound."""
    with _people(config) as people:
        person = people.find(name)
        ended = people.sessions.end_all(person.key.id)
    _note(config, f"end sessions of account {person.key.id}")
    return ended


def close(config: Config, name: str, *, readmit: bool) -> Person:
    """Close an account. With `readmit`, its provider may bring it again as new. NotFound."""
    with _people(config) as people:
        person = people.forget(name) if readmit else people.shut_out(name)
    _note(config, f"close account {person.key.id}")
    return person


def _note(config: Config, what: str, status: int = 204) -> None:
    AuditLog(config.data).begin(keys.US, what, status)


@contextmanager
def _people(config: Config) -> Iterator[People]:
    with keys.opened(config) as ring, closing(People(config.data, ring)) as people:
        yield people
