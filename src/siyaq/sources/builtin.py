"""The sources that come with siyaq, and the URL schemes they speak."""

from __future__ import annotations

from siyaq.core.ports import SourceAdapter
from siyaq.plugins import Register


def register_sources(register: Register) -> None:
    """Call `register` once for each scheme that siyaq itself can follow."""
    for scheme in ("jetstream", "jetstream+ws", "jetstream+wss"):
        register(scheme, _jetstream)
    for scheme in ("rss+https", "rss+http"):
        register(scheme, _feed)


# Imported where they are used: a command that follows nothing need not load web libraries.


def _jetstream(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.jetstream import JetstreamSource

    return JetstreamSource(url, source=name or "bluesky")


def _feed(url: str, name: str | None) -> SourceAdapter:
    from siyaq.sources.rss import FeedSource

    return FeedSource(url, source=name)
