"""An embedding process: reads texts from standard input, writes rows to standard output.

Run as `python -m siyaq.models.worker`. It lives as long as its standard input is open, so it
ends with its parent, however that ends. It prints no text that it was given.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

import msgspec

from siyaq.models.blas import use_one_blas_thread
from siyaq.models.frames import FAILED, NEARLY, ROWS, read_frame, write_frame

_NICENESS = 5  # embedding what arrives yields to answering who asks


def main() -> None:
    """Serve requests until the parent closes the pipe."""
    use_one_blas_thread()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the parent
    os.nice(_NICENESS)
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break a frame
    with suppress(BrokenPipeError):
        serve(sys.stdin.buffer, replies)


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer each request in order; return when there are no more."""
    from siyaq.models.encoder import FoldedEncoder  # numpy must come after the BLAS limit

    encoder = FoldedEncoder()
    decoder = msgspec.msgpack.Decoder(list[str])
    while (request := read_frame(requests)) is not None:
        try:
            read = encoder.approximate if request[:1] == NEARLY else encoder.encode
            reply = ROWS + read(decoder.decode(request[1:])).tobytes()
        except (MemoryError, ValueError) as error:
            reply = FAILED + type(error).__name__.encode()
        write_frame(replies, reply)


if __name__ == "__main__":
    main()
