"""X, through version 2 of its API: filtered stream, mentions, compliance."""

from siyaq.sources.x.source import XSource

__all__ = ["XSource"]
