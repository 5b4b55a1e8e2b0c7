"""RSS and Atom feeds, polled."""

from siyaq.sources.rss.source import FeedSource

__all__ = ["FeedSource"]
