"""Files of a run's own: written, read and listed inside its folder, and nowhere else."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import msgspec

from siyaq.agents.tool import Act, AnyTool, Done, Tool
from siyaq.core.errors import DiskFull, NotFound, StorageError, UsageError

MAX_FILE_BYTES = 1024 * 1024
MAX_WORKSPACE_BYTES = 64 * 1024 * 1024
MAX_FILES = 1000

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Write(msgspec.Struct, forbid_unknown_fields=True):
    """Text to be kept under a name."""

    path: Name
    text: Annotated[str, msgspec.Meta(max_length=MAX_FILE_BYTES)]


class Read(msgspec.Struct, forbid_unknown_fields=True):
    """A file to be read."""

    path: Name


class Everything(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing to be said."""


def tools() -> list[AnyTool]:
    """Return the tools of a workspace. What was written may be words from outside."""
    return [
        Tool(
            name="write_file",
            about="Keep text as a file of this run.",
            arguments=Write,
            run=_write,
            sinks=frozenset({"path"}),
            seconds=10.0,
        ),
        Tool(
            name="read_file",
            about="Read a file of this run.",
            arguments=Read,
            run=_read,
            outside=True,
            seconds=10.0,
        ),
        Tool(
            name="list_files",
            about="List the files of this run.",
            arguments=Everything,
            run=_list,
            seconds=10.0,
        ),
    ]


def inside(folder: Path, name: str) -> Path:
    """Return the path of a file in a workspace. Raises UsageError for one that leads out of it."""
    if "\x00" in name or name.startswith(("/", "~")) or "\\" in name:
        raise UsageError(f"{name!r} is not a path within the workspace")
    path = folder / name
    real = Path(os.path.realpath(path))
    if real == folder or not real.is_relative_to(Path(os.path.realpath(folder))):
        raise UsageError(f"{name!r} leads out of the workspace")
    return real


async def _write(asked: Write, act: Act) -> Done:
    return await asyncio.to_thread(_written, asked, act.workspace)


def _written(asked: Write, folder: Path) -> Done:
    document = asked.text.encode("utf-8", "surrogatepass")
    if len(document) > MAX_FILE_BYTES:
        raise UsageError(f"the file has {len(document)} bytes, {MAX_FILE_BYTES} at most")
    keep(folder, asked.path, document)
    return Done({"path": asked.path, "bytes": len(document)})


def keep(folder: Path, name: str, document: bytes) -> None:
    """Write a file of a workspace, whole or not at all. Raises UsageError, StorageError."""
    path = inside(folder, name)
    held = [one for one in folder.rglob("*") if one.is_file() and one != path]
    if len(held) >= MAX_FILES:
        raise UsageError(f"the workspace has {len(held)} files, {MAX_FILES} at most")
    if sum(one.stat().st_size for one in held) + len(document) > MAX_WORKSPACE_BYTES:
        raise UsageError(f"the workspace would exceed {MAX_WORKSPACE_BYTES} bytes")
    staged = path.with_name(f".{path.name[:100]}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(document)
        staged.replace(path)  # whole, or as it was
    except OSError as error:
        kind = DiskFull if error.errno == 28 else StorageError
        raise kind(f"cannot write {name!r}: {error.strerror}") from error


async def _read(asked: Read, act: Act) -> Done:
    path = inside(act.workspace, asked.path)
    if not path.is_file():
        raise NotFound(f"there is no file {asked.path!r}")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise UsageError(f"{asked.path!r} has more than {MAX_FILE_BYTES} bytes")
    text = await asyncio.to_thread(path.read_text, "utf-8", "replace")
    return Done({"path": asked.path, "text": text})


async def _list(_: Everything, act: Act) -> Done:
    def names() -> list[dict[str, object]]:
        found = (path for path in sorted(act.workspace.rglob("*")) if path.is_file())
        return [
            {"path": str(path.relative_to(act.workspace)), "bytes": path.stat().st_size}
            for path in found
        ]

    return Done({"files": await asyncio.to_thread(names)})
