"""The machine: its Python, disk, memory, files and ports."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import sys
from pathlib import Path

from siyaq.app.doctor.finding import Finding
from siyaq.config import Config

LOW_DISK_BYTES = 2 * 2**30
"""Less than this free, and a busy stream fills the disk within hours."""

LOW_MEMORY_BYTES = 2**29
"""The embedder and a small index need about this much."""

FEW_FILES = 512
"""Each connection, partition and segment holds one open."""

MEMINFO = Path("/proc/meminfo")
MOUNTS = Path("/proc/mounts")

_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"})
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})


def findings(config: Config) -> list[Finding]:
    """Look at the machine."""
    return [
        _python(),
        _disk(config),
        _file_system(config),
        _memory(),
        _files(),
        _processes(config),
        _port(config.host, config.port, "port", "--port"),
        _port(config.host, config.grpc_port, "gRPC port", "--grpc-port"),
    ]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < (3, 11)
    return Finding("python", version, "install Python 3.11 or newer" if old else "")


def _place(config: Config) -> Path:
    return config.data if config.data.exists() else config.data.absolute().parent


def _disk(config: Config) -> Finding:
    place = _place(config)
    free = shutil.disk_usage(place).free
    told = f"{free / 2**30:.1f} GiB free below {str(place)!r}"
    remedy = "free some space: a million posts take about 2 GiB" if free < LOW_DISK_BYTES else ""
    return Finding("disk", told, remedy)


def _file_system(config: Config) -> Finding:
    kind = file_system(_place(config).resolve())
    if kind in _REMOTE:
        return Finding(
            "file system",
            f"the data directory is on {kind}, where locks and syncs do not hold",
            "put it on a disk of this machine",
        )
    return Finding("file system", f"{kind}{': gone at a restart' if kind in _IN_MEMORY else ''}")


def file_system(place: Path) -> str:
    """Return the kind of file system that a path is on, "unknown" where nothing tells."""
    found, longest = "unknown", -1
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        fields = line.split()
        if len(fields) < 3:
            continue
        mount = Path(fields[1].replace("\\040", " "))
        if (place == mount or mount in place.parents) and len(mount.parts) > longest:
            found, longest = fields[2], len(mount.parts)
    return found


def _memory() -> Finding:
    try:
        lines = MEMINFO.read_text(encoding="ascii").splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return Finding("memory", "this system does not say how much is free")
    told = f"{kib / 2**20:.1f} GiB to be had"
    low = kib * 1024 < LOW_MEMORY_BYTES
    return Finding("memory", told, "end other programs, or set embed.processes = 0" if low else "")


def _files() -> Finding:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    told = f"{soft:,} may be open at once" if soft >= 0 else "any number may be open"
    few = 0 <= soft < FEW_FILES
    return Finding("open files", told, "raise it: ulimit -n 4096, LimitNOFILE=" if few else "")


def _processes(config: Config) -> Finding:
    cores, asked = os.cpu_count() or 1, config.embed_processes
    told = f"{asked} for vectors, on {cores} cores"
    return Finding("processes", told, f"set embed.processes = {cores}" if asked > cores else "")


def _port(host: str, port: int, about: str, flag: str) -> Finding:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            told = f"{host}:{port} cannot be used: {error.strerror or error}"
            return Finding(about, told, f"give another {flag}")
    return Finding(about, f"{host}:{port} is free")
