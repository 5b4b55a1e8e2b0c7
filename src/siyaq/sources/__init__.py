"""Listening: each upstream in its own protocol, and the one path from there into the log.

Owns: admission (bytes become an `Event` or a counted `Rejected`), reconnecting, cursors, gaps,
group commit. A source is one adapter; a pump runs it; the committer makes its batches durable.
Refuses: searching, ranking, anything that reads the index; content that raises.
Concurrency: everything asynchronous here belongs to one event loop; admission is pure.
"""

from siyaq.sources.admit import admit_line
from siyaq.sources.articles import ARTICLE_SUFFIXES, ArticleSource
from siyaq.sources.committer import Committer
from siyaq.sources.jsonl import JsonlSource, JsonlStream
from siyaq.sources.pump import Pump

__all__ = [
    "ARTICLE_SUFFIXES",
    "ArticleSource",
    "Committer",
    "JsonlSource",
    "JsonlStream",
    "Pump",
    "admit_line",
]
