"""Mastodon, and the servers that speak its streaming API."""

from siyaq.sources.mastodon.source import MastodonSource

__all__ = ["MastodonSource"]
