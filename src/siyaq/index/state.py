"""The one file that says what the index holds: `state.json`, replaced atomically.

Data is made durable first, then the state that names it. Whatever the state does not name is
not part of the index, and is removed or overwritten by the next writer.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import msgspec
from msgspec import UNSET, UnsetType

from siyaq.core.errors import ConfigError, CorruptionError, DiskFull, FormatTooNew, StorageError
from siyaq.index.disk import Disk
from siyaq.text.analyze import ANALYZER

FORMAT = 4  # 2: the vectors of titles; 3: checksums; 4: the addresses of posts
FOLDER = "index"
"""Of the index, inside a data directory."""
NAME = "state.json"
GENERATION = "generation-"
REBUILD = "run 'siyaq rebuild' to make the index anew"


class PartitionState(msgspec.Struct, frozen=True, kw_only=True):
    """One lexical partition: log seqs [number * size + 1, (number + 1) * size]."""

    number: int
    name: str  # of its folder inside the home of the generation
    commit: int  # tantivy's stamp of the commit this state stands for; grows
    since_us: int  # placed time of its earliest and latest post, microseconds since 1970
    until_us: int  # inclusive


class SegmentState(msgspec.Struct, frozen=True, kw_only=True):
    """One vector segment: `rows` passages of posts, in log order."""

    number: int
    rows: int
    deleted: int  # rows among them whose post has been superseded
    first_seq: int
    last_seq: int
    since_us: int
    until_us: int  # inclusive


Run = tuple[int, int]
"""Log seqs from the first to the last, inclusive."""


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the index holds. `indexed` and `embedded` are places in the log."""

    format: int = FORMAT
    checksum: int = 0  # CRC-32 of these fields as JSON, with a checksum of 0
    analyzer: str
    embedder: str
    dimensions: int
    generation: str  # drawn at random, so that no name of an index is ever used again
    partition_seqs: int
    segment_rows: int
    indexed: int = 0
    embedded: int = 0
    partitions: tuple[PartitionState, ...] = ()
    segments: tuple[SegmentState, ...] = ()
    approximate: tuple[Run, ...] | UnsetType = UNSET  # absent where every vector is exact

    def runs(self) -> tuple[Run, ...]:
        """Return the posts whose vectors are only near, in order, as runs of places in the log."""
        return () if isinstance(self.approximate, UnsetType) else self.approximate


class _Format(msgspec.Struct):
    format: int


def approximate(state: State) -> int:
    """Return how many places of the log have vectors that are only near."""
    return sum(last - first + 1 for first, last in state.runs())


def home(directory: Path, generation: str) -> Path:
    """Return the folder that holds the partitions and segments of one generation."""
    return directory / f"{GENERATION}{generation}"


def read_state(path: Path) -> State | None:
    """Return the state, or None where there is no index yet.

    Raises FormatTooNew, ConfigError for an index of an older format or another analyzer, and
    CorruptionError for bytes that are not a state.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        written = msgspec.json.decode(raw, type=_Format).format
        if written > FORMAT:
            raise FormatTooNew(f"index {str(path)!r} has format {written}, known up to {FORMAT}")
        if written < FORMAT:
            raise ConfigError(f"index {str(path)!r} has the old format {written}", hint=REBUILD)
        state = msgspec.json.decode(raw, type=State)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorruptionError(f"index state {str(path)!r} cannot be read") from error
    if encoded(state) != raw:
        raise CorruptionError(f"index state {str(path)!r} is damaged: its checksum does not match")
    if state.analyzer != ANALYZER:
        raise ConfigError(
            f"index was analyzed with {state.analyzer!r}, this is {ANALYZER!r}", hint=REBUILD
        )
    return state


def encoded(state: State) -> bytes:
    """Return the state as its file holds it, with its checksum."""
    plain = msgspec.json.encode(msgspec.structs.replace(state, checksum=0))
    return msgspec.json.encode(msgspec.structs.replace(state, checksum=crc32(plain)))


def write_state(path: Path, state: State, disk: Disk, on_staged: Callable[[], None]) -> None:
    """Replace the state durably; a crash at any moment leaves the old one or the new one."""
    staged = path.with_suffix(".tmp")
    with storing(path):
        file = disk.create(staged)
        try:
            disk.write(file, encoded(state), 0)
            disk.sync(file)
        finally:
            disk.close(file)
        on_staged()
        disk.replace(staged, path)
        disk.sync_folder(path.parent)


_OS_ERROR = re.compile(r"\(os error (\d+)\)")
"""How tantivy says what the system refused it: in the words of a ValueError."""

_KILLED = "index writer was killed"
"""What it says to whoever comes after a thread of its own met such a refusal."""


class storing:  # noqa: N801 - reads as the statement it is
    """Turn what the system refuses, to us or to tantivy, into a StorageError that names `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if (code := _refused(error)) is not None:
            full = code in (errno.ENOSPC, errno.EDQUOT)
            kind_of_failure = DiskFull if full else StorageError
            raise kind_of_failure(f"cannot write {str(self._path)!r}: {error}") from error


def _refused(error: BaseException | None) -> int | None:
    """Return the number of the system's error behind an exception, None where there is none."""
    if isinstance(error, OSError):
        return error.errno or 0
    if not isinstance(error, ValueError):
        return None
    told = _OS_ERROR.search(str(error))
    if told is None:
        return errno.EIO if _KILLED in str(error) else None
    return int(told[1])
