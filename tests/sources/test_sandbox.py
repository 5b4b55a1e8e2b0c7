"""A parser that crashes, hangs or eats memory costs one document and nothing else."""

from __future__ import annotations

import asyncio
import io
import os
import resource
import sys
from pathlib import Path

import msgspec
import pytest

from siyaq.sources import sandbox_child
from siyaq.sources.sandbox import Sandbox, SandboxFailed

pytestmark = pytest.mark.anyio

FEED = b"<rss version='2.0'><channel><item><title>rain</title></item></channel></rss>"


class Misbehaving(Sandbox):
    """Runs other code in place of the parsers, under the very same limits."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    async def _start(self) -> asyncio.subprocess.Process:
        script = (
            "import sys; from siyaq.sources import sandbox_child as child\n"
            f"def perform(task, document):\n    {self._code}\n"
            f"child.perform = perform; child.main({self._memory_bytes},"
            " sys.stdin.buffer, sys.stdout.buffer)"
        )
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", script),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )


async def test_one_child_parses_many_documents() -> None:
    sandbox = Sandbox()
    try:
        first = await sandbox.ask("feed", FEED)
        child = sandbox._child
        again = await asyncio.gather(*(sandbox.ask("feed", FEED) for _ in range(3)))
        assert sandbox._child is child
    finally:
        await sandbox.close()
    assert [first] * 3 == again
    entries = first["entries"]
    assert isinstance(entries, list)
    assert entries[0]["title"] == "rain"
    assert child is not None
    assert child.returncode is not None


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import os; os.abort()", "crashed"),
        ("while True: pass", "needed more than 0 s"),
        ("held = bytes(2**30)", "MemoryError"),
        ("open('PROBE', 'wb', buffering=0).write(b'x')", "File too large"),
        ("raise RecursionError('deep')", "RecursionError: deep"),
        ("sys.stdout.buffer.write(b'on the wire' * 99); sys.stdout.flush()", "crashed"),
        ("return object()", "TypeError"),
    ],
    ids=["abort", "spin", "memory", "write", "raise", "garbage", "unencodable"],
)
async def test_whatever_a_parser_does_the_next_document_is_parsed(
    code: str, told: str, tmp_path: Path
) -> None:
    probe = tmp_path / "probe"
    code = code.replace("PROBE", str(probe))
    once = f"if document == b'evil':\n        {code}\n    return {{'ok': 1}}"
    sandbox = Misbehaving(once)
    try:
        with pytest.raises(SandboxFailed, match=told):
            await sandbox.ask("feed", b"evil", cpu_seconds=0)
        assert await sandbox.ask("feed", b"good") == {"ok": 1}
    finally:
        await sandbox.close()
    written = await asyncio.to_thread(lambda: probe.stat().st_size if probe.exists() else 0)
    assert written == 0


async def test_a_parser_that_sleeps_is_killed_at_its_deadline() -> None:
    sandbox = Misbehaving("import time; time.sleep(60)")
    try:
        with pytest.raises(SandboxFailed, match=r"longer than 0\.5 seconds"):
            await sandbox.ask("page", b"", deadline_seconds=0.5)
        assert sandbox._child is None
    finally:
        await sandbox.close()


async def test_giving_up_kills_the_child() -> None:
    sandbox = Misbehaving("import time; time.sleep(60)")
    asking = asyncio.create_task(sandbox.ask("page", b""))
    async with asyncio.timeout(60):
        while sandbox._child is None:  # noqa: ASYNC110 -- a condition, with a deadline
            await asyncio.sleep(0.001)
    pid = sandbox._child.pid
    asking.cancel()
    await asyncio.wait([asking])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_child_answers_each_request_until_there_are_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    requests = io.BytesIO()
    for task in ("feed", "page", "nonsense"):
        message = msgspec.msgpack.encode((task, 1, FEED))
        requests.write(len(message).to_bytes(4, "big") + message)
    requests.seek(0)
    replies = io.BytesIO()
    sandbox_child.main(2**30, requests, replies)
    replies.seek(0)
    answers = []
    while head := replies.read(4):
        answers.append(msgspec.msgpack.decode(replies.read(int.from_bytes(head, "big"))))
    assert len(answers) == 3
    assert answers[2] == "ValueError: unknown task 'nonsense'"
