"""Who may come in, and how much they may have."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from siyaq.access import Key, KeyRing
from siyaq.access.account import MOST
from siyaq.app.doctor.finding import Finding, failed
from siyaq.config import Config
from siyaq.core.errors import SiyaqError
from siyaq.core.hosts import is_loopback

SOON = timedelta(days=7)


def findings(config: Config) -> Iterator[Finding]:
    """Look at keys, at the address, and at quotas."""
    folder = config.data / "access"
    keys: list[Key] = []
    if folder.is_dir():
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o077:
            told = f"{str(folder)!r} can be read by others (mode {mode:o})"
            yield Finding("keys", told, f"chmod 700 {folder}")
        try:
            with closing(KeyRing(config.data)) as ring:
                keys = ring.listed()
        except SiyaqError as error:
            yield failed("keys", error)
            return
    yield _standing(keys)
    yield _address(config, keys)
    yield _quotas(config, keys)


def _standing(keys: list[Key]) -> Finding:
    now = datetime.now(UTC)
    stand = [key for key in keys if key.stands(now)]
    if keys and not stand:
        told = f"none of {len(keys)} keys stands: nobody can come in"
        return Finding("keys", told, "make one: siyaq keys create --role admin")
    soon = [key for key in stand if key.expires_at is not None and key.expires_at < now + SOON]
    if soon:
        told = f"key {soon[0].id} ({soon[0].name}) expires on {soon[0].expires_at:%Y-%m-%d}"
        return Finding("keys", told, "make its successor: siyaq keys create")
    return Finding("keys", f"{len(stand)} stand")


def _address(config: Config, keys: list[Key]) -> Finding:
    if is_loopback(config.host):
        return Finding("address", f"{config.host}: this machine alone")
    if not config.keys and not any(key.stands(datetime.now(UTC)) for key in keys):
        told = f"{config.host} can be reached by others, and there is no key: serve will not start"
        return Finding("address", told, "make one: siyaq keys create --role admin")
    if not config.allowed_hosts:
        told = f"{config.host} answers to any name, so that pages elsewhere may rebind to it"
        return Finding("address", told, "name it in serve.allowed_hosts")
    return Finding("address", f"{config.host}, as {', '.join(config.allowed_hosts)}")


def _quotas(config: Config, keys: list[Key]) -> Finding:
    least = MOST["ask"].tokens
    tight = [key.id for key in keys if 0 < (key.limits.tokens or 0) < least]
    if 0 < (config.quotas.tokens or 0) < least:
        tight.insert(0, "quotas.tokens")
    if tight:
        told = f"{tight[0]} is below the {least:,} tokens that an answer may take"
        return Finding("quotas", f"{told}: one at a time", f"allow at least {least:,}")
    return Finding("quotas", "leave room for an answer")
