"""Weights on disk: copied or downloaded whole or not at all, and known by their hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

from siyaq.core.errors import ModelUnavailable, StorageError

MAGIC = b"GGUF"
CHUNK_BYTES = 1 << 20

OnBytes = Callable[[int, int], None]
"""Told of progress: bytes done, bytes in all (0 while not known)."""


def verify(path: Path, sha256: str) -> None:
    """Check that `path` is a GGUF file, and the one that hashes to `sha256` unless that is "".

    Raises ModelUnavailable.
    """
    try:
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                raise ModelUnavailable(
                    f"{str(path)!r} is not a GGUF file", hint="give a file that ends in .gguf"
                )
    except OSError as error:
        raise ModelUnavailable(
            f"no model file {str(path)!r}", hint="'siyaq models list' says what there is"
        ) from error
    if sha256 and (found := digest(path)) != sha256:
        raise ModelUnavailable(
            f"{str(path)!r} has sha256 {found}, not {sha256}",
            hint="it was changed or damaged: pull it again",
        )


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_chunks(path: Path, on_bytes: OnBytes) -> Generator[bytes, None, None]:
    """Yield a file in chunks. Raises ModelUnavailable where it cannot be read."""
    try:
        total = path.stat().st_size
        with path.open("rb") as stream:
            done = 0
            while chunk := stream.read(CHUNK_BYTES):
                done += len(chunk)
                yield chunk
                on_bytes(done, total)
    except OSError as error:
        raise ModelUnavailable(f"cannot read {str(path)!r}: {error.strerror}") from error


def write_whole(path: Path, chunks: Iterable[bytes], sha256: str) -> str:
    """Write chunks to `path` and return their SHA-256; a file that is not wanted is never there.

    Raises ModelUnavailable when they are not a GGUF file or do not hash to `sha256` (unless that
    is ""), StorageError when the disk refuses.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        found = _write(unfinished, chunks)
        if sha256 and found != sha256:
            raise ModelUnavailable(
                f"{path.name!r} has sha256 {found}, not {sha256}",
                hint="nothing was kept: check where it comes from",
            )
        verify(unfinished, "")
        unfinished.replace(path)
    except OSError as error:
        raise StorageError(f"cannot write {str(path)!r}: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return found


def _write(path: Path, chunks: Iterable[bytes]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    seen = hashlib.sha256()
    with path.open("wb") as stream:
        for chunk in chunks:
            if stream.tell() == 0 and not chunk.startswith(MAGIC):
                raise ModelUnavailable("what was given is not a GGUF file")
            seen.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return seen.hexdigest()
