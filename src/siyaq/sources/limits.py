"""How much of anything we take from outside, checked before it is parsed.

What names a thing (an id) is refused beyond its limit; what decorates it is cut.
"""

from __future__ import annotations

LINE_BYTES = 2**20
"""One record of any source, as it came."""

JSON_DEPTH = 64
"""Arrays and objects inside one another."""

TEXT_CHARS = 200_000
"""The text of a post or an article. Longer is refused, not cut: half a text misleads."""

TITLE_CHARS = 1_000
ID_CHARS = 512
NAME_CHARS = 256
SOURCE_CHARS = 64
URL_CHARS = 2_048
ALT_CHARS = 5_000

LINKS = 100
MEDIA = 32
FACETS = 500

EXTRA_BYTES = 32 * 1024
"""All unknown fields of one post together, as MessagePack."""

BATCH_EVENTS = 500
"""Changes in one batch, at most."""
