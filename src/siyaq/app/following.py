"""Which sources are followed: those of the settings, and those that were added while it ran.

What was added or paused stands in `followed.json` of the data directory, and holds at the next
start. One object for each server; everything here runs on its event loop.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

from siyaq.app.intake import Intake
from siyaq.config import FollowSetting
from siyaq.core.errors import NotFound, SiyaqError, StorageError, UsageError
from siyaq.core.ports import SourceAdapter
from siyaq.core.reports import Followed
from siyaq.plugins import Registry

NAME = "followed.json"
MOST = 100
URL_CHARS = 2000


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """One source in the file. One of the settings stands there while it is paused."""

    url: str
    name: str | None = None
    paused: bool = False
    added: bool = False


class Following:
    """The followed sources of one server. Raises ConfigError for one of `given` nobody speaks."""

    def __init__(self, directory: Path, registry: Registry, given: Sequence[FollowSetting]) -> None:
        self._path = directory / NAME
        self._registry = registry
        self._opened = {
            (one.url, one.name): registry.open_source(one.url, one.name) for one in given
        }
        self._given = [_Kept(one.url, one.name) for one in given]
        self._entries: dict[str, _Kept] = {}
        self._told: dict[str, Followed] = {}
        self._running: dict[str, tuple[SourceAdapter, asyncio.Task[object]]] = {}
        self._turn = asyncio.Lock()
        self._intake: Intake | None = None

    @asynccontextmanager
    async def running(self, intake: Intake) -> AsyncIterator[None]:
        """Follow what is not paused until the block ends. Raises StorageError."""
        self._intake = intake
        kept = {_name(one): one for one in await asyncio.to_thread(self._read)}
        for one in self._given:
            self._entries[_name(one)] = msgspec.structs.replace(
                one, paused=kept.pop(_name(one), one).paused
            )
        self._entries |= {name: one for name, one in kept.items() if one.added}
        for name, one in self._entries.items():
            self._begin(name, one)
        try:
            yield
        finally:
            tasks = [task for _, task in self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def listed(self) -> list[Followed]:
        """Return what is followed or paused, that of the settings first."""
        return list(self._told.values())

    async def follow(self, url: str, name: str | None) -> Followed:
        """Follow one more. Raises UsageError, ConfigError among them, and StorageError."""
        if len(url) > URL_CHARS or not url.isprintable():
            raise UsageError(f"the address of a source has at most {URL_CHARS} characters")
        _check(url)
        entry = _Kept(url, name, added=True)
        async with self._turn:
            if _name(entry) in self._entries:
                raise UsageError(f"{url[:200]!r} is followed already")
            if len(self._entries) >= MOST:
                raise UsageError(f"no more than {MOST} sources are followed")
            self._opened[url, name] = self._registry.open_source(url, name)
            await self._keep(_name(entry), entry)
            return self._begin(_name(entry), entry)

    async def pause(self, source_id: str, *, paused: bool) -> Followed:
        """Stop following a source for now, or go on where it was left: NotFound, StorageError."""
        async with self._turn:
            entry = msgspec.structs.replace(self._entry(source_id), paused=paused)
            await self._keep(source_id, entry)
            await self._end(source_id)
            return self._begin(source_id, entry)

    async def leave(self, source_id: str) -> None:
        """Follow a source no more; its posts stay. Raises NotFound, UsageError, StorageError."""
        async with self._turn:
            if not self._entry(source_id).added:
                raise UsageError(
                    "this source stands in the settings", hint="pause it, or take it out of them"
                )
            await self._keep(source_id, None)
            await self._end(source_id)
            del self._told[source_id]

    def _entry(self, source_id: str) -> _Kept:
        entry = self._entries.get(source_id)
        if entry is None:
            raise NotFound(f"no source {source_id[:40]!r} is followed")
        return entry

    def _begin(self, source_id: str, entry: _Kept) -> Followed:
        assert self._intake is not None
        told = Followed(
            id=source_id,
            url=entry.url,
            source=entry.name or "",
            added=entry.added,
            paused=entry.paused,
        )
        try:
            adapter = self._adapter(entry)
        except SiyaqError as error:  # it was spoken when it was added
            self._told[source_id] = replace(told, problem=str(error))
            return self._told[source_id]
        self._told[source_id] = replace(told, source=adapter.source)
        if not entry.paused:
            following = self._intake.follow(adapter, entry.url)
            task = asyncio.create_task(following, name=f"follow {entry.url}")
            self._running[source_id] = (adapter, task)
        return self._told[source_id]

    def _adapter(self, entry: _Kept) -> SourceAdapter:
        opened = self._opened.pop((entry.url, entry.name), None)
        return opened or self._registry.open_source(entry.url, entry.name)

    async def _end(self, source_id: str) -> None:
        running = self._running.pop(source_id, None)
        if running is not None and self._intake is not None:
            adapter, task = running
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._intake.leave(adapter, self._told[source_id].url)

    async def _keep(self, source_id: str, entry: _Kept | None) -> None:
        """Write down an entry, or that there is none, before it is acted on."""
        entries = {name: one for name, one in self._entries.items() if name != source_id}
        if entry is not None:
            entries[source_id] = entry
        kept = [one for one in entries.values() if one.added or one.paused]
        await asyncio.to_thread(self._write, kept)
        self._entries = entries

    def _read(self) -> list[_Kept]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[_Kept])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.MsgspecError) as error:
            raise StorageError(
                f"cannot read {str(self._path)!r}: {error}",
                hint="moving the file away loses which sources were added or paused",
            ) from error

    def _write(self, kept: Sequence[_Kept]) -> None:
        staged = self._path.with_suffix(".new")
        try:
            with staged.open("wb") as out:
                out.write(msgspec.json.encode(kept))
                out.flush()
                os.fsync(out.fileno())
            staged.replace(self._path)
        except OSError as error:
            raise StorageError(f"cannot write {str(self._path)!r}: {error.strerror}") from error


def _name(entry: _Kept) -> str:
    return sha256(f"{entry.name or ''} {entry.url}".encode("utf-8", "replace")).hexdigest()[:16]


def _check(url: str) -> None:
    """Refuse what only who keeps the settings may say: a password, a file of this machine."""
    try:
        parts = urlsplit(url)
        named = parts.username is not None or parts.password is not None
    except ValueError as error:
        raise UsageError("the address of a source is not a URL") from error
    if named:
        raise UsageError(
            "the address of a source is shown to readers and holds no password",
            hint="put this source into the settings, with its password in a file or variable",
        )
    for option in parse_qs(parts.query, keep_blank_values=True):
        if option == "map" or option.endswith("_file"):
            raise UsageError(
                f"{option[:40]!r} names a file of this machine",
                hint="put this source into the settings, where files may be named",
            )
