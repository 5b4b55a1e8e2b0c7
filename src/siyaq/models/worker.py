"""An embedding process: reads texts from standard input, writes rows to standard output.

Run as `python -m siyaq.models.worker`. It lives as long as its standard input is open, so it
ends with its parent, however that ends. It prints no text that it was given.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from siyaq.models.blas import use_one_blas_thread
from siyaq.models.frames import NEARLY
from siyaq.processes import serve_frames

_NICENESS = 5  # embedding what arrives yields to answering who asks


def prepare() -> Callable[[bytes], bytes]:
    """Load the encoder, and return what answers a request."""
    from siyaq.models.encoder import FoldedEncoder  # numpy must come after the BLAS limit

    encoder = FoldedEncoder()
    decode = msgspec.msgpack.Decoder(list[str]).decode

    def work(request: bytes) -> bytes:
        read = encoder.approximate if request[:1] == NEARLY else encoder.encode
        rows: bytes = read(decode(request[1:])).tobytes()
        return rows

    return work


if __name__ == "__main__":
    use_one_blas_thread()
    serve_frames(prepare, niceness=_NICENESS)
