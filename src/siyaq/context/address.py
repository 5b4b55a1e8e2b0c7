"""Which post an address leads to, from the address alone: nothing is fetched.

Platforms write the same post in several ways; each names its id somewhere. What is returned are
guesses, the likeliest first: only the log knows which of them it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from siyaq.core.ids import PostId, post_id
from siyaq.text.address import ADDRESS_AT_MOST

_BLUESKY: Final = re.compile(r"/profile/(did:[a-z]+:[^/]+)/post/([^/]+)/?")
_X: Final = re.compile(r"/(?:[^/]+|i/web)/status/(\d{1,20})(?:/.*)?")
_MASTODON: Final = re.compile(r"/(?:@|users/)([^/@]+)(?:@[^/]+)?/(?:statuses/)?(\d{1,20})/?")
_X_HOSTS: Final = frozenset({"x.com", "twitter.com", "www.x.com", "mobile.twitter.com"})


def posts_at(address: str, sources: Iterable[str]) -> list[PostId]:
    """Return the posts that an address may lead to, in each of `sources`."""
    if not 0 < len(address) <= ADDRESS_AT_MOST or not address.isprintable():
        return []
    names = [*dict.fromkeys(_names(address))]
    return [post_id(source, name) for name in names for source in sources]


def _names(address: str) -> Iterator[str]:
    yield address
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        return
    path = unquote(parts.path)
    if found := _BLUESKY.fullmatch(path):
        yield f"at://{found[1]}/app.bsky.feed.post/{found[2]}"
    if host in _X_HOSTS and (found := _X.fullmatch(path)):
        yield found[1]
    elif found := _MASTODON.fullmatch(path):
        yield f"https://{host}/users/{found[1]}/statuses/{found[2]}"
        yield found[2]
    bare = parts._replace(query="", fragment="").geturl()
    yield from (bare, bare.rstrip("/"), f"{bare.rstrip('/')}/")
