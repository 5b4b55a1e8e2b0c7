"""What siyaq leans on: the embedder, chat models, sources and plugins."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from siyaq.app.doctor.finding import Finding, failed
from siyaq.app.opening import source_registry
from siyaq.config import Config
from siyaq.core.errors import SiyaqError
from siyaq.core.ports import SourceAdapter
from siyaq.log import LogReader
from siyaq.models import EXTRACTIVE, BuiltinEmbedder, Catalog, Entry
from siyaq.sources.condition import Needy

CONNECT_SECONDS = 3.0
SILENT = timedelta(days=2)
"""How long the newest post of a followed source may be past before its silence is told."""


def findings(config: Config) -> Iterator[Finding]:
    """Look at what is needed from elsewhere."""
    yield _embedder()
    yield from _models(config)
    yield from _sources(config)
    yield from _silence(config)


def _embedder() -> Finding:
    try:
        with BuiltinEmbedder() as embedder:
            embedder.embed(["سياق", "context"])
            return Finding("embedder", f"{embedder.name} loads")
    except SiyaqError as error:
        return failed("embedder", error)


def _models(config: Config) -> Iterator[Finding]:
    try:
        catalog = Catalog.open(config.models_directory)
    except SiyaqError as error:
        yield failed("model", error)
        return
    if catalog.default == EXTRACTIVE and not catalog.entries:
        yield Finding("model", "none: answers are quotes")
    for entry in catalog.entries.values():
        told = _of_file(config, entry) if entry.kind == "gguf" else _of_server(entry)
        yield told or Finding("model", f"{entry.name} is there")


def _of_file(config: Config, entry: Entry) -> Finding | None:
    path = config.models_directory / entry.file
    if not path.is_file():
        told = f"{entry.name}: its file {str(path)!r} is gone"
        return Finding("model", told, "get it again: siyaq models pull")
    if entry.bytes and path.stat().st_size != entry.bytes:
        told = f"{entry.name} has {path.stat().st_size:,} bytes, not {entry.bytes:,}"
        return Finding("model", told, "get it again: siyaq models pull")
    return None


def _of_server(entry: Entry) -> Finding | None:
    if entry.key_env and not os.environ.get(entry.key_env):
        return Finding("model", f"{entry.name}: its key is not set", f"set {entry.key_env}")
    parts = urlsplit(entry.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), CONNECT_SECONDS).close()
    except OSError as error:
        told = (
            f"{entry.name}: nobody answers at {parts.hostname}:{port} ({error.strerror or error})"
        )
        return Finding("model", told, "start its server, or 'siyaq models use extractive'")
    return None


def _silence(config: Config) -> Iterator[Finding]:
    """Tell of followed sources from which nothing has come for long."""
    try:
        with LogReader.open(config.data) as log:
            held = {one.source: log.coverage([one.source]).until for one in log.sources()}
    except SiyaqError:  # told elsewhere, or nothing there yet
        return
    now = datetime.now(UTC)
    for source in config.sources:
        newest = held.get(source.name or "")
        if newest is not None and newest < now - SILENT:
            told = f"{source.name}: nothing since {newest:%Y-%m-%d}"
            yield Finding("silence", told, "look at its state: siyaq status")


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
            found.append(failed("source", error))
        else:
            found.append(_source(adapter))
    return found


def _source(adapter: SourceAdapter) -> Finding:
    lacks = adapter.lacks if isinstance(adapter, Needy) else ""
    told = f"{adapter.source}: {lacks}" if lacks else f"{adapter.source} has what it needs"
    page = "see docs/sources for how to get it" if lacks else ""
    return Finding("source", told, page)
