"""Processes of asyncio's that are killed leave nothing behind, whoever is in a hurry."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings

import pytest

from siyaq.processes import reaped, started

pytestmark = pytest.mark.anyio

TALKS = "import os; os.fork(); os.write(1, b'x')\nwhile True: os.write(1, b'x' * 65536)"
"""Says more than anybody reads, and has a child that holds its output open."""


async def talker() -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", TALKS),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    await process.stdout.read(1)
    return process


async def test_a_process_that_still_talks_is_gone() -> None:
    process = await talker()
    await reaped(process)
    assert process.returncode == -9
    await reaped(process)  # and once more does nothing


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_who_is_cancelled_meanwhile_leaves_no_process_behind(turns: int) -> None:
    process = await talker()
    reaping = asyncio.create_task(reaped(process))
    await asyncio.sleep(0)
    for _ in range(turns):
        reaping.cancel()
        await asyncio.sleep(0)
    if turns:
        with pytest.raises(asyncio.CancelledError):
            await reaping
    else:
        await reaping
    assert process.returncode == -9


def test_nothing_of_it_is_left_to_the_collector() -> None:
    async def hurried() -> None:
        process = await talker()
        reaping = asyncio.create_task(reaped(process))
        await asyncio.sleep(0)
        reaping.cancel()  # as the end of the loop does

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(hurried())
        gc.collect()


@pytest.mark.parametrize("turns", range(1, 9))
def test_who_is_cancelled_twice_while_it_starts_has_none(turns: int) -> None:
    async def hurried() -> None:
        starting = asyncio.create_task(started(asyncio.create_subprocess_exec(
            sys.executable, "-c", TALKS,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )))  # fmt: skip
        for _ in range(turns):
            await asyncio.sleep(0)
        for _ in range(2):  # once would do for asyncio itself
            starting.cancel()
            await asyncio.sleep(0)
        try:
            process = await starting
        except asyncio.CancelledError:
            return
        await reaped(process)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(hurried())
        gc.collect()
