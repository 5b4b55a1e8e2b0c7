"""The seam between a source that is delivered to, and whoever listens for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from siyaq.core.reports import Delivered

__all__ = ["Delivered", "Receiving"]


@runtime_checkable
class Receiving(Protocol):
    """A source adapter that does not fetch: what it yields is handed to it."""

    @property
    def hook(self) -> str:
        """The last part of the path at which it is delivered to; "" for one that wants nothing."""
        ...

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take one delivery, and return once it is durable.

        Raises NotAuthentic, and Overloaded where it cannot be taken now.
        """
        ...


@runtime_checkable
class Confirming(Protocol):
    """A source adapter that is asked, before it is delivered to, whether it wants that."""

    def confirm(self, asked: Mapping[str, str]) -> str:
        """Return the challenge to answer with. Raises NotFound for what was not asked for."""
        ...


def hook_of(adapter: object) -> str:
    """Return the hook at which an adapter wants to be delivered to; "" for one that does not."""
    return adapter.hook if isinstance(adapter, Receiving) else ""
