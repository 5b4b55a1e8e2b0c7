"""The parent's side of one child: start it, ask it several things at once, notice its loss."""

from __future__ import annotations

import fcntl
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from siyaq.processes.frames import FAILED, LENGTH

_STOP_SECONDS: Final = 5.0
_PIPE_BYTES: Final = 1 << 20  # so that a child need not wait for us, nor we for it


class ChildLost(Exception):
    """A child died, hung or broke the protocol, or its work failed. It is then no use."""


class Child:
    """One process that runs a module of ours. Not safe for threads."""

    def __init__(self, module: str) -> None:
        """Start `python -m module`, which calls `serve_frames`. Raises ChildLost."""
        command = [sys.executable, "-P", "-m", module]
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own module, no outside input
                command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as error:
            raise ChildLost(f"cannot start: {error.strerror}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in = self._process.stdin.fileno()
        self._out = self._process.stdout.fileno()
        self._ready = False
        self._read = bytearray()
        for pipe in (self._in, self._out):
            os.set_blocking(pipe, False)
            with suppress(OSError):  # more than this system grants us
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ready(self) -> bool:
        """Say, without waiting, whether it has started. Raises ChildLost where it never will."""
        if not self._ready:
            self._receive()
            self._ready = self._frame() is not None
        return self._ready

    def ask(self, request: bytes, timeout_seconds: float) -> bytes:
        """Return the reply to one request. Raises ChildLost as `exchange` does."""
        (reply,) = self.exchange([request], timeout_seconds)
        return reply

    def exchange(self, requests: Sequence[bytes], timeout_seconds: float) -> Iterator[bytes]:
        """Yield the reply to each request, in order, while it works on the next.

        Waits for it to be ready first. All replies must be taken before anything else is asked.
        Raises ChildLost, also when a reply takes longer than `timeout_seconds`, or is a failure.
        """
        unsent = [memoryview(LENGTH.pack(len(each)) + each) for each in requests]
        for _ in requests:
            deadline = time.monotonic() + timeout_seconds
            while (reply := self._reply()) is None:
                self._wait(deadline, sending=bool(unsent))
                self._send(unsent)
                self._receive()
            self._send(unsent)
            if reply[:1] == FAILED:
                raise ChildLost(f"failed with {reply[1:].decode(errors='replace')}")
            yield reply[1:]

    def stop(self, *, kill: bool) -> None:
        """End the process and reap it: by closing its pipe, or by force."""
        if kill:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self, deadline: float, *, sending: bool) -> None:
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        if sending:
            poll.register(self._in, select.POLLOUT)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise ChildLost("gave no sign of life in time")

    def _send(self, unsent: list[memoryview]) -> None:
        """Write as much of what is unsent as the pipe takes now, taking it off the list."""
        try:
            while unsent:
                unsent[0] = unsent[0][os.write(self._in, unsent[0]) :]
                if not unsent[0]:
                    del unsent[0]
        except BlockingIOError:
            return
        except OSError as error:
            raise ChildLost(f"hung up: {error.strerror}") from error

    def _receive(self) -> None:
        """Read what is there now."""
        with suppress(BlockingIOError):
            while piece := os.read(self._out, _PIPE_BYTES):
                self._read += piece
            raise ChildLost("hung up")

    def _reply(self) -> bytes | None:
        """Take the next whole frame after the one that says that it is ready."""
        frame = self._frame()
        if frame is None or self._ready:
            return frame
        self._ready = True
        return self._frame()

    def _frame(self) -> bytes | None:
        """Take the next whole frame from what was read."""
        if len(self._read) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self._read)
        end = LENGTH.size + length
        if len(self._read) < end:
            return None
        frame = bytes(self._read[LENGTH.size : end])
        del self._read[:end]
        return frame
