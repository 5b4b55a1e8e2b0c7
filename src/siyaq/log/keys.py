"""64-bit keys under which the log's indexes file posts and authors.

A key only finds candidates; the full id decides, so that two ids with one key cannot be mixed
up. A post's key keeps ids close together that were made close together in time: most platforms
count upwards in the last part of their ids (X, Mastodon, atproto record keys), and an index
whose newest keys share a few pages costs as little to extend at ten million posts as at ten.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

_LEADING_CHARS = 6
_SPREAD_BITS = 64 - 6 * _LEADING_CHARS
_SPREAD_MASK = (1 << _SPREAD_BITS) - 1


def _sixbits(byte: int) -> int:
    """Return a byte's place among digits and letters, in order; the rest crowds at the ends."""
    return min(max(byte - 0x2F, 0), 63) if byte < 0x60 else min(byte - 0x60 + 37, 63)


_ORDER = bytes(_sixbits(byte) for byte in range(256))


@lru_cache(maxsize=4096)  # looked up, then written
def post_key(post_id: str) -> int:
    """Return the key of a post: the start of its id's last part, then 28 bits of its digest."""
    raw = post_id.encode()
    start = max(raw.rfind(b"/"), raw.rfind(b":")) + 1
    key = 0
    for place in raw[start : start + _LEADING_CHARS].ljust(_LEADING_CHARS, b"0").translate(_ORDER):
        key = key << 6 | place
    digest = blake2b(raw, digest_size=8).digest()
    key = key << _SPREAD_BITS | int.from_bytes(digest) & _SPREAD_MASK
    return key - (1 << 63)


@lru_cache(maxsize=65_536)  # the same few people write most posts
def author_key(source: str, author_id: str) -> int:
    """Return the key of an author, spread evenly."""
    name = f"{source}:{author_id}".encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), signed=True)
