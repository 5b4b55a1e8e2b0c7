"""Keys of a data directory, from the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

from siyaq.access import Amount, AuditEntry, AuditLog, Budget, Key, KeyRing, Limits, Owners, Role
from siyaq.access.collections import ALL, PUBLIC
from siyaq.config import Config
from siyaq.core.errors import ConfigError

US = "cli"
"""Who it was, in the record of changes, where the command line was used."""


def create(
    config: Config,
    role: Role,
    *,
    name: str,
    origins: Sequence[str],
    days: int | None,
    limits: Limits,
    collections: Sequence[str] = (),
) -> tuple[Key, str]:
    """Make a key; return what is kept of it and the key itself. Raises UsageError."""
    named = config.collections.checked(collections)
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    with opened(config) as ring:
        kept, key = ring.create(
            role,
            name=name,
            origins=origins,
            expires_at=expires_at,
            limits=limits,
            collections=named,
        )
    AuditLog(config.data).begin(US, f"create {kept.role} key {kept.id}", 201)
    return kept, key


def listed(config: Config) -> list[Key]:
    """Return every key that was ever made."""
    with opened(config) as ring:
        return ring.listed()


def limit(config: Config, key_id: str, limits: Limits) -> None:
    """Give a key limits. A running server goes by them from its next request on: NotFound."""
    with opened(config) as ring:
        ring.limit(key_id, limits)
    AuditLog(config.data).begin(US, f"limit key {key_id}", 204)


def spent(config: Config) -> list[tuple[Key, Amount, Limits]]:
    """Return what each key that stands has used in the window, and what it may use."""
    now = datetime.now(UTC)
    with closing(budget(config)) as book:
        return [
            (key, book.used(key.id), key.limits.over(book.defaults))
            for key in listed(config)
            if key.stands(now)
        ]


def budget(config: Config, outcome: Callable[[str], None] = lambda _: None) -> Budget:
    """Return the book of what keys use, to be closed by the caller; `outcome` as `Budget`."""
    return Budget(
        config.data,
        defaults=config.quotas,
        window_seconds=config.quota_seconds,
        outcome=outcome,
    )


def revoke(config: Config, key_id: str) -> None:
    """Revoke a key. A running server refuses it from its next request on. Raises NotFound."""
    with opened(config) as ring:
        ring.revoke(key_id)
    AuditLog(config.data).begin(US, f"revoke key {key_id}", 204)


def require_collections(ring: KeyRing, config: Config) -> None:
    """Refuse to go on without a collection that some key was made for. Raises ConfigError.

    Its sources would be public: the file of settings is another one, or has lost a line.
    """
    now = datetime.now(UTC)
    known = {*config.collections.names, PUBLIC, ALL}
    for key in ring.listed():
        lost = [name for name in key.collections if name not in known]
        if lost and key.stands(now):
            raise ConfigError(
                f"key {key.id} sees the collection {lost[0]!r}, which is not in the settings",
                hint=f"add it to [collections], or 'siyaq keys revoke {key.id}'",
            )


def audit(config: Config, limit: int) -> list[AuditEntry]:
    """Return what keys have changed, the newest first."""
    return AuditLog(config.data).newest(limit)


@contextmanager
def owners(config: Config) -> Iterator[Owners]:
    """Lend what knows the keys behind runs that some server has begun."""
    with opened(config) as ring:
        yield Owners(ring, collections=config.collections)


@contextmanager
def opened(config: Config) -> Iterator[KeyRing]:
    """Lend the keys of a data directory."""
    ring = KeyRing(config.data)
    try:
        yield ring
    finally:
        ring.close()
