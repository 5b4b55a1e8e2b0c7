"""The likeliest problems of an installation, looked for one by one."""

from __future__ import annotations

import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from siyaq.app.opening import source_registry
from siyaq.config import Config
from siyaq.core.errors import AlreadyWriting, NotFound, SiyaqError
from siyaq.core.ports import SourceAdapter
from siyaq.log import LogReader, LogWriter
from siyaq.models import BuiltinEmbedder
from siyaq.sources.condition import Needy

LOW_DISK_BYTES = 2 * 2**30
"""Less than this free, and a busy stream fills the disk within hours."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at; `remedy` is empty where all is well."""

    about: str
    told: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing needs to be done."""
        return not self.remedy


def diagnose(config: Config) -> list[Finding]:
    """Look at one thing after another; one that fails hides no other."""
    return [_python(), _disk(config), _data(config), _port(config), _embedder(), *_sources(config)]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < (3, 11)
    return Finding("python", version, "install Python 3.11 or newer" if old else "")


def _disk(config: Config) -> Finding:
    place = config.data if config.data.exists() else config.data.absolute().parent
    free = shutil.disk_usage(place).free
    told = f"{free / 2**30:.1f} GiB free below {str(place)!r}"
    remedy = "free some space: a million posts take about 2 GiB" if free < LOW_DISK_BYTES else ""
    return Finding("disk", told, remedy)


def _data(config: Config) -> Finding:
    place = str(config.data)
    try:
        with LogReader.open(config.data) as reader:
            told = f"{reader.counts().posts:,} posts in {place!r}"
        with LogWriter.open(config.data):
            return Finding("data", told)
    except NotFound:
        if _could_begin(config.data):
            return Finding("data", f"nothing in {place!r} yet")
        return Finding("data", f"{place!r} holds something else", "give another --data directory")
    except AlreadyWriting:
        return Finding("data", f"{told}, being written now")
    except SiyaqError as error:
        return _failed("data", error)


def _could_begin(place: Path) -> bool:
    """Say whether a writer would begin a log here, or go on with one that was cut short."""
    if not place.exists():
        return True
    if not place.is_dir():
        return False
    return (place / "LOCK").exists() or all(entry.name == "models" for entry in place.iterdir())


def _port(config: Config) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            told = f"{config.host}:{config.port} cannot be used: {error.strerror}"
            return Finding("port", told, "give another --port")
    return Finding("port", f"{config.host}:{config.port} is free")


def _embedder() -> Finding:
    try:
        with BuiltinEmbedder() as embedder:
            embedder.embed(["سياق", "context"])
            return Finding("embedder", f"{embedder.name} loads")
    except SiyaqError as error:
        return _failed("embedder", error)


def _sources(config: Config) -> list[Finding]:
    registry = source_registry()
    found = [
        Finding("plugin", f"{problem.plugin!r} was not loaded: {problem.error}", "upgrade it")
        for problem in registry.problems
    ]
    for source in config.sources:
        try:
            adapter = registry.open_source(source.url, source.name)
        except SiyaqError as error:
            found.append(_failed("source", error))
        else:
            found.append(_source(adapter))
    return found


def _source(adapter: SourceAdapter) -> Finding:
    lacks = adapter.lacks if isinstance(adapter, Needy) else ""
    told = f"{adapter.source}: {lacks}" if lacks else f"{adapter.source} has what it needs"
    page = "see docs/sources for how to get it" if lacks else ""
    return Finding("source", told, page)


def _failed(about: str, error: SiyaqError) -> Finding:
    return Finding(about, str(error), error.hint or "see the message")
