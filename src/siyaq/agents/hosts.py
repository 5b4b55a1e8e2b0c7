"""Which hosts a run may visit."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from siyaq.core.errors import QueryError
from siyaq.sources.visitor import host_of

_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63}){0,20}")


def plain_host(url: str) -> str:
    """Return the host of a URL as it is compared, "" for what is none."""
    return host_of(url).lower().rstrip(".")


def allows(hosts: Collection[str], url: str) -> bool:
    """Say whether a URL leads to one of `hosts` or to a name under it; no address has any."""
    host = plain_host(url)
    named = not host.replace(".", "").isdecimal()
    return any(host == one or (named and host.endswith(f".{one}")) for one in hosts)


def read_hosts(names: Sequence[str]) -> frozenset[str]:
    """Read the hosts of an allow-list. Raises QueryError for what is no host's name."""
    hosts = frozenset(name.strip().lower().strip(".") for name in names)
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise QueryError(f"{host!r} is not the name of a host", hint="write example.org")
    return hosts
