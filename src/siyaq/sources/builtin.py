"""The sources that come with siyaq, and the URL schemes they speak."""

from __future__ import annotations

from collections.abc import Callable

from siyaq.core.errors import ConfigError
from siyaq.core.ports import SourceAdapter

Register = Callable[[str, Callable[[str, str | None], SourceAdapter]], None]
"""Takes a URL scheme, and what makes an adapter of a URL and the operator's name for it."""


def register_sources(register: Register) -> None:
    """Call `register` once for each scheme that siyaq itself can follow."""
    for scheme in ("jetstream", "jetstream+ws", "jetstream+wss"):
        register(scheme, _jetstream)
    for scheme in ("rss+https", "rss+http"):
        register(scheme, _feed)


def open_source(url: str, *, name: str | None = None) -> SourceAdapter:
    """Make the built-in adapter that speaks `url`.

    `name` is what its posts' source is called. Raises ConfigError for a scheme that none speaks,
    and for a URL that its adapter cannot use.
    """
    factories: dict[str, Callable[[str, str | None], SourceAdapter]] = {}
    register_sources(factories.__setitem__)
    scheme = url.partition(":")[0].lower()
    if scheme not in factories:
        raise ConfigError(
            f"no source speaks {scheme!r} (of {url!r})", hint=f"one of: {', '.join(factories)}"
        )
    return factories[scheme](url, name)


# Imported where they are used: a command that follows nothing need not load web libraries.


def _jetstream(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.jetstream import JetstreamSource

    return JetstreamSource(url, source=name or "bluesky")


def _feed(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.rss import FeedSource

    return FeedSource(url, source=name)
