"""Bluesky's Jetstream, in both of its dialects."""

from siyaq.sources.jetstream.source import JetstreamSource

__all__ = ["JetstreamSource"]
