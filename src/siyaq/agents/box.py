"""A box for programs that nobody trusts: no network, nothing of the machine but its programs.

Made by bubblewrap (`bwrap`), with namespaces of its own for processes, mounts, users, IPC and
network, and no capability. All that can be written is a copy of the workspace, and a small
`/tmp`. Memory, CPU, processes and file sizes are limited by rlimits, time and the size of the
copy by us. Whatever stays behind dies with the box.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from siyaq.core.errors import UsageError

MEMORY_BYTES = 512 * 1024 * 1024
FILE_BYTES = 16 * 1024 * 1024
COPY_BYTES = 64 * 1024 * 1024
PROCESSES = 64
OUTPUT_BYTES = 256 * 1024
PYTHON = "/usr/bin/python3"
_CPU_SECONDS = 30
_OPEN_FILES = 256
_LOOK_SECONDS = 0.1
_SEEN = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives", "/etc/ld.so.cache")
_NOBODY_FROM = 200_000  # ids that no account of this machine has
_NOBODIES = 1_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program did. `exit_code` is negative for the signal that ended it."""

    exit_code: int
    output: str
    cut: bool  # there was more output
    ended_by: str = ""  # the limit that ended it


def available() -> bool:
    """Say whether the box can be made on this machine."""
    return all(shutil.which(program) for program in ("bwrap", "prlimit", "setpriv"))


def has_python() -> bool:
    """Say whether Python can be run in the box: the system's own, the only one it sees."""
    return Path(PYTHON).exists()


async def run(program: Sequence[str], workspace: Path) -> Outcome:
    """Run a program on a copy of `workspace`, and take over the files it leaves there.

    A program that is ended leaves the workspace as it was. Raises UsageError for a workspace
    that is too large.
    """
    outer = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="siyaq-box-"))
    try:
        owner = await asyncio.to_thread(_copied, workspace, outer)
        return await _boxed(program, outer / "work", owner, workspace)
    finally:
        await asyncio.to_thread(shutil.rmtree, outer, ignore_errors=True)


async def _boxed(program: Sequence[str], copy: Path, owner: int | None, workspace: Path) -> Outcome:
    process = await asyncio.create_subprocess_exec(
        *_command(copy, owner),
        *program,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": "/usr/sbin:/usr/bin:/bin"},  # /proc/1/environ in the box is bwrap's own
        start_new_session=True,
    )
    watch = asyncio.create_task(_watched(process, copy))
    try:
        output, cut = await _read(process)
    finally:
        await _ended(process)
        watch.cancel()
        (grown,) = await asyncio.gather(watch, return_exceptions=True)
    assert process.returncode is not None
    ended_by = "disk" if grown is True else "output" if cut else ""
    if not ended_by:
        await asyncio.to_thread(_take_over, copy, workspace)
    return Outcome(process.returncode, output, cut, ended_by)


def _command(copy: Path, owner: int | None) -> list[str]:
    """Return the command that makes the box around whatever follows it."""
    become: list[str] = []
    if owner is not None:
        become = ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
        become += ["--no-new-privs", "--"]
    binds = [part for one in _SEEN if Path(one).exists() for part in ("--ro-bind", one, one)]
    return [
        *become,
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", "/workspace"),
        *("--setenv", "LANG", "C.UTF-8", "--hostname", "box"),
        *binds,
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--size", str(FILE_BYTES), "--tmpfs", "/tmp"),  # noqa: S108 -- the box's own
        *("--bind", str(copy), "/workspace", "--chdir", "/workspace", "--remount-ro", "/", "--"),
        *("prlimit", f"--as={MEMORY_BYTES}", f"--fsize={FILE_BYTES}", f"--cpu={_CPU_SECONDS}"),
        *(f"--nofile={_OPEN_FILES}", f"--nproc={PROCESSES}", "--core=0", "--"),
    ]


def _copied(workspace: Path, outer: Path) -> int | None:
    """Copy a workspace to `outer`/work; return the user who owns the copy where that is not us.

    Root's processes obey no limit on their number, so root gives it to a user of no account.
    """
    if _size(workspace) > COPY_BYTES:
        raise UsageError(f"the workspace has more than {COPY_BYTES} bytes")
    copy = outer / "work"
    shutil.copytree(workspace, copy, symlinks=True)
    if os.geteuid() != 0:
        return None
    owner = _NOBODY_FROM + secrets.randbelow(_NOBODIES)
    outer.chmod(0o711)
    for path in (copy, *copy.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)
    return owner


def _size(folder: Path) -> int:
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # gone, or not ours to see
                total += os.lstat(os.path.join(base, name)).st_size  # noqa: PTH118 -- hot
    return total


async def _watched(process: asyncio.subprocess.Process, copy: Path) -> bool:
    """Kill the box once its copy has grown too large, and say so."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if await asyncio.to_thread(_size, copy) > COPY_BYTES:
            _kill(process)
            return True


async def _read(process: asyncio.subprocess.Process) -> tuple[str, bool]:
    assert process.stdout is not None
    told = bytearray()
    while piece := await process.stdout.read(65_536):
        told += piece
        if len(told) > OUTPUT_BYTES:
            return told[:OUTPUT_BYTES].decode("utf-8", "replace"), True
    await process.wait()
    return told.decode("utf-8", "replace"), False


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Kill the box and wait until it is gone.

    What it had said is read to the end: a pipe that nobody reads keeps the wait from ending.
    """
    assert process.stdout is not None
    _kill(process)
    while await process.stdout.read(65_536):
        pass
    await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _take_over(copy: Path, workspace: Path) -> None:
    """Bring plain files back; links, pipes and what lies behind them stay out."""
    kept: set[Path] = set()
    for base, folders, names in os.walk(copy):
        folders[:] = [name for name in folders if not (Path(base) / name).is_symlink()]
        for name in names:
            path = Path(base) / name
            if path.is_symlink() or not path.is_file():
                continue
            here = workspace / path.relative_to(copy)
            here.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, here, follow_symlinks=False)
            kept.add(here)
    for path in sorted(workspace.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):  # not empty
                path.rmdir()
        elif path not in kept:
            path.unlink()
