"""The seam between a source that is delivered to, and whoever listens for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from siyaq.core.product import Delivered

__all__ = ["Delivered", "Receiving"]


@runtime_checkable
class Receiving(Protocol):
    """A source adapter that does not fetch: what it yields is handed to it."""

    @property
    def hook(self) -> str:
        """The last part of the path at which it is delivered to."""
        ...

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take one delivery, and return once it is durable.

        Raises NotAuthentic, and Overloaded where it cannot be taken now.
        """
        ...
