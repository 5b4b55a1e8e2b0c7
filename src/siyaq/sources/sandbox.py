"""Parsers of hostile documents, run in a child process with little memory and little time.

What they choke on costs one document: the child is killed and the next document gets another.
The child is not cut off from the network; it is never given an address.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Literal

import msgspec

from siyaq.processes import reaped, started

Task = Literal["feed", "page", "picture"]

MEMORY_BYTES = 512 * 2**20
CPU_SECONDS = 2
DEADLINE_SECONDS = 10.0
_REPLY_BYTES = 64 * 2**20
_LENGTH_BYTES = 4


class SandboxFailed(Exception):
    """The child crashed, ran out of time or memory, or raised; the message says which."""


class Sandbox:
    """One child at a time, started when it is first needed. Use from one event loop."""

    def __init__(self, *, memory_bytes: int = MEMORY_BYTES) -> None:
        self._memory_bytes = memory_bytes
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(
        self,
        task: Task,
        document: bytes,
        *,
        cpu_seconds: int = CPU_SECONDS,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> dict[str, object]:
        """Return what `task` makes of `document`. Raises SandboxFailed."""
        request = msgspec.msgpack.encode((task, cpu_seconds, document))
        async with self._turn:
            try:
                async with asyncio.timeout(deadline_seconds):
                    reply = await self._exchange(request)
            except TimeoutError as error:
                await self._kill()
                raise SandboxFailed(f"took longer than {deadline_seconds:g} seconds") from error
            except (OSError, EOFError) as error:
                await self._kill()
                told = f"crashed, or needed more than {cpu_seconds} s or {self._memory_bytes} bytes"
                raise SandboxFailed(told) from error
            except asyncio.CancelledError:
                await self._kill()
                raise
        made = msgspec.msgpack.decode(reply)
        if isinstance(made, str):
            raise SandboxFailed(made)
        assert isinstance(made, dict)
        return made

    async def close(self) -> None:
        """End the child, if there is one."""
        async with self._turn:
            await self._kill()

    async def _exchange(self, request: bytes) -> bytes:
        child = self._child = self._child or await self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(len(request).to_bytes(_LENGTH_BYTES, "big") + request)
        await child.stdin.drain()
        length = int.from_bytes(await child.stdout.readexactly(_LENGTH_BYTES), "big")
        if length > _REPLY_BYTES:
            raise EOFError(f"reply of {length} bytes, limit {_REPLY_BYTES}")
        return await child.stdout.readexactly(length)

    async def _start(self) -> asyncio.subprocess.Process:
        starting = asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-m", "siyaq.sources.sandbox_child", str(self._memory_bytes)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await started(starting)

    async def _kill(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await reaped(child)
