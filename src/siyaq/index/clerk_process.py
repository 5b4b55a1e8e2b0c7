"""The clerk's process: reads rows of the log, and makes of each what tantivy is told about it.

Run as `python -m siyaq.index.clerk_process`. It holds nothing but the words that it has met.
"""

from __future__ import annotations

import msgspec

from siyaq.index.document import told_of
from siyaq.log import EventRow
from siyaq.processes import serve_frames

_NICENESS = 5  # indexing much at once yields to answering who asks
_decode = msgspec.msgpack.Decoder(list[EventRow]).decode


def work(request: bytes) -> bytes:
    """Answer a request: rows in, what `told_of` makes of them out."""
    return msgspec.msgpack.encode(list(told_of(_decode(request))))


if __name__ == "__main__":
    serve_frames(lambda: work, niceness=_NICENESS)
