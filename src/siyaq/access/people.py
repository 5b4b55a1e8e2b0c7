"""People who sign in: by a password of this machine, or through a provider that knows them.

A person is a key that nobody holds. Its secret is thrown away when it is made; what it may do,
its limits, what it owns and what it has changed are kept as any key's are, and revoking it shuts
the person out. What opens it is a session.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from siyaq.access import passwords, store
from siyaq.access.collections import PUBLIC
from siyaq.access.keyring import MAX_NAME_CHARS, Key, KeyRing
from siyaq.access.limits import NO_LIMITS, Limits
from siyaq.access.links import Links
from siyaq.access.roles import Role
from siyaq.access.sessions import WRONG, Sessions, SignInFailed
from siyaq.access.tries import Tries
from siyaq.core.clock import utc_now
from siyaq.core.errors import NotFound, UsageError
from siyaq.sqlite import File, Layout

HERE = ""
"""The issuer of accounts of this machine."""

_TABLES = """
    CREATE TABLE IF NOT EXISTS people (
        key_id TEXT PRIMARY KEY, issuer TEXT NOT NULL, subject TEXT NOT NULL, password TEXT,
        UNIQUE (issuer, subject)
    );
    CREATE TABLE IF NOT EXISTS sessions (
        id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, key_id TEXT NOT NULL,
        made_at REAL NOT NULL, expires_at REAL NOT NULL, once BLOB UNIQUE
    );
    CREATE TABLE IF NOT EXISTS tries (who BLOB NOT NULL, at REAL NOT NULL);
    CREATE INDEX IF NOT EXISTS tries_of ON tries (who, at);
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in. `issuer` is HERE, or the provider that knows `subject`."""

    key: Key
    issuer: str
    subject: str


class SignedIn(NamedTuple):
    """Somebody whose password was right. `kept` is what was kept of it at that moment."""

    key: Key
    kept: str


class People:
    """The people of one data directory. Safe to use from several threads and processes.

    Every method raises StorageError. Those that look at a password take a fraction of a second.
    """

    def __init__(
        self, directory: Path, ring: KeyRing, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        """Open them, making their file if need be. `ring` is of the same directory."""
        self._file = File(
            store.folder(directory) / "people.sqlite", Layout((_TABLES,)), "the accounts"
        )
        self._ring = ring
        self._pepper = store.pepper(directory)
        self._tries = Tries(self._file, self._pepper, now)
        self.links = Links(directory)
        self.sessions = Sessions(self._file, self._pepper, now)

    def close(self) -> None:
        """Close the database; the ring stays open."""
        self.sessions.close()

    def create(
        self,
        name: str,
        password: str,
        role: Role,
        limits: Limits = NO_LIMITS,
        collections: Sequence[str] = (PUBLIC,),
    ) -> Person:
        """Make an account of this machine, which sees the posts of some collections.

        Raises UsageError for a name or a password that cannot be, or a name that is taken: one
        whose account was closed is free again.
        """
        subject = _subject(name)
        if role is Role.CARD_ONLY:
            raise UsageError("a card-only key stands in pages: nobody signs in with one")
        made = passwords.kept(passwords.checked(password, name), self._pepper)
        before = self._row(HERE, subject)
        if before is not None and self._ring.stands(before[0]):
            raise UsageError(f"there is an account {name!r}", hint="give it a new password instead")
        key = self._add(HERE, subject, name.strip(), role, limits, made, collections)
        return Person(key, HERE, subject)

    def set_password(self, name: str, password: str) -> Person:
        """Give an account another password, and end its sessions. Raises NotFound, UsageError."""
        person = self.find(name)
        if person.issuer != HERE:
            raise UsageError(f"{name!r} signs in through {person.issuer!r}, not with a password")
        made = passwords.kept(passwords.checked(password, person.subject), self._pepper)
        with self._file.opened() as database:
            database.execute(
                "UPDATE people SET password = ? WHERE key_id = ?", (made, person.key.id)
            )
        self._tries.clear(person.subject)
        self.sessions.end_all(person.key.id)
        return person

    def sign_in(self, name: str, password: str) -> SignedIn:
        """Return the account of a name and its password. Raises SignInFailed, TooManyTries.

        A name that is not there takes as long as a wrong password, and says the same.
        """
        subject = _folded(name)
        self._tries.begin(subject)
        found = self._row(HERE, subject)
        key = self._ring.held(found[0]) if found else None
        made = found[1] if found else None
        right = passwords.same(password, made, self._pepper)
        if not right or made is None or key is None or not self._ring.stands(key.id):
            raise SignInFailed(WRONG)
        self._tries.clear(subject)
        return SignedIn(key, made)

    def arrived(self, issuer: str, subject: str, name: str, role: Role) -> Key:
        """Return the key of somebody whom a provider vouches for, made at the first time.

        Role and name are as the provider says now. Raises SignInFailed for one who was shut out.
        """
        shown = _shown(name) or "?"
        found = self._row(issuer, subject)
        if found is None:
            return self._add(issuer, subject, shown, role, NO_LIMITS, None)
        if not self._ring.stands(found[0]):
            raise SignInFailed(
                "this account was closed", hint="whoever keeps this siyaq can say why"
            )
        return self._ring.assign(found[0], role, shown)

    def find(self, name: str) -> Person:
        """Return somebody by the id of their key, or by the name of an account. Raises NotFound."""
        folded, found = _folded(name), self.listed()
        for person in found:
            if person.key.id == name:
                return person
        for person in reversed(found):  # a name that was closed may stand again
            if person.issuer == HERE and person.subject == folded:
                return person
        raise NotFound(f"nobody is called {name[:100]!r}", hint="see 'siyaq accounts list'")

    def listed(self) -> list[Person]:
        """Return everybody who was ever let in, the first one first."""
        with self._file.opened() as database:
            rows = database.execute("SELECT key_id, issuer, subject FROM people ORDER BY rowid")
            found = [(self._ring.held(key_id), *rest) for key_id, *rest in rows.fetchall()]
        return [Person(key, *rest) for key, *rest in found if key is not None]

    def has_accounts(self) -> bool:
        """Say whether anybody can sign in with a password."""
        return any(one.issuer == HERE and self._ring.stands(one.key.id) for one in self.listed())

    def shut_out(self, name: str) -> Person:
        """Close somebody's account and end their sessions; they cannot sign in again. NotFound."""
        person = self.find(name)
        self._ring.revoke(person.key.id)
        self.sessions.end_all(person.key.id)
        return person

    def forget(self, name: str) -> Person:
        """Shut somebody out, and let their provider bring them again as somebody new. NotFound."""
        person = self.shut_out(name)
        with self._file.opened() as database:
            database.execute("DELETE FROM people WHERE key_id = ?", (person.key.id,))
        return person

    def _add(
        self,
        issuer: str,
        subject: str,
        name: str,
        role: Role,
        limits: Limits,
        password: str | None,
        collections: Sequence[str] = (PUBLIC,),
    ) -> Key:
        key, _ = self._ring.create(  # its secret is nobody's
            role, name=name, limits=limits, collections=collections
        )
        with self._file.changed() as database:
            before = database.execute(
                "SELECT key_id FROM people WHERE issuer = ? AND subject = ?", (issuer, subject)
            ).fetchone()
            if before is None or not self._ring.stands(before[0]):
                database.execute(
                    "INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?)",
                    (key.id, issuer, subject, password),
                )
                return key
        self._ring.revoke(key.id)  # another process was first
        if password is not None:
            raise UsageError(f"there is an account {name!r}")
        kept = self._ring.held(before[0])
        assert kept is not None
        return kept

    def _row(self, issuer: str, subject: str) -> tuple[str, str | None] | None:
        with self._file.opened() as database:
            found: tuple[str, str | None] | None = database.execute(
                "SELECT key_id, password FROM people WHERE issuer = ? AND subject = ?",
                (issuer, subject),
            ).fetchone()
        return found


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def _subject(name: str) -> str:
    """Return the name that an account is known by, whatever its case. Raises UsageError."""
    if not 1 <= len(name.strip()) <= MAX_NAME_CHARS or _shown(name) != name.strip():
        raise UsageError(f"an account has a printable name of at most {MAX_NAME_CHARS} characters")
    return _folded(name)


def _shown(name: str) -> str:
    """Return what can be shown of a name from elsewhere."""
    visible = "".join(c for c in name if c.isprintable())
    return " ".join(visible.split())[:MAX_NAME_CHARS]
