"""The clerk's process: reads rows of the log, and makes of each what tantivy is told about it.

Run as `python -m siyaq.index.clerk_process`. It holds nothing but the words that it has met.
"""

from __future__ import annotations

import msgspec

from siyaq.index.document import fields
from siyaq.log import EventRow, entry_of
from siyaq.processes import serve_frames

_NICENESS = 5  # indexing much at once yields to answering who asks
_decode = msgspec.msgpack.Decoder(list[EventRow]).decode


def work(request: bytes) -> bytes:
    """Return the fields of the live posts in rows, in order. Raises CorruptionError."""
    entries = map(entry_of, _decode(request))
    return msgspec.msgpack.encode(
        [fields(entry, entry.post) for entry in entries if entry.post is not None]
    )


if __name__ == "__main__":
    serve_frames(work, niceness=_NICENESS)
